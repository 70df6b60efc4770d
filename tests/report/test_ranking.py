"""Promises of limits at a false-alarm rate and of areas under the curve."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.report.ranking import area, area_interval, area_json, limit_at, ordinary_rows_needed

grid = st.integers(0, 20).map(lambda tick: tick / 20)  # coarse, so that ties are common
many = st.lists(grid, min_size=100, max_size=300).map(np.array)
some = st.lists(grid, min_size=1, max_size=40).map(np.array)


@pytest.mark.parametrize(("rate", "needed"), [(0.01, 100), (0.002, 500), (0.03, 34), (0.5, 2)])
def test_a_rate_needs_one_alarm_worth_of_rows(rate: float, needed: int) -> None:
    assert ordinary_rows_needed(rate) == needed
    assert limit_at(np.zeros(needed - 1), rate) is None
    assert limit_at(np.zeros(needed), rate) is not None


# By hand, over 300 ordinary scores 0.000, 0.001 ... 0.299: 1 % allows 3 alarms, so the limit is the 4th highest.
def test_the_limit_is_the_first_score_that_may_not_pass() -> None:
    limit = limit_at(np.arange(300) / 1000, 0.01)
    assert limit is not None
    assert limit.score == pytest.approx(0.296)
    assert (limit.alarms.hits, limit.alarms.total) == (3, 300)


def test_with_all_scores_equal_nothing_may_pass() -> None:
    limit = limit_at(np.ones(1000), 0.01)
    assert limit is not None
    assert limit.alarms.hits == 0


@settings(max_examples=40)
@given(many, st.sampled_from([0.01, 0.02, 0.1, 0.3]))
def test_alarms_never_exceed_the_rate(ordinary: np.ndarray, rate: float) -> None:
    limit = limit_at(ordinary, rate)
    assert limit is not None
    assert limit.alarms.hits == (ordinary > limit.score).sum() <= rate * len(ordinary) + 1e-9


@settings(max_examples=40)
@given(many, some)
def test_a_higher_rate_never_finds_less(ordinary: np.ndarray, violating: np.ndarray) -> None:
    found = []
    for rate in (0.01, 0.05, 0.2, 0.5):
        limit = limit_at(ordinary, rate)
        assert limit is not None
        found.append(int((violating > limit.score).sum()))
    assert found == sorted(found)


@pytest.mark.parametrize("rate", [0, 1, -0.1, 2])
def test_what_is_no_rate_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        limit_at(np.zeros(10), rate)


# By hand: of the four pairs two are won, one lost, one tied.
def test_the_area_counts_won_pairs_and_half_of_ties() -> None:
    assert area(np.array([0.9, 0.4]), np.array([0.4, 0.6])) == (2 + 0.5) / 4
    assert area(np.array([]), np.array([1.0])) is None


@given(some, some)
def test_the_area_is_that_of_all_pairs_and_turns_round(left: np.ndarray, right: np.ndarray) -> None:
    pairs = list(itertools.product(left, right))
    expected = sum((one > other) + 0.5 * (one == other) for one, other in pairs) / len(pairs)
    forward, backward = area(left, right), area(right, left)
    assert forward == pytest.approx(expected)
    assert backward == pytest.approx(1 - expected)


@given(some, some)
def test_the_interval_of_an_area_holds_it(violating: np.ndarray, ordinary: np.ndarray) -> None:
    part = area_json(violating, ordinary)
    assert part is not None
    assert 0 <= part["low"] <= part["auc"] <= part["high"] <= 1


def test_more_rows_narrow_the_interval_of_an_area() -> None:
    few, many_rows = area_interval(0.8, 20, 20), area_interval(0.8, 200, 200)
    assert few[0] < many_rows[0] < 0.8 < many_rows[1] < few[1]
    assert area_interval(1.0, 30, 30)[0] > 0.8  # sound at the end too


# Widths of normal data agree with simulation: of 300 seeded draws, the interval holds the true area in about 95 %.
def test_the_interval_covers_the_true_area() -> None:
    rng = np.random.default_rng(20261121)
    true_area = 0.7602  # P(N(1, 1) > N(0, 1)) = Phi(1 / sqrt 2)
    held = 0
    for _ in range(300):
        part = area_json(rng.normal(1, 1, 60), rng.normal(0, 1, 60))
        assert part is not None
        held += part["low"] <= true_area <= part["high"]
    assert 0.92 <= held / 300 <= 0.98
