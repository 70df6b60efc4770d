"""The few-shot probe: recognises messages like a policy's flag examples and unlike its fine ones.

For each flag example x a direction over the model's embeddings, w = x / 4 + 3 mean_flag / 4 - mean_fine: the
difference of class means (prototypes: Snell, Swersky and Zemel, NeurIPS 2017), a quarter of it towards the single
example, so that examples which have little in common do not cancel each other. The embedding is trained for this sum.
The policy's prose counts as an example on either side, what it wants flagged and what it permits, and the mean of
the reference bank as a few fine ones. A policy's score is that of its best direction. Its threshold is the higher of
two: the score that at most one in `match.rarity` ordinary messages reaches, and the highest fine example's score with
a margin. So a policy's fine examples never match it.

Invariants: all policies together cost one matrix product per message; scores are 0 to 1 with the threshold at
`THRESHOLD`, and a step of one in logit space is one standard deviation of ordinary messages, whatever the policy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guardian.calibration.bank import ReferenceBank, conformal_p
from guardian.inference.base import Floats
from guardian.policy.base import Policy
from guardian.policy.prose import split_prose

THRESHOLD = 0.5
"""Of every policy's examples, after scaling."""
FINE_MARGIN = 0.25
"""How far the threshold stays above the highest fine example, in standard deviations of ordinary messages."""
NEARLY_THE_SAME = 0.97
"""Cosine from which a message counts as a copy of an example."""
_OWN_SHARE = 0.25
"""Share of the single flag example in its direction. On 45 policies with 3 + 3 examples: at 0 the AUC is 0.005 higher,
and half of the owner's own flag examples miss their threshold; at 0.5 it is 0.02 lower."""
_BANK_WEIGHT = 4.0
"""As how many fine examples the mean of the bank counts. From 2 to 16 hardly anything changes."""
_PROSE_WEIGHT = 1.0
"""As how many examples each side of the policy's prose counts."""
_STEP = 1e-3
"""By how many standard deviations the threshold lies over the score that it must exceed: more than float32 rounds."""
_TINY = 1e-6
_Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ProbeReading:
    """What the probe says of one message."""

    scores: Mapping[str, float]
    """Policy id to score, 0 to 1, of the message's worst window for that policy."""
    margins: Mapping[str, float]
    """Policy id to how far that window is over the threshold, in logit space: in standard deviations."""
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
    prose_flag: Floats
    """(0 or 1, size): what the prose wants flagged."""
    prose_fine: Floats
    """(0 or 1, size): what the prose says is fine."""

    def are_fitted_like(self, other: _Examples) -> bool:
        """Whether `_fit` makes the same of both."""
        one, two = self.policy, other.policy
        return (
            (one.channels, one.match.rarity) == (two.channels, two.match.rarity)
            and np.array_equal(self.flag, other.flag)
            and np.array_equal(self.fine, other.fine)
            and np.array_equal(self.prose_flag, other.prose_flag)
            and np.array_equal(self.prose_fine, other.prose_fine)
        )


@dataclass(frozen=True, slots=True, repr=False)
class _Fit:
    """The directions of one policy. `x @ weights - offsets` is in standard deviations, 0 at the threshold."""

    weights: Floats
    """(size, flag examples)"""
    offsets: Floats
    """(flag examples,)"""
    ordinary: Floats
    """(ordinary messages,): how far each is over the threshold, its best direction."""


