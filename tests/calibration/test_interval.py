"""The interval of a rate is the exact one, and holds the true rate as often as it says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.calibration.interval import CONFIDENCE, beta_distribution, beta_quantile, count_interval, rate_interval

SEED = 20261121


def _at_least(passed: int, of: int, rate: float) -> float:
    """P(X >= passed) of a binomial, summed term by term."""
    return sum(math.comb(of, k) * rate**k * (1 - rate) ** (of - k) for k in range(passed, of + 1))


@pytest.mark.parametrize(("passed", "of"), [(1, 10), (5, 10), (9, 10), (3, 100), (10, 1000), (0, 100), (20, 20)])
def test_the_interval_is_clopper_and_pearsons(passed: int, of: int) -> None:
    """By its definition: at either end, what was seen or something more extreme has a chance of half the rest."""
    low, high = rate_interval(passed, of, 0.95)
    assert low == 0 if passed == 0 else _at_least(passed, of, low) == pytest.approx(0.025, rel=1e-6)
    assert high == 1 if passed == of else 1 - _at_least(passed + 1, of, high) == pytest.approx(0.025, rel=1e-6)


# I_x(a, b) has closed forms: x^a for b = 1, 1 - (1 - x)^b for a = 1, and 1/2 in the middle of a symmetric one.
@pytest.mark.parametrize(
    ("x", "a", "b", "p"),
    [(0.3, 4, 1, 0.3**4), (0.3, 1, 7, 1 - 0.7**7), (0.5, 2.5, 2.5, 0.5), (0, 2, 2, 0), (1, 2, 2, 1)],
)
def test_the_beta_distribution_is_right_where_it_has_a_closed_form(x: float, a: float, b: float, p: float) -> None:
    assert beta_distribution(x, a, b) == pytest.approx(p, abs=1e-12)


@settings(deadline=None, max_examples=60)
@given(st.floats(0.001, 0.999), st.floats(0.5, 5_000), st.floats(0.5, 5_000))
def test_a_quantile_is_where_the_distribution_reaches_p(p: float, a: float, b: float) -> None:
    assert beta_distribution(beta_quantile(p, a, b), a, b) == pytest.approx(p, abs=1e-6)


@settings(deadline=None, max_examples=60)
@given(st.floats(0, 500), st.floats(1, 5_000))
def test_the_interval_holds_what_was_seen(passed: float, of: float) -> None:
    passed = min(passed, of)
    low, high = rate_interval(passed, of)
    assert 0 <= low <= passed / of + 1e-9
    assert passed / of - 1e-9 <= high <= 1


def test_nothing_seen_says_nothing() -> None:
    assert rate_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("true", "of"), [(0.01, 300), (0.003, 2_000), (0.05, 120)])
def test_it_holds_the_true_rate_as_often_as_promised(true: float, of: int) -> None:
    seen = np.random.default_rng(SEED).binomial(of, true, size=2_000)
    intervals = {passed: rate_interval(passed, of) for passed in set(seen.tolist())}
    held = np.mean([intervals[passed][0] <= true <= intervals[passed][1] for passed in seen.tolist()])
    assert held >= CONFIDENCE - 0.02  # three standard errors of 2,000 draws


@pytest.mark.parametrize("count", [0, 1, 2, 7, 40])
def test_the_interval_of_a_count_is_garwoods(count: int) -> None:
    """Each end gives the count, or one further out, with the probability of its tail."""
    tail = (1 - CONFIDENCE) / 2
    low, high = count_interval(count)

    def at_most(most: int, mean: float) -> float:
        return sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(most + 1))

    assert at_most(count, high) == pytest.approx(tail, rel=1e-6)
    assert low == 0 if count == 0 else 1 - at_most(count - 1, low) == pytest.approx(tail, rel=1e-6)


@pytest.mark.parametrize("count", [1_000, 50_000, 1_000_000])
def test_a_large_count_has_an_interval_like_the_normal_one(count: int) -> None:
    low, high = count_interval(count)
    assert (high - count) / math.sqrt(count) == pytest.approx(1.645, abs=0.06)
    assert (count - low) / math.sqrt(count) == pytest.approx(1.645, abs=0.06)
