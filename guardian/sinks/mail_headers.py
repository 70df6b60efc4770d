"""The three headers that `filter --mail` puts on top of a mail: what stands in them.

    X-Guardian-Outcome: flagged
    X-Guardian-Reasons: money_request, secrecy
    X-Guardian-Receipt: 412 6f1c... (the number of the journal's record, and its leaf)

Invariants: ids, codes, numbers and hashes alone, so nothing of a message gets into a header; ASCII; each header is
always there, and says `none` where there is nothing to say. `guardian.reading.own_headers` writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from guardian.gate import Screened
from guardian.verdict import Verdict

OUTCOME: Final = "X-Guardian-Outcome"
"""One of the five outcomes."""
REASONS: Final = "X-Guardian-Reasons"
"""Ids of the tactics by which policies matched, `own-policy` for one that matched by its examples or patterns, and
`not-judged:CODE` for what was not judged."""
RECEIPT: Final = "X-Guardian-Receipt"
"""Number and leaf of the journal's record: what `guardian journal prove` gives a receipt for."""

_NOTHING: Final = "none"
_UNUSUAL: Final = re.compile(r"[^A-Za-z0-9_:.-]")


def headers_of(screened: Screened) -> tuple[tuple[str, str], ...]:
    """Names and values, unfolded, in the order in which they stand."""
    verdict = screened.verdict
    return (
        (OUTCOME, verdict.outcome.value),
        (REASONS, ", ".join(_words(_reasons(verdict))) or _NOTHING),
        (RECEIPT, _receipt(verdict)),
    )


def _reasons(verdict: Verdict) -> Iterable[str]:
    for match in verdict.matched:
        yield from match.tactics or ("own-policy",)
    for reason in verdict.coverage.reasons:
        yield f"not-judged:{reason.code}"


def _words(reasons: Iterable[str]) -> Iterable[str]:
    """Each once, in letters that a header may hold as they are."""
    return dict.fromkeys(_UNUSUAL.sub("_", reason)[:64] for reason in reasons)


def _receipt(verdict: Verdict) -> str:
    journal = verdict.journal or {}
    if journal.get("seq") is None:
        return _NOTHING
    return " ".join(_words((str(journal["seq"]), str(journal["leaf"]))))
