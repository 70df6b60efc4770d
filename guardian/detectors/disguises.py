"""What reading found in disguise, told as findings: the way of hiding, and what was hidden.

What is disguised and what is ordinary is decided where it is read (`guardian.reading.characters`,
`guardian.reading.decoding`). The text that comes of it is judged by all detectors besides, as a view of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from guardian.detectors.base import Detector, Evidence
from guardian.finding import Finding, FindingKind, Span
from guardian.reading.base import Disguise, ViewKind

_MOST_SPANS: Final = 6
"""Spans that one finding shows; more would tell the owner nothing new."""


class DisguisesDetector(Detector):
    """Finds text that is written so that a reader, or a filter, does not read what is there."""

    name = "disguises"

    def detect(self, evidence: Evidence) -> list[Finding]:
        """At most one finding a tactic, strongest place first; in order of place."""
        gathered: dict[str, list[Disguise]] = {}
        for disguise in evidence.reading.disguises:
            gathered.setdefault(disguise.tactic, []).append(disguise)
        return [self._finding(tactic, found) for tactic, found in gathered.items()]

    def _finding(self, tactic: str, found: list[Disguise]) -> Finding:
        ranked = sorted(found, key=lambda disguise: -disguise.score)  # stable: order of place within one score
        spans = dict.fromkeys(span for disguise in ranked[:_MOST_SPANS] for span in _spans(disguise))
        shown = tuple(spans)[:_MOST_SPANS]
        return Finding(self.name, tactic, ranked[0].score, ranked[0].say, shown, FindingKind.RULE)


def _spans(disguise: Disguise) -> Iterator[Span]:
    """The text that was hidden, where it says something; then how it is written."""
    if disguise.decoded:
        yield Span(disguise.span.start, disguise.span.end, disguise.decoded, ViewKind.DECODED.value, exact=False)
    yield disguise.span
