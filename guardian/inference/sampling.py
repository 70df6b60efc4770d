"""Numbers about labels, and the next token, worked out of a row of logits by the parent.

Invariant: pure; the same row, temperature and random numbers give the same answer. A row with a number that is not
finite gives none at all.

Source: Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration" (nucleus sampling).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

_NUCLEUS: Final = 0.95
"""Share of the probability from which a token is drawn; what lies beyond is left out."""
_CANDIDATES: Final = 64
"""Most tokens that one is drawn from."""

Row = NDArray[np.float64]


def read_row(logits: bytes) -> Row | None:
    """Natural logarithms of the probabilities of all tokens, or None where a logit is not finite."""
    values = np.frombuffer(logits, np.dtype("<f4")).astype(np.float64)
    if not values.size or not np.isfinite(values).all():
        return None
    values -= values.max()
    row: Row = values - np.log(np.exp(values).sum())
    return row


def entropy(row: Row) -> float:
    """Of the next token, in nats."""
    return float(-(np.exp(row) * row).sum())


def of_labels(row: Row, labels: Sequence[int]) -> tuple[float, ...]:
    """The row's numbers for these tokens."""
    return tuple(float(row[label]) for label in labels)


def pick(row: Row, temperature: float, random: np.random.Generator) -> int:
    """The next token: the likeliest at temperature 0, else drawn from those that are likely together."""
    if temperature <= 0:
        return int(row.argmax())
    kept = np.argsort(-row, kind="stable")[:_CANDIDATES]
    scaled = row[kept] / temperature
    likely = np.exp(scaled - scaled.max())
    likely /= likely.sum()
    size = int(np.searchsorted(likely.cumsum(), _NUCLEUS)) + 1
    total = likely[:size].cumsum()
    drawn = random.random() * total[-1]
    return int(kept[min(int(np.searchsorted(total, drawn, side="right")), len(total) - 1)])
