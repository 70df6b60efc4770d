"""Promises of shares and their intervals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.report.shares import Share, mean_of_shares, wilson

# Published examples of the Wilson score interval.
# 81/263, 15/148, 0/20, 1/29: R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3.
TABLE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]


@pytest.mark.parametrize(("hits", "total", "low", "high"), TABLE)
def test_the_interval_is_the_published_one(hits: int, total: int, low: float, high: float) -> None:
    assert wilson(hits, total) == pytest.approx((low, high), abs=5e-5)


counts = st.integers(0, 5000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


@given(counts)
def test_the_interval_holds_the_share_and_stays_between_0_and_1(count: tuple[int, int]) -> None:
    share = Share(*count)
    low, high = share.interval
    assert 0 <= low <= high <= 1
    if share.value is not None:
        assert low <= share.value <= high


@given(st.integers(0, 50), st.integers(1, 50))
def test_more_rows_of_the_same_share_narrow_the_interval(hits: int, misses: int) -> None:
    few, many = wilson(hits, hits + misses), wilson(4 * hits, 4 * (hits + misses))
    assert many[1] - many[0] < few[1] - few[0]


def test_a_share_of_nothing_is_no_number() -> None:
    assert Share(0, 0).to_json() == {"hits": 0, "total": 0, "share": None, "low": 0.0, "high": 1.0}
    with pytest.raises(ValueError, match="no share"):
        wilson(3, 2)


def test_the_mean_of_one_share_has_its_interval() -> None:
    mean = mean_of_shares([Share(15, 148)])
    assert mean is not None
    assert (mean["low"], mean["high"]) == pytest.approx(wilson(15, 148))


def test_the_mean_weighs_every_share_alike() -> None:
    # By hand from Wilson's limits 0.4038, 0.5962 of 1/2 and 0.7225, 1 of 10/10:
    # below sqrt(0.0962^2 + 0.2775^2) / 2 = 0.1469, above sqrt(0.0962^2 + 0) / 2 = 0.0481.
    mean = mean_of_shares([Share(50, 100), Share(10, 10)])
    assert mean is not None
    assert (mean["share"], mean["of"]) == (0.75, 2)
    assert (mean["low"], mean["high"]) == pytest.approx((0.6031, 0.7981), abs=2e-4)
    assert mean_of_shares([]) is None
    assert mean_of_shares([Share(1, 2), Share(0, 0)]) is None


@given(st.lists(counts.filter(lambda count: count[1] > 0), min_size=1, max_size=8))
def test_the_interval_of_a_mean_holds_it(shares: list[tuple[int, int]]) -> None:
    mean = mean_of_shares([Share(*count) for count in shares])
    assert mean is not None
    assert 0 <= mean["low"] <= mean["share"] <= mean["high"] <= 1
