"""The few-shot probe: recognises messages like a policy's flag examples and unlike its fine ones.

For each policy a linear direction w = S^-1 (mean_flag - mean_negative) over the model's embeddings (linear discriminant
analysis; with one flag example the exemplar LDA of Hariharan, Malik and Ramanan, ECCV 2012). S is the shrunk covariance
of the reference bank within its channels, and the negative mean is that of the fine examples mixed with the bank's. The
threshold is the higher of two: the score that at most one in `match.rarity` ordinary messages reaches, and the highest
fine example's score with a margin. So a policy's fine examples never match it.

The bank shapes w, so it scores milder under w than a new ordinary message does (with 1,000 messages about four times as
many new ones would pass as promised). Each message of the bank is therefore scored as if it had not been there: leave
one out, in closed form by Sherman and Morrison (1950).

Invariants: all policies together cost one matrix product per message; scores are 0 to 1 with the threshold at
`THRESHOLD`, and a step of one in logit space is one standard deviation of ordinary messages, whatever the policy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from guardian.calibration.bank import ReferenceBank, conformal_p
from guardian.inference.base import Floats
from guardian.policy.base import Policy

THRESHOLD = 0.5
"""Of every policy's examples, after scaling."""
FINE_MARGIN = 0.25
"""How far the threshold stays above the highest fine example, in standard deviations of ordinary messages."""
NEARLY_THE_SAME = 0.97
"""Cosine from which a message counts as a copy of an example."""
_BANK_WEIGHT = 4.0
"""As how many fine examples the mean of the bank counts."""
_SHRINKAGE = 0.1
"""Share of the identity (scaled to the mean variance) in S; keeps S regular whatever the bank."""
_STEP = 1e-3
"""By how many standard deviations the threshold lies over the score that it must exceed: more than float32 rounds."""
_TINY = 1e-6


@dataclass(frozen=True, slots=True)
class ProbeReading:
    """What the probe says of one message."""

    scores: Mapping[str, float]
    """Policy id to score, 0 to 1, of the message's worst window for that policy."""
    windows: Mapping[str, int]
    """Policy id to that window."""


@dataclass(frozen=True, slots=True, repr=False)
class _Examples:
    """The embedded examples of one policy."""

    policy: Policy
    flag: Floats
    flag_numbers: tuple[int, ...]
    """Position of each row among the policy's examples, from 1."""
    fine: Floats
    fine_numbers: tuple[int, ...]