class Probe:
    """The probes of all policies that have flag examples."""

    def __init__(
        self,
        policies: Sequence[Policy],
        bank: ReferenceBank,
        embeddings: Mapping[str, Floats],
        *,
        earlier: Probe | None = None,
    ) -> None:
        """`embeddings` maps an example's text to its unit vector; a text that is not there is left out. Directions that
        an `earlier` probe fitted to the same examples are taken over."""
        self._bank = bank
        size = bank.embeddings.shape[1]
        self._examples = {policy.id: _gather(policy, embeddings, size) for policy in policies}
        probed = [examples for examples in self._examples.values() if len(examples.flag)]
        self._fits = {each.policy.id: (earlier and earlier._fit_of(each, bank)) or _fit(each, bank) for each in probed}
        fits = self._fits.values()
        self._weights = np.concatenate([fit.weights for fit in fits], axis=1) if fits else np.zeros((size, 0))
        self._offsets = np.concatenate([fit.offsets for fit in fits]) if fits else np.zeros(0)
        self._starts = np.cumsum([0, *(len(fit.offsets) for fit in fits)])[:-1]

    def read(self, embeddings: Floats) -> ProbeReading:
        """Every policy's score for a message of (windows, embedding size) unit rows."""
        if not self._fits or not len(embeddings):
            return ProbeReading({}, {}, {})
        deviations = np.maximum.reduceat(embeddings @ self._weights - self._offsets, self._starts, axis=1)
        worst = deviations.argmax(axis=0)
        margins = deviations[worst, np.arange(len(worst))]
        columns = (_sigmoid(margins).tolist(), margins.tolist(), worst.tolist())
        return ProbeReading(*(dict(zip(self._fits, column, strict=True)) for column in columns))

    def _fit_of(self, examples: _Examples, bank: ReferenceBank) -> _Fit | None:
        """What was fitted to the same examples in the same way, or None."""
        own = self._examples.get(examples.policy.id)
        is_same = own is not None and self._bank is bank and own.are_fitted_like(examples)
        return self._fits[examples.policy.id] if is_same else None

    def deviations(self, policy: str, embeddings: Floats) -> Floats:
        """(n,): how far each of n unit rows is over (or under) the policy's threshold, in standard deviations.

        Minus infinity where the policy has no flag examples.
        """
        fit = self._fits.get(policy)
        if fit is None:
            return np.full(len(embeddings), -np.inf, dtype=np.float32)
        above: Floats = (embeddings @ fit.weights - fit.offsets).max(axis=1)
        return above

    def nearest_flag(self, policy: str, embedding: Floats) -> int:
        """Number (from 1, in the file) of the flag example that is most like one unit row."""
        examples = self._examples[policy]
        return examples.flag_numbers[int((examples.flag @ embedding).argmax())]

    def same_as_flag(self, policy: str, embeddings: Floats) -> int | None:
        """Number of an example to flag that a window of the message nearly copies, or None."""
        examples = self._examples[policy]
        if not len(examples.flag) or not len(embeddings):
            return None
        likeness = embeddings @ examples.flag.T
        if likeness.max() <= NEARLY_THE_SAME:
            return None
        return examples.flag_numbers[int(likeness.max(axis=0).argmax())]

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
        return conformal_p(self._fits[policy].ordinary, score)


def _gather(policy: Policy, embeddings: Mapping[str, Floats], size: int) -> _Examples:
    rows: dict[bool, list[Floats]] = {True: [], False: []}
    numbers: dict[bool, list[int]] = {True: [], False: []}
    for number, example in enumerate(policy.examples, start=1):
        embedding = embeddings.get(example.text)
        if embedding is not None and embedding.shape == (size,):
            rows[example.flag].append(embedding)
            numbers[example.flag].append(number)
    flag, fine = (np.array(rows[side], dtype=np.float32).reshape(-1, size) for side in (True, False))
    prose = split_prose(policy.prose)
    said = [[embeddings[text]] if text in embeddings else [] for text in (prose.flag, prose.fine)]
    prose_flag, prose_fine = (np.array(side, dtype=np.float32).reshape(-1, size) for side in said)
    return _Examples(policy, flag, tuple(numbers[True]), fine, tuple(numbers[False]), prose_flag, prose_fine)


def _fit(examples: _Examples, bank: ReferenceBank) -> _Fit:
    ordinary = bank.embeddings[bank.rows(examples.policy.channels)].astype(np.float64)
    flag = examples.flag.astype(np.float64)
    middle = _weighted_mean((flag, 1.0), (examples.prose_flag, _PROSE_WEIGHT))
    negative = _weighted_mean(
        (examples.fine, 1.0), (examples.prose_fine, _PROSE_WEIGHT), (ordinary.mean(axis=0)[None], _BANK_WEIGHT)
    )
    towards = _OWN_SHARE * flag + (1 - _OWN_SHARE) * middle
    weights = (towards - negative).T
    scores = ordinary @ weights
    means, spreads = scores.mean(axis=0), np.maximum(scores.std(axis=0), _TINY)
    best = ((scores - means) / spreads).max(axis=1)
    fine = ((examples.fine @ weights - means) / spreads).max(initial=-np.inf)
    threshold = max(_rarest(best, examples.policy.match.rarity) + _STEP, fine + FINE_MARGIN)
    return _Fit(
        (weights / spreads).astype(np.float32),
        (means / spreads + threshold).astype(np.float32),
        (best - threshold).astype(np.float32),
    )


def _weighted_mean(*parts: tuple[NDArray[np.floating[Any]], float]) -> _Doubles:
    """The mean of all rows, each part's rows with its weight."""
    total = sum(weight * len(rows) for rows, weight in parts)
    mean: _Doubles = np.sum([weight * rows.sum(axis=0, dtype=np.float64) for rows, weight in parts], axis=0) / total
    return mean


def _rarest(scores: _Doubles, rarity: int) -> float:
    """The score that a message must exceed for its conformal p-value to be at most 1 / rarity; the highest of all
    where the bank is too small to say that much."""
    allowed = max((len(scores) + 1) // rarity - 1, 0)
    return float(np.sort(scores)[-1 - allowed])


def _sigmoid(values: Floats) -> Floats:
    bounded: Floats = (0.5 * (1.0 + np.tanh(0.5 * values))).astype(np.float32)
    return bounded
