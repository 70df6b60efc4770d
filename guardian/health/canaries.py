"""Looks at the canaries through the running gate: is still found what must be, and nothing where nothing may be?

What is held against what: for a canary of a group, the strongest of the model's outputs that speak of that group,
against the shipped thresholds; for a disguise, the rules of the reading, in which no model takes part; for an honest
one, every output and every rule. The owner's policies, thresholds and mutes do not enter: this tests the instrument
alone.

Invariants: nothing is recorded and nothing becomes a message of the owner's (`Gate.inspect_all`); a canary that could
not be judged is wrong, never left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from guardian.calibration.thresholds import shipped_thresholds
from guardian.finding import FindingKind
from guardian.health.canary_texts import CANARIES, Canary
from guardian.inference.manifest import Manifest
from guardian.inspection import Inspection
from guardian.message import Message
from guardian.policy.roads import RULE_THRESHOLD, margin_of
from guardian.policy.trying.bench import Bench
from guardian.tactics import group_of, is_known

SOURCE = "canary"
_BY_RULES = "obfuscation"
"""The group that no output of the model speaks of."""


@dataclass(frozen=True, slots=True)
class CanaryResult:
    """How one canary fared."""

    canary: Canary
    is_right: bool
    margin: float
    """How far its score is on the right side of the threshold (below 0: on the wrong one), in logit space."""
    say: str
    """In a few words."""


@dataclass(frozen=True, slots=True)
class CanaryRun:
    """One look at all of them."""

    at_ms: int
    results: Sequence[CanaryResult]

    @property
    def wrong(self) -> list[CanaryResult]:
        """Those that were silent and must sing, or sang and must not."""
        return [result for result in self.results if not result.is_right]

    @property
    def words(self) -> str:
        """One line: `17 of 17 found, 12 of 12 left alone`."""
        sides = [[each for each in self.results if each.canary.must_sing is sings] for sings in (True, False)]
        found, alone = (f"{sum(each.is_right for each in side)} of {len(side)}" for side in sides)
        return f"{found} found, {alone} left alone"


def look_at_canaries(bench: Bench, at_ms: int, canaries: Iterable[Canary] = CANARIES) -> CanaryRun:
    """One round. Slow for a painting thread: about 30 messages."""
    chosen = tuple(canaries)
    inspections = bench.inspect_all(_message(canary) for canary in chosen)
    results = [_result(canary, each, bench.manifest) for canary, each in zip(chosen, inspections, strict=True)]
    return CanaryRun(at_ms, tuple(results))


def _message(canary: Canary) -> Message:
    return Message(canary.text.encode(), channel=canary.channel, id=canary.name, source=SOURCE, format=canary.format)


def _result(canary: Canary, inspection: Inspection, manifest: Manifest) -> CanaryResult:
    if not inspection.coverage.complete or not inspection.evidence.scores:
        why = "; ".join(reason.say for reason in inspection.coverage.reasons) or "the model gave no scores"
        return CanaryResult(canary, False, float("-inf"), f"it could not be judged: {why}")
    thresholds = shipped_thresholds(manifest).on(canary.channel)
    candidates = _candidates(canary, inspection, thresholds, manifest)
    label, score, threshold = max(candidates, key=lambda each: margin_of(each[1], each[2]), default=("", 0.0, 1.0))
    margin = margin_of(score, threshold)
    what = f"{label or 'nothing'} {score:.2f}, threshold {threshold:.2f}"
    if canary.must_sing:
        is_right = score >= threshold
        return CanaryResult(canary, is_right, margin, what if is_right else f"silent: {what}")
    is_right = score < threshold
    return CanaryResult(canary, is_right, -margin, what if is_right else f"sang: {what}")


def _candidates(
    canary: Canary, inspection: Inspection, thresholds: Mapping[str, float], manifest: Manifest
) -> list[tuple[str, float, float]]:
    """(label, score, threshold) of all that may speak."""
    scores = inspection.evidence.scores
    by_model = [(label, scores[label], thresholds[label]) for label in manifest.labels if label in scores]
    by_rule = [
        (finding.tactic, finding.score, RULE_THRESHOLD)
        for finding in inspection.findings
        if finding.kind is FindingKind.RULE
    ]
    if not canary.must_sing:
        return by_model + by_rule
    chosen = by_rule if canary.group == _BY_RULES else by_model
    return [each for each in chosen if _group(each[0]) == canary.group]


def _group(label: str) -> str:
    """The group of an output or tactic; a group's own output is of that group."""
    return group_of(label) if is_known(label) else label
