"""Have the model's scores moved? The owner's last ordinary messages against those that thresholds were made from.

The distance is Kolmogorov and Smirnov's D = sup over x of |F(x) - G(x)|, of the two empirical distributions (Smirnov,
Annals of Mathematical Statistics 19, 1948). What chance alone explains is bounded by the inequality of Dvoretzky,
Kiefer and Wolfowitz with Massart's constant (Annals of Probability 18, 1990): with probability 1 - a an empirical
distribution of n messages lies within sqrt(ln(2 / a) / 2n) of the true one. D less both bands (a shared between them)
is what the true distributions differ by, at least. A sender who floods counts for its share alone
(`calibration.stream`), and n is then Kish's effective number (sum w)^2 / sum w^2.

What is compared is the model's overall risk. The reference is the owner's own messages from before the calibration in
force, where the journal holds enough of them, else the shipped bank of ordinary messages.

Invariants: pure; too few messages give no number; flagged messages are never used without the clean ones of their days
(`calibration.journal_stream`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from guardian.calibration.alarm import Doubles
from guardian.calibration.bank import ReferenceBank
from guardian.calibration.record import ScoredRecord
from guardian.calibration.stream import sender_weights
from guardian.health.bounds import DRIFT_CONFIDENCE, DRIFT_MESSAGES, LEAST_DRIFT_MESSAGES
from guardian.inference.manifest import Manifest
from guardian.message import Channel


@dataclass(frozen=True, slots=True)
class Sample:
    """Scores with what each counts."""

    scores: Doubles
    """(n,)."""
    weights: Doubles
    """(n,): above 0."""

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def effective(self) -> float:
        """Kish's effective number of messages."""
        return float(self.weights.sum() ** 2 / (self.weights**2).sum()) if len(self) else 0.0


@dataclass(frozen=True, slots=True)
class Drift:
    """How far one channel's scores moved."""

    channel: Channel
    messages: int
    """Messages of the owner's that were compared."""
    reference: str
    """What with."""
    distance: float | None
    """D; None where there are too few messages."""
    at_least: float
    """What of it chance does not explain."""
    medians: tuple[float, float]
    """Of the last messages and of the reference."""


def ks_distance(one: Sample, other: Sample) -> float:
    """D of two weighted samples, neither empty."""
    places = np.concatenate([one.scores, other.scores])
    return float(np.abs(_distribution(one, places) - _distribution(other, places)).max())


def band(effective: float, confidence: float = DRIFT_CONFIDENCE) -> float:
    """By how much an empirical distribution of so many messages may be off."""
    return math.sqrt(math.log(2 / (1 - confidence)) / (2 * effective)) if effective > 0 else 1.0


def drift_of(
    records: Sequence[ScoredRecord],
    channel: Channel,
    manifest: Manifest,
    bank: ReferenceBank,
    calibrated_s: float | None,
) -> Drift:
    """The drift of one channel. `records` are in the journal's order; `calibrated_s` is when the thresholds in force
    were made, in seconds since 1970, where they are the owner's own."""
    ordinary = [record for record in records if record.is_ordinary and record.channel is channel]
    before = [each for each in ordinary if calibrated_s is not None and (each.sent_s or 0) < calibrated_s]
    if len(before) >= LEAST_DRIFT_MESSAGES:
        reference, name = _sample(before, manifest), "your messages when you calibrated"
        ordinary = ordinary[len(before) :]
    else:
        reference, name = _bank_sample(bank, channel, manifest), "the shipped ordinary messages"
    last = _sample(ordinary[-DRIFT_MESSAGES:], manifest)
    if len(last) < LEAST_DRIFT_MESSAGES or not len(reference):
        return Drift(channel, len(last), name, None, 0.0, (0.0, 0.0))
    distance = ks_distance(last, reference)
    each = 1 - (1 - DRIFT_CONFIDENCE) / 2
    sure = distance - band(last.effective, each) - band(reference.effective, each)
    medians = float(np.median(last.scores)), float(np.median(reference.scores))
    return Drift(channel, len(last), name, distance, max(sure, 0.0), medians)


def _distribution(sample: Sample, places: Doubles) -> Doubles:
    """(places,): share of the sample at or below each place."""
    order = np.argsort(sample.scores)
    sums = np.concatenate([[0.0], np.cumsum(sample.weights[order])])
    shares: Doubles = sums[np.searchsorted(sample.scores[order], places, side="right")] / sums[-1]
    return shares


def _sample(records: Sequence[ScoredRecord], manifest: Manifest) -> Sample:
    scores = [manifest.overall(dict(zip(manifest.labels, map(float, each.scores), strict=True))) for each in records]
    numbers = {sender: number for number, sender in enumerate(dict.fromkeys(each.sender for each in records))}
    senders = np.array([numbers[each.sender] for each in records], dtype=np.int64)
    return Sample(np.array(scores), sender_weights(senders))


def _bank_sample(bank: ReferenceBank, channel: Channel, manifest: Manifest) -> Sample:
    scores = [
        manifest.overall(manifest.scores(bank.logits[row : row + 1], stratum))
        for stratum, members in bank.strata()
        if stratum.channel is channel
        for row in np.flatnonzero(members)
    ]
    return Sample(np.array(scores), np.ones(len(scores)))
