"""Text that is aimed at the guard: at the filter, at its judge, at its marks, and at the owner's trust in it.

What speaks to machines is a `prompt_injection`; what asks the owner to lower the guard is `disarming`. Whoever writes
about such programs (documentation, news, developers) is not aiming at one: see `unless` of the rules.
"""

from __future__ import annotations

from typing import Final

from guardian.detectors.base import Detector, Evidence
from guardian.detectors.phrases.guard import GUARD_RULES
from guardian.detectors.rulebook import PLAIN, RuleBook, rule_findings
from guardian.finding import Finding, FindingKind, Span
from guardian.message import Format
from guardian.reading.own_headers import forged_headers

_HEADER_SAY: Final = "carries a header that only your own guardian may set"
_MOST_SPANS: Final = 6


class GuardDetector(Detector):
    """Finds text that is aimed at the guard."""

    name = "guard"

    def __init__(self) -> None:
        self._book = RuleBook(GUARD_RULES)

    def detect(self, evidence: Evidence) -> list[Finding]:
        """At most one finding each of `prompt_injection` and `disarming` from the text, and one for forged headers."""
        findings = rule_findings(self.name, self._book, evidence)
        message = evidence.message
        if message.format is Format.MAIL and (places := forged_headers(message.raw)):
            spans = tuple(
                Span(
                    start,
                    end,
                    message.raw[start:end].decode("utf-8", "surrogateescape").strip(),
                    "visible",
                    exact=False,
                )
                for start, end in places[:_MOST_SPANS]
            )
            findings.append(Finding(self.name, "prompt_injection", PLAIN, _HEADER_SAY, spans, FindingKind.RULE))
        return findings
