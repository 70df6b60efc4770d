"""What a notification may know of a verdict: its outcome, tactics by their plain names, titles of the owner's policies.

Invariants: nothing here comes from the message itself; every text is safe and one line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from guardian.gate import Screened
from guardian.safe_text import safe_line
from guardian.verdict import Outcome, Severity
from guardian.verdict_words import tactic_name

TITLE_CHARACTERS: Final = 60
ASKED_SOURCES: Final = frozenset({"selection", "clipboard once"})
"""Whoever asked about these is told by the asker itself (`guardian.clipboard`)."""
_SEVERITIES: Final = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Notable:
    """One verdict, as far as a notification may tell of it."""

    outcome: Outcome
    severity: Severity | None
    """Of the gravest policy that matched; None where none did."""
    tactics: tuple[str, ...] = ()
    """Plain names, most telling first."""
    policies: tuple[str, ...] = ()
    """Titles, as the owner wrote them."""
    seq: int | None = None
    """Number of its record; None where it has none."""


def notable_of(screened: Screened) -> Notable | None:
    """What may be told; None for what is clean, a draft, or told by whoever asked."""
    message, verdict = screened.message, screened.verdict
    if message.draft or verdict.outcome is Outcome.CLEAN or message.source in ASKED_SOURCES:
        return None
    matched = verdict.matched
    seq = verdict.journal.get("seq") if verdict.journal is not None else None
    return Notable(
        outcome=verdict.outcome,
        severity=max((match.severity for match in matched), key=_SEVERITIES.index, default=None),
        tactics=tuple(dict.fromkeys(safe_line(tactic_name(each)) for match in matched for each in match.tactics)),
        policies=tuple(dict.fromkeys(safe_line(match.title, TITLE_CHARACTERS) for match in matched)),
        seq=seq if isinstance(seq, int) else None,
    )