class _Ordinary:
    """The reference bank as the probes use it: inverse covariance, and what leaving a message out does to its score."""

    def __init__(self, bank: ReferenceBank) -> None:
        self.bank = bank
        self.rows = bank.embeddings.astype(np.float64)
        self.centred = np.empty_like(self.rows)
        self._replaced = np.empty(len(self.rows))
        codes = np.unique(bank.channels)
        for code in codes:
            of_channel = bank.channels == code
            self.centred[of_channel] = self.rows[of_channel] - self.rows[of_channel].mean(axis=0)
            self._replaced[of_channel] = of_channel.sum() / max(of_channel.sum() - 1, 1)
        covariance = self.centred.T @ self.centred / max(len(self.rows) - len(codes), 1)
        variance = max(float(np.trace(covariance)) / len(covariance), _TINY)
        self.inverse = np.linalg.inv((1 - _SHRINKAGE) * covariance + _SHRINKAGE * variance * np.eye(len(covariance)))
        self._share = (1 - _SHRINKAGE) / max(len(self.rows) - len(codes), 1)

    def left_out_scores(self, weights: NDArray[np.float64], chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
        """(chosen, policies): scores x . w of the chosen messages, each under the w that the others alone would give.

        With c = x - mean and S' = S - a c c^T, Sherman and Morrison give
        x . w' = x . w + a (x . S^-1 c) (c . w) / (1 - a c . S^-1 c).
        """
        rows, centred = self.rows[chosen], self.centred[chosen]
        leverage = centred @ self.inverse
        a = self._share * self._replaced[chosen]
        correction = a * (leverage * rows).sum(axis=1) / (1 - a * (leverage * centred).sum(axis=1))
        scores: NDArray[np.float64] = rows @ weights + correction[:, None] * (centred @ weights)
        return scores


class Probe:
    """The probes of all policies that have flag examples."""

    def __init__(self, policies: Sequence[Policy], bank: ReferenceBank, embeddings: Mapping[str, Floats]) -> None:
        """`embeddings` maps an example's text to its unit vector; a text that is not there is left out."""
        size = bank.embeddings.shape[1]
        self._examples = {policy.id: _gather(policy, embeddings, size) for policy in policies}
        probed = [examples for examples in self._examples.values() if len(examples.flag)]
        self._columns = {examples.policy.id: column for column, examples in enumerate(probed)}
        self._weights = np.zeros((size, len(probed)), dtype=np.float32)
        self._offsets = np.zeros(len(probed), dtype=np.float32)
        self._ordinary: dict[str, Floats] = {}
        ordinary = _Ordinary(bank) if probed else None
        for channels in {frozenset(examples.policy.channels) for examples in probed}:
            group = [examples for examples in probed if frozenset(examples.policy.channels) == channels]
            if ordinary is not None:
                self._take(group, *_fit(group, ordinary, bank.rows(channels)))

    def _take(self, group: Sequence[_Examples], weights: Floats, offsets: Floats, ordinary: Floats) -> None:
        columns = [self._columns[examples.policy.id] for examples in group]
        self._weights[:, columns], self._offsets[columns] = weights, offsets
        self._ordinary.update(zip((examples.policy.id for examples in group), ordinary.T, strict=True))

    def read(self, embeddings: Floats) -> ProbeReading:
        """Every policy's score for a message of (windows, embedding size) unit rows."""
        if not self._columns or not len(embeddings):
            return ProbeReading({}, {})
        deviations = embeddings @ self._weights - self._offsets
        worst = deviations.argmax(axis=0)
        scores = _sigmoid(deviations[worst, np.arange(len(worst))]).tolist()
        windows = worst.tolist()
        return ProbeReading(
            {policy: scores[column] for policy, column in self._columns.items()},
            {policy: windows[column] for policy, column in self._columns.items()},
        )

    def deviations(self, policy: str, embeddings: Floats) -> Floats:
        """(n,): how far each of n unit rows is over (or under) the policy's threshold, in standard deviations."""
        column = self._columns.get(policy)
        if column is None:
            return np.full(len(embeddings), -np.inf, dtype=np.float32)
        above: Floats = embeddings @ self._weights[:, column] - self._offsets[column]
        return above

    def nearest_flag(self, policy: str, embedding: Floats) -> int:
        """Number (from 1, in the file) of the flag example that is most like one unit row."""
        examples = self._examples[policy]
        return examples.flag_numbers[int((examples.flag @ embedding).argmax())]

    def same_as_fine(self, policy: str, embeddings: Floats) -> int | None:
        """Number of a fine example that the message nearly copies, or None unless every window is such a copy."""
        examples = self._examples[policy]
        if not len(examples.fine) or not len(embeddings):
            return None
        likeness = embeddings @ examples.fine.T
        if (likeness.max(axis=1) <= NEARLY_THE_SAME).any():
            return None
        return examples.fine_numbers[int(likeness[0].argmax())]

    def rarity(self, policy: str, embeddings: Floats) -> float:
        """Conformal p-value of a message among ordinary messages of the policy's channels, for its examples."""
        score = float(self.deviations(policy, embeddings).max(initial=-np.inf))
        return conformal_p(self._ordinary[policy], score)


def _gather(policy: Policy, embeddings: Mapping[str, Floats], size: int) -> _Examples:
    rows: dict[bool, list[Floats]] = {True: [], False: []}
    numbers: dict[bool, list[int]] = {True: [], False: []}
    for number, example in enumerate(policy.examples, start=1):
        embedding = embeddings.get(example.text)
        if embedding is not None and embedding.shape == (size,):
            rows[example.flag].append(embedding)
            numbers[example.flag].append(number)
    flag, fine = (np.array(rows[side], dtype=np.float32).reshape(-1, size) for side in (True, False))
    return _Examples(policy, flag, tuple(numbers[True]), fine, tuple(numbers[False]))


def _fit(group: Sequence[_Examples], ordinary: _Ordinary, chosen: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Weights (size, policies), offsets (policies,) and ordinary scores (chosen, policies).

    `x @ weights - offsets`, as the ordinary scores, is in standard deviations of ordinary scores, 0 at the threshold.
    """
    mean = ordinary.rows[chosen].mean(axis=0)
    towards = np.stack([e.flag.mean(axis=0) - _negative_mean(e.fine, mean) for e in group], axis=1)
    weights = ordinary.inverse @ towards
    scores = ordinary.left_out_scores(weights, chosen)
    spreads = np.maximum(scores.std(axis=0), _TINY)
    offsets = np.empty(len(group))
    for column, examples in enumerate(group):
        rare = _rarest(np.sort(scores[:, column]), examples.policy.match.rarity) + _STEP * spreads[column]
        fine = (examples.fine @ weights[:, column]).max(initial=-np.inf) + FINE_MARGIN * spreads[column]
        offsets[column] = max(rare, fine)
    scaled = weights / spreads, offsets / spreads, (scores - offsets) / spreads
    return scaled[0].astype(np.float32), scaled[1].astype(np.float32), scaled[2].astype(np.float32)


def _negative_mean(fine: Floats, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    total: NDArray[np.float64] = fine.sum(axis=0) + _BANK_WEIGHT * mean
    return total / (len(fine) + _BANK_WEIGHT)


def _rarest(ascending: NDArray[np.float64], rarity: int) -> float:
    """The score that a message must exceed for its conformal p-value to be at most 1 / rarity; the highest of all
    where the bank is too small to say that much."""
    allowed = max((len(ascending) + 1) // rarity - 1, 0)
    return float(ascending[-1 - allowed])


def _sigmoid(values: Floats) -> Floats:
    bounded: Floats = (0.5 * (1.0 + np.tanh(0.5 * values))).astype(np.float32)
    return bounded
