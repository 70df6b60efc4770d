"""Linear directions against ordinary messages: the covariance that shapes them, and honest scores under them.

A direction w = S^-1 d takes S from the reference bank, so the bank's own messages score milder under w than new
ordinary messages do: with 1,000 messages about four times as many new ones would pass a threshold as the bank promises.
Each message of the bank is therefore scored as if it had not been there (leave one out), in closed form.

Invariant: S is regular whatever the bank, for it is shrunk towards a multiple of the identity (Ledoit and Wolf 2004,
with a fixed share).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from guardian.calibration.bank import ReferenceBank
from guardian.message import Channel

Doubles = NDArray[np.float64]

SHRINKAGE = 0.3
"""Share of the identity, scaled to the mean variance, in S."""
_TINY = 1e-6


@dataclass(frozen=True, slots=True, repr=False)
class Ordinary:
    """The ordinary messages of some channels."""

    mean: Doubles
    """(size,)"""
    _centred: Doubles
    """(n, size): less the mean of each message's own channel."""
    _channel_means: Doubles
    """(n, size)"""
    _left_out: Doubles
    """(n,): by what the centred part of a message's score grows once the message is left out."""

    def scores(self, weights: Doubles) -> Doubles:
        """(n, k): x . w of each message under k directions, each as the other messages alone would give it.

        With c = x - mean and S' = S - a c c^T, Sherman and Morrison (1950) give
        x . w' = x . w + a (x . S^-1 c) (c . w) / (1 - a c . S^-1 c).
        """
        scores: Doubles = self._channel_means @ weights + self._left_out[:, None] * (self._centred @ weights)
        return scores


class Discriminant:
    """The reference bank as linear discriminant analysis uses it."""

    def __init__(self, bank: ReferenceBank) -> None:
        self._bank = bank
        self._rows = bank.embeddings.astype(np.float64)
        self._means = np.empty_like(self._rows)
        replaced = np.empty(len(self._rows))
        codes = np.unique(bank.channels)
        for code in codes:
            of_channel = bank.channels == code
            self._means[of_channel] = self._rows[of_channel].mean(axis=0)
            replaced[of_channel] = of_channel.sum() / max(of_channel.sum() - 1, 1)
        freedom = max(len(self._rows) - len(codes), 1)
        self._centred = self._rows - self._means
        self.inverse = np.linalg.inv(_shrunk(self._centred.T @ self._centred / freedom))
        """(size, size): S^-1, S within channels."""
        self._removed = (1 - SHRINKAGE) / freedom * replaced
        self._ordinary: dict[frozenset[Channel], Ordinary] = {}

    def ordinary(self, channels: Collection[Channel]) -> Ordinary:
        """The bank's messages of `channels`; all of them where it has none of these."""
        key = frozenset(channels)
        if key not in self._ordinary:
            self._ordinary[key] = self._choose(self._bank.rows(key))
        return self._ordinary[key]

    def _choose(self, chosen: NDArray[np.bool_]) -> Ordinary:
        rows, centred, a = self._rows[chosen], self._centred[chosen], self._removed[chosen]
        leverage = centred @ self.inverse
        growth = a * (leverage * rows).sum(axis=1) / (1 - a * (leverage * centred).sum(axis=1))
        return Ordinary(rows.mean(axis=0), centred, self._means[chosen], 1 + growth)


def _shrunk(covariance: Doubles) -> Doubles:
    variance = max(float(np.trace(covariance)) / len(covariance), _TINY)
    return (1 - SHRINKAGE) * covariance + SHRINKAGE * variance * np.eye(len(covariance))
