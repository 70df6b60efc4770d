"""Shares with their intervals.

Invariants: 0 <= low <= share <= high <= 1; a share of nothing is None with the interval 0 to 1, never a number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

Z_95: Final = 1.959963984540054
"""The 97.5th percentile of the standard normal distribution."""


def wilson(hits: int, total: int) -> tuple[float, float]:
    """95 % score interval of a share. Source: E. B. Wilson, JASA 22 (1927), 209-212. Raises ValueError."""
    if not 0 <= hits <= total:
        raise ValueError(f"{hits} of {total} is no share")
    if total == 0:
        return 0.0, 1.0
    share, square = hits / total, Z_95 * Z_95
    centre = (share + square / (2 * total)) / (1 + square / total)
    half = Z_95 * math.sqrt(share * (1 - share) / total + square / (4 * total * total)) / (1 + square / total)
    # At the ends the interval touches 0 or 1 exactly; floating point may miss it by one unit.
    low = 0.0 if hits == 0 else min(max(0.0, centre - half), share)
    high = 1.0 if hits == total else max(min(1.0, centre + half), share)
    return low, high


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `total`, with its Wilson interval."""

    hits: int
    total: int

    @classmethod
    def of(cls, flags: Iterable[bool]) -> Share:
        """How many of the flags are true."""
        chosen = [bool(flag) for flag in flags]
        return cls(sum(chosen), len(chosen))

    @property
    def value(self) -> float | None:
        """The share; None of nothing."""
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval."""
        return wilson(self.hits, self.total)

    def to_json(self) -> dict[str, Any]:
        """The share as it stands in a report."""
        low, high = self.interval
        return {"hits": self.hits, "total": self.total, "share": self.value, "low": low, "high": high}


def mean_of_shares(shares: Sequence[Share]) -> dict[str, Any] | None:
    """Mean of independent shares with its 95 % interval, each share weighing the same; None where one has no total.

    Source: the MOVER, G. Y. Zou and A. Donner, Statistics in Medicine 27 (2008), 1693-1702, from Wilson limits.
    """
    values = [share.value for share in shares]
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    mean = sum(known) / len(known)
    below = math.sqrt(sum((value - share.interval[0]) ** 2 for value, share in zip(known, shares, strict=True)))
    above = math.sqrt(sum((share.interval[1] - value) ** 2 for value, share in zip(known, shares, strict=True)))
    return {
        "share": mean,
        "low": max(0.0, mean - below / len(known)),
        "high": min(1.0, mean + above / len(known)),
        "of": len(known),
    }
