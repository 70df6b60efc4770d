"""The model's outputs: what each speaks of, how its numbers become scores, and how well it was measured.

Invariant: a score of one output means the same in every stratum, for its shift was fitted there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from guardian.inference.strata import Stratum


class OutputKind(StrEnum):
    """What an output of the model speaks of."""

    RISK = "risk"
    """Whether the text manipulates at all."""
    GROUP = "group"
    """A group of tactics."""
    TACTIC = "tactic"
    """One tactic."""


@dataclass(frozen=True, slots=True)
class Output:
    """One trained and measured output of the model."""

    label: str
    """Its name in the model file: `risk`, a group's id or a tactic's id."""
    kind: OutputKind
    covers: tuple[str, ...]
    """Ids of the tactics that it speaks of."""
    scale: float
    bias: float
    """Calibration: score = sigmoid(scale * logit + bias + shift of the stratum)."""
    threshold: float
    """On the score."""
    trained_on: int
    """Positive examples that it was trained on."""
    recall: float
    recall_low: float
    recall_high: float
    """Measured recall at the threshold, with its interval."""
    false_alarm_rate: float
    """Measured share of ordinary messages over the threshold."""
    notice_only: bool = False
    """Whether it is measured too weakly to do more than give notice."""
    shifts: Mapping[Stratum, float] = field(default_factory=dict)
    """What is added to `bias` in a stratum; nothing where it is not named."""

    def offset(self, stratum: Stratum) -> float:
        """What is added to the scaled logit in a stratum."""
        return self.bias + self.shifts.get(stratum, 0.0)
