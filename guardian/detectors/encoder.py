"""Turns the embedded model's calibrated scores into findings.

Invariants: an output gives a finding only at or above its own threshold on the message's channel; a group
steps back behind its own tactics; the overall risk speaks only where no tactic and no group does. What the model finds
and the owner's head lowered below its threshold is found all the same, with the model's own score: the veto
`your_labels` sets it aside, so that the verdict names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from guardian.calibration.thresholds import Thresholds, shipped_thresholds
from guardian.detectors.base import TOGETHER, Detector, Evidence
from guardian.errors import ModelError
from guardian.finding import Finding, FindingKind
from guardian.tactics import GROUPS, RISK, group_of, is_known, say_for

if TYPE_CHECKING:
    from guardian.inference.manifest import Manifest


BY_LABELS: Final = "by what you said of messages like it"
"""Behind the sentence of a finding that the model's own score does not carry."""


class EncoderDetector(Detector):
    """Finds what the embedded model scores at or above its thresholds.

    Takes the model's manifest, and the thresholds in force where they are not the manifest's. Raises ModelError where
    the manifest names an output that `guardian.tactics` does not know.
    """

    name = "encoder"

    def __init__(self, manifest: Manifest, thresholds: Thresholds | None = None) -> None:
        unknown = [output.label for output in manifest.outputs if not is_known(output.label)]
        if unknown:
            raise ModelError(
                f"{manifest.path} names an unknown tactic {unknown[0]!r}", hint="update guardian, or restore its model"
            )
        self._thresholds = thresholds or shipped_thresholds(manifest)

    @classmethod
    def build(cls, manifest: Manifest | None, thresholds: Thresholds | None = None) -> EncoderDetector | None:
        """The detector, or None where no manifest says what the scores mean."""
        return cls(manifest, thresholds) if manifest is not None else None

    def detect(self, evidence: Evidence) -> list[Finding]:
        """One finding an output over its threshold, highest score first; the model gives no spans."""
        thresholds = self._thresholds.on(evidence.message.channel)
        told = _told(evidence.scores, thresholds)
        if evidence.head is not None:
            before = _told(evidence.head.before, thresholds)
            told |= {label: score for label, score in before.items() if evidence.scores[label] < thresholds[label]}
        ranked = sorted(told, key=lambda label: (-told[label], label))
        return [self._finding(label, told[label], evidence) for label in ranked]

    def _finding(self, label: str, score: float, evidence: Evidence) -> Finding:
        threshold = self._thresholds.on(evidence.message.channel)[label]
        is_joint = bool(evidence.reading.earlier) and evidence.alone.get(label, 0.0) < threshold
        say = f"{say_for(label)}, {TOGETHER}" if is_joint else say_for(label)
        if evidence.model_scores.get(label, 0.0) < threshold:
            say = f"{say}, {BY_LABELS}"
        return Finding(self.name, label, score, say, (), FindingKind.MODEL, is_joint)


def _told(scores: Mapping[str, float], thresholds: Mapping[str, float]) -> dict[str, float]:
    """The outputs over their thresholds that give a finding, with their scores."""
    over = {label: scores[label] for label, least in thresholds.items() if scores.get(label, -1.0) >= least}
    named = over.keys() - {RISK.id}
    covered = {group_of(label) for label in named - GROUPS.keys()}
    told = (named - covered) or over.keys()
    return {label: over[label] for label in told}
