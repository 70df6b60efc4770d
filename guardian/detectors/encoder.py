"""Turns the embedded model's calibrated scores into findings.

Invariants: an output gives a finding only at or above its own threshold on the message's channel; a group
steps back behind its own tactics; the overall risk speaks only where no tactic and no group does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardian.calibration.thresholds import Thresholds, shipped_thresholds
from guardian.detectors.base import TOGETHER, Detector, Evidence
from guardian.errors import ModelError
from guardian.finding import Finding, FindingKind
from guardian.tactics import GROUPS, RISK, group_of, is_known, say_for

if TYPE_CHECKING:
    from guardian.inference.manifest import Manifest


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
        over = {
            label: evidence.scores[label]
            for label, threshold in self._thresholds.on(evidence.message.channel).items()
            if evidence.scores.get(label, -1.0) >= threshold
        }
        named = over.keys() - {RISK.id}
        covered = {group_of(label) for label in named - GROUPS.keys()}
        told = (named - covered) or over.keys()
        ranked = sorted(told, key=lambda label: (-over[label], label))
        return [self._finding(label, over[label], evidence) for label in ranked]

    def _finding(self, label: str, score: float, evidence: Evidence) -> Finding:
        threshold = self._thresholds.on(evidence.message.channel)[label]
        is_joint = bool(evidence.reading.earlier) and evidence.alone.get(label, 0.0) < threshold
        say = f"{say_for(label)}, {TOGETHER}" if is_joint else say_for(label)
        return Finding(self.name, label, score, say, (), FindingKind.MODEL, is_joint)
