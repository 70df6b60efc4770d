"""How well scores rank violating rows above ordinary ones: limits at a false-alarm rate, and the area under the curve.

Invariants: at the limit for a rate, at most that share of the ordinary scores lies above it, whatever the ties; a
higher rate never finds less; nothing is stated from fewer ordinary rows than one alarm at that rate needs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from guardian.report.shares import Z_95, Share

Scores = NDArray[np.float64]

_TOLERANCE: Final = 1e-9
"""0.01 * 300 is a little under 3 in floating point."""
_HALVINGS: Final = 60


@dataclass(frozen=True, slots=True)
class Limit:
    """The score that an alarm must exceed."""

    score: float
    alarms: Share
    """Ordinary rows above it."""


def ordinary_rows_needed(rate: float) -> int:
    """Least number of ordinary rows by which a false-alarm rate can be stated: one of them may be an alarm."""
    return math.ceil(1 / rate - _TOLERANCE)


def limit_at(ordinary: Scores, rate: float) -> Limit | None:
    """The lowest limit that at most `rate` of the ordinary scores exceed; None where there are too few to say.

    With n scores and k = floor(rate * n) alarms allowed, it is the (k+1)-th highest score: an alarm exceeds it.
    """
    if not 0 < rate < 1:
        raise ValueError(f"a rate lies between 0 and 1, not at {rate}")
    if len(ordinary) < ordinary_rows_needed(rate):
        return None
    allowed = int(rate * len(ordinary) + _TOLERANCE)
    score = float(np.sort(ordinary)[::-1][allowed])
    return Limit(score, Share(int((ordinary > score).sum()), len(ordinary)))


def area(violating: Scores, ordinary: Scores) -> float | None:
    """Chance that a violating row scores higher than an ordinary one, ties counted half; None where a side is empty.

    Source: H. B. Mann and D. R. Whitney, Annals of Mathematical Statistics 18 (1947), 50-60.
    """
    if not len(violating) or not len(ordinary):
        return None
    ordered = np.sort(ordinary)
    below = np.searchsorted(ordered, violating, "left")
    equal = np.searchsorted(ordered, violating, "right") - below
    return float((below + equal / 2).mean() / len(ordered))


def area_interval(value: float, violating: int, ordinary: int) -> tuple[float, float]:
    """95 % interval of an area under the curve, from the numbers of rows on each side.

    Source: method 5 of R. G. Newcombe, Statistics in Medicine 25 (2006), 559-573. Like Wilson's, it solves for the
    areas from which `value` is 1.96 standard errors away, so that it is sound at 0 and 1.
    """
    extra = (violating + ordinary) / 2 - 1

    def is_near(truth: float) -> bool:
        shape = 1 + extra * ((1 - truth) / (2 - truth) + truth / (1 + truth))
        return (value - truth) ** 2 <= Z_95**2 * truth * (1 - truth) * shape / (violating * ordinary)

    def end(outside: float) -> float:
        inside = value
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if is_near(middle) else (inside, middle)
        return inside

    return end(0.0), end(1.0)


def area_json(violating: Scores, ordinary: Scores) -> dict[str, float | int] | None:
    """The area with its interval as it stands in a report; None where a side is empty."""
    value = area(violating, ordinary)
    if value is None:
        return None
    low, high = area_interval(value, len(violating), len(ordinary))
    return {"auc": value, "low": low, "high": high, "violating": len(violating), "ordinary": len(ordinary)}
