"""Thresholds: from which score on an output of the model counts, on each channel.

Invariants: without a calibration of the owner's own they are the manifest's; none ever stands further than `MOST_TOTAL`
from the manifest's, so that no calibration can switch an output off; an owner's own threshold in a policy is another
thing and is never touched here.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from guardian.message import Channel

if TYPE_CHECKING:
    from guardian.inference.manifest import Manifest

MOST_STEP = 0.4
"""How far one calibration may move a threshold, as a logit: from 0.80 to 0.73 or 0.86."""
MOST_TOTAL = 0.75
"""How far from the shipped threshold all calibrations together may move one, as a logit: from 0.80 to 0.65 or 0.89."""
CERTAIN = 1e-6
"""Scores nearer than this to 0 or 1 count as this near, so that logits stay finite."""
_ROUNDING = 1e-3
"""By this much, as a logit, a threshold that was rounded may stand outside the band."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Label of an output to the threshold on its calibrated score, by channel. Every channel has every output."""

    by_channel: Mapping[Channel, Mapping[str, float]]

    def on(self, channel: Channel) -> Mapping[str, float]:
        """The thresholds for messages of one channel."""
        return self.by_channel[channel]

    def moved(self, channel: Channel, to: Mapping[str, float]) -> Thresholds:
        """These thresholds with some of one channel's replaced."""
        return Thresholds({**self.by_channel, channel: {**self.by_channel[channel], **to}})


def shipped_thresholds(manifest: Manifest) -> Thresholds:
    """The manifest's own thresholds, the same on every channel."""
    shipped = {output.label: output.threshold for output in manifest.outputs}
    return Thresholds(dict.fromkeys(Channel, shipped))


def is_within_band(threshold: float, shipped: float) -> bool:
    """Whether a threshold stands near enough to the shipped one to be in force."""
    return abs(logit(threshold) - logit(shipped)) <= MOST_TOTAL + _ROUNDING


def fingerprint(manifest: Manifest) -> str:
    """Hex SHA-256 over all that gives scores their meaning: the model's hash, and every output's calibration."""
    return hashlib.sha256(repr(replace(manifest, path=Path())).encode()).hexdigest()


def logit(score: float) -> float:
    """ln(p / (1 - p)) of a score, finite also at 0 and 1."""
    score = min(max(score, CERTAIN), 1 - CERTAIN)
    return math.log(score / (1 - score))


def score_of(logit: float) -> float:
    """The score whose logit this is."""
    return 0.5 * (1.0 + math.tanh(0.5 * logit))  # the logistic function, in a form that never overflows
