"""The few-shot probe: recognises messages like a policy's flag examples and unlike its fine ones.

For each policy a linear direction w = S^-1 (mean_flag - mean_negative) over the model's embeddings (linear discriminant
analysis; with one flag example the exemplar LDA of Hariharan, Malik and Ramanan, ECCV 2012). S is the shrunk covariance
of the reference bank, and the negative mean is that of the fine examples mixed with the bank's. The threshold is the
higher of two: the score that at most one in `match.rarity` ordinary messages of the bank reaches, and the highest fine
example's score with a margin. So a policy's fine examples never match it.

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
from guardian.message import Channel
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
        self._bank = bank
        for channels in {frozenset(examples.policy.channels) for examples in probed}:
            group = [examples for examples in probed if frozenset(examples.policy.channels) == channels]
            columns = [self._columns[examples.policy.id] for examples in group]
            self._weights[:, columns], self._offsets[columns] = _fit(group, bank.embeddings[bank.rows(channels)])

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

    def rarity(self, policy: str, channels: Sequence[Channel], embeddings: Floats) -> float:
        """Conformal p-value of a message among the bank's messages of `channels`, for one policy's examples."""
        ordinary = self.deviations(policy, self._bank.embeddings[self._bank.rows(channels)])
        return conformal_p(ordinary, float(self.deviations(policy, embeddings).max(initial=-np.inf)))


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


def _fit(group: Sequence[_Examples], ordinary: Floats) -> tuple[Floats, Floats]:
    """Weights (size, policies) and offsets (policies,) such that `x @ weights - offsets` is in standard deviations
    of `ordinary` scores, 0 at the threshold."""
    ordinary = ordinary.astype(np.float64)
    mean = ordinary.mean(axis=0)
    towards = np.stack([e.flag.mean(axis=0) - _negative_mean(e.fine, mean) for e in group], axis=1)
    weights = np.linalg.solve(_shrunk_covariance(ordinary - mean), towards)
    scores = ordinary @ weights
    spreads = np.maximum(scores.std(axis=0), _TINY)
    offsets = np.empty(len(group))
    for column, examples in enumerate(group):
        rare = _rarest(np.sort(scores[:, column]), examples.policy.match.rarity) + _STEP * spreads[column]
        fine = (examples.fine @ weights[:, column]).max(initial=-np.inf) + FINE_MARGIN * spreads[column]
        offsets[column] = max(rare, fine)
    return (weights / spreads).astype(np.float32), (offsets / spreads).astype(np.float32)


def _negative_mean(fine: Floats, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    total: NDArray[np.float64] = fine.sum(axis=0) + _BANK_WEIGHT * mean
    return total / (len(fine) + _BANK_WEIGHT)


def _shrunk_covariance(centred: NDArray[np.float64]) -> NDArray[np.float64]:
    covariance: NDArray[np.float64] = centred.T @ centred / max(len(centred) - 1, 1)
    variance = max(float(np.trace(covariance)) / len(covariance), _TINY)
    return (1 - _SHRINKAGE) * covariance + _SHRINKAGE * variance * np.eye(len(covariance))


def _rarest(ascending: NDArray[np.float64], rarity: int) -> float:
    """The score that a message must exceed for its conformal p-value to be at most 1 / rarity; the highest of all
    where the bank is too small to say that much."""
    allowed = max((len(ascending) + 1) // rarity - 1, 0)
    return float(ascending[-1 - allowed])


def _sigmoid(values: Floats) -> Floats:
    bounded: Floats = (0.5 * (1.0 + np.tanh(0.5 * values))).astype(np.float32)
    return bounded
