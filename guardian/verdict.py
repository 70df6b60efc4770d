"""A verdict: what Guardian says of one message, with everything that led to it.

Invariants: outcomes are five; what was not fully judged is `unsure` or `unscreened`, never `clean`;
the JSON form is versioned and stable (`docs/guide/json.md`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from guardian.finding import Finding
from guardian.outcome import Action, Outcome
from guardian.second_opinion import SecondOpinion
from guardian.sender_facts import SenderFacts

__all__ = [
    "JSON_VERSION",
    "Action",
    "Coverage",
    "Outcome",
    "PolicyMatch",
    "Reason",
    "Severity",
    "Verdict",
    "Vetoed",
]

JSON_VERSION = 1
"""`v` of the verdict's JSON; raised when a field changes its meaning or goes away."""


class Severity(StrEnum):
    """How much a policy matters to its owner."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was not fully judged."""

    code: str
    """Short and stable, such as `too-large`."""
    say: str
    """One plain sentence."""

    def __str__(self) -> str:
        return f"{self.code}: {self.say}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the message was judged."""

    bytes: int
    """Size of the raw message."""
    windows: int
    """Windows that the model judged."""
    reasons: tuple[Reason, ...] = ()
    """Why something was left out; empty when all was judged."""

    @property
    def complete(self) -> bool:
        """Whether everything was judged."""
        return not self.reasons

    def with_reasons(self, more: tuple[Reason, ...]) -> Coverage:
        """The same, and why more was left out."""
        return replace(self, reasons=(*self.reasons, *more)) if more else self

    def to_json(self) -> dict[str, Any]:
        """The coverage as it stands in a verdict's JSON."""
        return {
            "complete": self.complete,
            "bytes": self.bytes,
            "windows": self.windows,
            "reasons": [str(reason) for reason in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class PolicyMatch:
    """How one policy stands to one message."""

    id: str
    title: str
    why: str
    """The owner's reason, in the owner's words."""
    severity: Severity
    action: Action
    """What the policy asks for; already lowered to at most `notice` where its status is `test`."""
    score: float
    """0 to 1, of the road (tactics, examples, patterns) that came closest to or furthest over its threshold; below it
    where the judge alone raised the policy."""
    threshold: float
    """Of that same road."""
    matched: bool
    because: tuple[str, ...] = ()
    """Which roads matched: `tactic:urgency`, `pattern:1`, `example:2`; `judge` where your judge raised it."""
    tactics: tuple[str, ...] = ()
    """Ids of the tactics (or groups) by which it matched."""
    excused: str = ""
    """Why a match, or a part of it, did not count, such as `sender billing@my-landlord.example is excepted`, or `you
    muted urgency from sister@x.example until 2026-12-21`."""
    keep_text: bool = True
    """Whether the owner lets the journal keep the text of what this policy matches."""
    record: str = ""
    """How the owner judged its last alerts, in one safe line; empty where they judged none."""

    def to_json(self) -> dict[str, Any]:
        """The policy's row as it stands in a verdict's JSON."""
        row: dict[str, Any] = {
            "id": self.id,
            "score": round(self.score, 4),
            "threshold": round(self.threshold, 4),
            "matched": self.matched,
            "because": list(self.because),
        }
        if self.excused:
            row["excused"] = self.excused
        return row


@dataclass(frozen=True, slots=True)
class Vetoed:
    """A finding that a named false-alarm filter set aside."""

    veto: str
    """Name of the veto."""
    finding: Finding
    say: str
    """Why, in one plain sentence."""

    def to_json(self) -> dict[str, Any]:
        """The veto as it stands in a verdict's JSON."""
        return {"veto": self.veto, "say": self.say, "finding": self.finding.to_json()}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome, the policies that applied, findings, coverage, and which model and policy set said so."""

    id: str
    channel: str
    outcome: Outcome
    action: Action
    risk: float
    """0 to 1, comparable over messages; None of the owner's policies enters it."""
    scores: Mapping[str, float]
    """Every trained output of the model; empty only where the model did not judge."""
    policies: tuple[PolicyMatch, ...]
    """Every policy that looked; `to_json` shows the matched ones unless asked for all."""
    findings: tuple[Finding, ...]
    vetoes: tuple[Vetoed, ...]
    coverage: Coverage
    model_name: str
    model_sha256: str
    policy_set: str
    """`sha256:...` over the policies in force."""
    wall: str
    """Level of the model's cell: netns, seccomp or none; `down` where no model ran."""
    elapsed_ms: float
    advice: tuple[str, ...] = ()
    """What the owner can do now, plain sentences, most useful first."""
    sender: SenderFacts | None = None
    """What is known of who wrote; None where the message names nobody."""
    journal: Mapping[str, Any] | None = field(default=None)
    """Where the journal recorded it; None where nothing was recorded."""
    together: int = 0
    """Earlier messages of its conversation that it was also judged together with."""
    head: int = 0
    """Version of the owner's head that spoke (`guardian adapt`); 0 where none did."""
    judge: SecondOpinion | None = None
    """What the owner's judge said; None where there is none, or it was not asked."""

    @property
    def matched(self) -> tuple[PolicyMatch, ...]:
        """The policies that matched."""
        return tuple(match for match in self.policies if match.matched)

    def to_json(self, *, all_policies: bool = False) -> dict[str, Any]:
        """The verdict as versioned JSON (design.md section 7)."""
        shown = self.policies if all_policies else self.matched
        return {
            "v": JSON_VERSION,
            "id": self.id,
            "channel": self.channel,
            "outcome": self.outcome.value,
            "action": self.action.value,
            "risk": round(self.risk, 6),
            "scores": {name: round(score, 6) for name, score in self.scores.items()},
            "policies": [match.to_json() for match in shown],
            "findings": [finding.to_json() for finding in self.findings],
            "vetoes": [veto.to_json() for veto in self.vetoes],
            "advice": list(self.advice),
            "sender": self.sender.to_json() if self.sender is not None else None,
            "coverage": self.coverage.to_json(),
            "together": self.together,
            "model": {
                "name": self.model_name,
                "sha256": self.model_sha256,
                **({"head": self.head} if self.head else {}),
            },
            "judge": self.judge.to_json() if self.judge is not None else None,
            "policy_set": self.policy_set,
            "wall": self.wall,
            "elapsed_ms": round(self.elapsed_ms, 1),
            "journal": dict(self.journal) if self.journal is not None else None,
        }
