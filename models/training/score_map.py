"""Turns logits into scores that mean the same for every output, channel and length.

For each output a slope is fitted (the log-odds of two normal classes), and then, for each stratum (channel
and length), the shift that puts THRESHOLD at the level which ALARM_RATE of the stratum's ordinary texts exceed
(Mondrian split conformal prediction). A stratum's own level counts the more, the more ordinary texts it has.

Invariants: slopes are fitted on half of the held-out pairs, levels on the reference bank; nothing here sees the rows
that recall is measured on, but for those halves' slope, which moves no row past another of its stratum.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from guardian.inference.strata import STRATA, stratum_of
from guardian.message import Channel

if TYPE_CHECKING:
    from evaluate import Judged

ALARM_RATE = 0.01
"""Share of the reference bank that one output may exceed its threshold on. The bank is hard on purpose (trigger words,
honest quarrels, warm goodbyes, long assistant answers), so everyday text exceeds it far less often; the card says how
often, on texts that had no part in it."""
THRESHOLD = 0.8
"""The score that every output's threshold is moved to, so that 0.8 says the same of each: rarer than ALARM_RATE."""
LEVEL = math.log(THRESHOLD / (1 - THRESHOLD))
POOLED_AS = 150
"""As how many of a stratum's own texts the level over all strata counts."""
SLOPES = (0.2, 1.5)
"""Least and greatest slope."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ScoreMap:
    """score = sigmoid(scale * logit + bias + shift of the stratum), per output."""

    scale: Array
    """(outputs,)"""
    bias: Array
    """(outputs,)"""
    shifts: Array
    """(strata, outputs), in the order of `STRATA`."""

    def lifted(self, judged: Judged) -> Array:
        """(rows, outputs): the logit of each score; `LEVEL` is the threshold."""
        return np.asarray(judged.logits * self.scale + self.bias + self.shifts[strata_of(judged)])


def strata_of(judged: Judged) -> NDArray[np.intp]:
    """(rows,): each row's place in `STRATA`."""
    places = [
        STRATA.index(stratum_of(Channel(row.channel), characters))
        for row, characters in zip(judged.rows, judged.characters, strict=True)
    ]
    return np.array(places, dtype=np.intp)


def fit(bank: Judged, tests: Judged, labels: tuple[str, ...]) -> ScoreMap:
    """The map of all outputs."""
    half = np.array([hashlib.sha256(row.group.encode()).digest()[1] % 2 == 0 for row in tests.rows])
    scale = np.array([_slope(column, label, bank, tests, half) for column, label in enumerate(labels)])
    raw = bank.logits * scale
    pooled = _levels(raw)
    places = strata_of(bank)
    shifts = np.zeros((len(STRATA), len(labels)))
    for place in range(len(STRATA)):
        own = raw[places == place]
        if len(own) >= POOLED_AS:
            weight = len(own) / (len(own) + POOLED_AS)
            shifts[place] = weight * (pooled - _levels(own))
    # The shifted strata together must hold the rate too.
    bias = LEVEL - _levels(raw + shifts[places])
    return ScoreMap(scale, np.asarray(bias), shifts)


def _levels(raw: Array) -> Array:
    """(outputs,): the level that a new row like these exceeds with a probability of at most ALARM_RATE (split conformal
    quantile: as many rows as that, less one, lie above it)."""
    allowed = max(int(ALARM_RATE * (len(raw) + 1)) - 1, 0)
    ordered = np.sort(raw, axis=0)[::-1]
    return np.asarray((ordered[max(allowed - 1, 0)] + ordered[allowed]) / 2)


def _slope(column: int, label: str, bank: Judged, tests: Judged, half: NDArray[np.bool_]) -> float:
    """The slope of the log-odds over the logit, for two classes that are normal with one variance: the distance of
    their means over that variance (Fisher 1936). A fitted logistic regression ran away where the classes hardly touch.
    """
    known = np.array([row.labels.get(label, math.nan) for row in tests.rows])
    violating = tests.logits[half & (known == 1), column]
    ordinary = np.concatenate([tests.logits[half & (known == 0), column], bank.logits[:, column]])
    variance = (violating.var() + ordinary.var()) / 2
    return float(np.clip((violating.mean() - ordinary.mean()) / variance, *SLOPES))
