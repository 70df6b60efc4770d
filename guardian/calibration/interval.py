"""How sure a rate is: the exact binomial interval (Clopper and Pearson, Biometrika 26, 1934); how sure a count is: the
exact Poisson interval (Garwood, Biometrika 28, 1936).

Of n ordinary messages k passed a threshold; the interval says between which rates the true one lies. It also bounds
what a conformal threshold promises, whose rate is distributed as Beta(k, n + 1 - k) (Vovk, ACML 2012, section 3): that
interval lies inside this one. Counts need not be whole, since messages of one sender may count as a part of one.
"""

from __future__ import annotations

import math

CONFIDENCE = 0.9
"""How often the interval holds the true rate, at least."""
_MOST_TERMS = 10_000
_PRECISE = 1e-12
_NOTHING = 1e-30
"""A rate that is none."""
_TINY = 1e-300
_NEGLIGIBLE = 1e-17
_FEWEST = 1e-6
"""Fewer than this share of one message is none: the beta function of so small a number is lost in rounding."""


def rate_interval(passed: float, of: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Lowest and highest rate, each in [0, 1], that `passed` out of `of` speaks for. Nothing seen is (0, 1)."""
    if of <= 0:
        return 0.0, 1.0
    passed, tail = min(max(passed, 0.0), of), (1 - confidence) / 2
    low = 0.0 if passed < _FEWEST else beta_quantile(tail, passed, of - passed + 1)
    high = 1.0 if passed == of else beta_quantile(1 - tail, passed + 1, of - passed)
    return low, high


def count_interval(count: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Lowest and highest mean that a Poisson count speaks for: what to expect of as long a time again."""
    tail = (1 - confidence) / 2
    low = 0.0 if count <= 0 else _mean_with(count - 1, 1 - tail)
    return low, _mean_with(max(count, 0), tail)


def _mean_with(most: int, probability: float) -> float:
    """The mean of the Poisson distribution that gives at most `most` with this probability, by halving."""
    room = 20 * math.sqrt(most + 1) + 20
    low, high = max(most - room, 0.0), most + room
    while high - low > _PRECISE * high:
        middle = (low + high) / 2
        if _at_most(most, middle) > probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _at_most(most: int, mean: float) -> float:
    """P(X <= most) of a Poisson variable, summed from its largest term down, so that nothing under- or overflows."""
    term = math.exp(most * math.log(mean) - mean - math.lgamma(most + 1))
    total, number = 0.0, most
    while number >= 0 and (term > total * _NEGLIGIBLE or number > mean):
        total += term
        term *= number / mean
        number -= 1
    return min(total, 1.0)


def beta_quantile(p: float, a: float, b: float) -> float:
    """The x with I_x(a, b) = p, by halving; a and b are positive."""
    low, high = 0.0, 1.0
    while high - low > _PRECISE * high and high > _NOTHING:
        middle = (low + high) / 2
        if beta_distribution(middle, a, b) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def beta_distribution(x: float, a: float, b: float) -> float:
    """I_x(a, b), the regularised incomplete beta function (DLMF 8.17), for x in [0, 1]."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast on the other side only: I_x(a, b) = 1 - I_1-x(b, a)
        return 1 - beta_distribution(1 - x, b, a)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(front) / a / _fraction(x, a, b)


def _fraction(x: float, a: float, b: float) -> float:
    """1 / (1 + d1 / (1 + d2 / ...)) upside down: DLMF 8.17.22, by Lentz's method as in DLMF 3.10(iii)."""
    value, upper, lower = 1.0, 1.0, 0.0
    for term in range(1, _MOST_TERMS):
        m = term // 2
        if term % 2:
            d = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            d = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        lower = 1 / ((1 + d * lower) or _TINY)
        upper = (1 + d / upper) or _TINY
        value *= upper * lower
        if abs(upper * lower - 1) < _PRECISE:
            break
    return value
