"""A finding: one reason why a message may be working on its reader.

Invariants: `say` is Guardian's own sentence and never contains text of the message; quotes in spans are
verbatim substrings of the view that they name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class FindingKind(StrEnum):
    """Who says it. A model can add a finding; only a named veto can set aside one, never another model."""

    RULE = "rule"
    MODEL = "model"
    JUDGE = "judge"


@dataclass(frozen=True, slots=True)
class Span:
    """The words that carry a finding."""

    start: int
    """First byte in the message's raw bytes."""
    end: int
    """One past the last byte."""
    quote: str
    """The words, verbatim as the view shows them. Untrusted: passes `safe_text` before any screen."""
    view: str = "visible"
    """The kind of view the words stand in: visible, hidden or decoded."""
    exact: bool = True
    """True: `raw[start:end]` is the quote in UTF-8. False: the quote was decoded from that range."""

    def to_json(self) -> dict[str, Any]:
        """The span as it stands in a verdict's JSON."""
        return {"start": self.start, "end": self.end, "quote": self.quote, "view": self.view, "exact": self.exact}


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason: detector, tactic, score, spans, one plain sentence."""

    detector: str
    """Name of the detector that says it."""
    tactic: str
    """Id of a tactic, or of a group of tactics (see `guardian.tactics`)."""
    score: float
    """0 to 1."""
    say: str
    """One plain sentence for the owner, such as 'asks you to keep this secret'."""
    spans: tuple[Span, ...] = ()
    """The words that carry it, strongest first."""
    kind: FindingKind = FindingKind.RULE
    """Whether a rule, the embedded model or the judge says it."""
    is_joint: bool = False
    """Whether it stands only in the message together with what was sent before."""

    def to_json(self) -> dict[str, Any]:
        """The finding as it stands in a verdict's JSON."""
        return {
            "detector": self.detector,
            "kind": self.kind.value,
            "tactic": self.tactic,
            "score": round(self.score, 4),
            "say": self.say,
            "spans": [span.to_json() for span in self.spans],
        }
