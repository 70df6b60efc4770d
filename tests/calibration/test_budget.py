"""The budget's promises: monotone, bounded, driven by nobody, and true as often as it says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from calibration_builders import LABELS, a_ground, a_rule, a_stream, joined
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.calibration.budget import (
    LEAST_COUNTED,
    ONE_SENDER,
    Ground,
    Settled,
    conformal_quantile,
    settle,
)
from guardian.calibration.stream import Stream
from guardian.calibration.thresholds import MOST_STEP, MOST_TOTAL
from guardian.message import Channel

SEED = 20261121


def _settle(stream: Stream, budget: float, ground: Ground | None = None) -> Settled:
    return settle({Channel.INCOMING: stream}, {Channel.INCOMING: ground or a_ground()}, budget)[Channel.INCOMING]


@pytest.mark.parametrize(
    ("rate", "highest_that_may_pass"),
    [(0.5, 5.0), (0.2, 9.0), (0.10, 10.0), (0.05, None)],  # of ten values and one new one, floor(11 * rate) may pass
)
def test_the_quantile_counts_the_new_message_as_one_that_passes(
    rate: float, highest_that_may_pass: float | None
) -> None:
    values = np.arange(1.0, 11.0)
    threshold = conformal_quantile(values, np.ones(10), rate)
    allowed = math.floor(11 * rate + 1e-9)
    assert (1 + (values >= threshold).sum() <= allowed) or threshold == math.inf
    if highest_that_may_pass is None or allowed == 0:
        assert threshold == math.inf
    else:
        below = np.nextafter(threshold, -np.inf) - 2e-3
        assert 1 + (values >= below).sum() > allowed  # and none lower would do


def test_equal_values_pass_together_or_not_at_all() -> None:
    values = np.array([3.0, 3.0, 3.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    assert conformal_quantile(values, np.ones(9), 0.3) > 3.0
    assert 1.0 < conformal_quantile(values, np.ones(9), 0.4) < 3.0


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 10_000),
    st.floats(0.1, 100),
    st.floats(0.1, 100),
    st.sampled_from(["urgency or guilt or money_request", "urgency and guilt", "risk and money_request"]),
)
def test_a_smaller_budget_never_lowers_a_threshold(seed: int, one: float, other: float, tactics: str) -> None:
    stream, ground = a_stream(300, seed=seed), a_ground(a_rule(tactics))
    small, large = sorted((one, other))
    assert (_settle(stream, small, ground).thresholds >= _settle(stream, large, ground).thresholds - 1e-12).all()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.floats(-6, 6), st.floats(0.1, 100), st.floats(-MOST_TOTAL, MOST_TOTAL))
def test_no_stream_and_no_budget_moves_a_threshold_out_of_its_band(
    seed: int, mean: float, budget: float, before: float
) -> None:
    shipped = a_ground().shipped
    ground = a_ground(current=shipped + before)
    moved = _settle(a_stream(300, seed=seed, mean=mean), budget, ground).thresholds
    assert (np.abs(moved - ground.current) <= MOST_STEP + 1e-9).all()
    assert (np.abs(moved - shipped) <= MOST_TOTAL + 1e-9).all()


def test_only_outputs_that_decide_about_alarms_move() -> None:
    settled = _settle(a_stream(400), 100.0, a_ground(a_rule("urgency")))
    moved = [label for label, at in zip(LABELS, settled.thresholds - a_ground().shipped, strict=True) if abs(at) > 1e-9]
    assert moved == ["urgency"]


@pytest.mark.parametrize("height", [3.0, 8.0])
@pytest.mark.parametrize("column", range(1, 4))
@pytest.mark.parametrize("shapes", [0, 1])
def test_one_sender_of_ten_thousand_messages_lifts_a_threshold_no_further_than_allowed(
    height: float, column: int, shapes: int
) -> None:
    honest = a_stream(400)
    logits = np.full((10_000, len(LABELS)), -5.0)
    logits[:, column] = height
    attack = Stream(logits, np.zeros(10_000, dtype=np.int64), np.full(10_000, shapes == 0), {}, honest.weeks)
    without, with_it = _settle(honest, 3.0), _settle(joined(honest, attack), 3.0)
    assert (with_it.thresholds - without.thresholds).max() <= ONE_SENDER + 1e-9
    assert not without.missing


@pytest.mark.parametrize("budget", [0.3, 1.0])
@pytest.mark.parametrize("count", [3, 6])
def test_a_sender_of_a_few_messages_behind_many_newsletters_lifts_a_threshold_no_further(
    budget: float, count: int
) -> None:
    """Forty senders write more often, so that whoever watches the busiest senders alone does not see this one."""
    letters = a_stream(400, senders=[number // 10 for number in range(400)], logits=np.full((400, 4), -5.0))
    honest = joined(a_stream(400, seed=0), letters)
    attack = Stream(np.full((count, 4), 8.0), np.zeros(count, dtype=np.int64), np.zeros(count, bool), {}, honest.weeks)
    with_it = _settle(joined(honest, attack), budget).thresholds
    assert (with_it - _settle(honest, budget).thresholds).max() <= ONE_SENDER + 1e-9


def test_a_flood_of_ordinary_words_does_not_lift_a_threshold_either() -> None:
    """More messages a week would mean a smaller rate, so a flood could make Guardian quieter."""
    honest = a_stream(400)
    flood = Stream(np.full((10_000, 4), -9.0), np.zeros(10_000, dtype=np.int64), np.zeros(10_000, bool), {}, 10.0)
    assert (_settle(joined(honest, flood), 3.0).thresholds - _settle(honest, 3.0).thresholds).max() <= ONE_SENDER


@pytest.mark.parametrize("count", [1, 40, 150])
def test_too_little_data_moves_nothing_and_says_how_much_more_is_needed(count: int) -> None:
    settled = _settle(a_stream(count), 100.0)
    assert (settled.thresholds == a_ground().current).all()
    assert settled.missing == 2 * (LEAST_COUNTED - count // 2)


def test_one_sender_alone_is_too_little_however_much_it_sends() -> None:
    assert _settle(a_stream(5_000, senders=[1] * 5_000), 3.0).missing == 2 * (LEAST_COUNTED - 1)


def test_a_budget_finer_than_the_data_says_so_and_uses_the_finest_that_it_holds() -> None:
    stream = a_stream(300, weeks=1.0)
    finest, finer = _settle(stream, 5.0), _settle(stream, 0.1)
    assert finer.finer > finest.finer > 0 or finest.finer == 0
    assert finer.finer > 0


def test_a_channel_without_alarms_stays_as_it_is() -> None:
    settled = _settle(a_stream(400), 100.0, a_ground(a_rule("risk")))
    assert (settled.thresholds == a_ground().current).all()


def test_the_budget_is_shared_by_the_channels() -> None:
    one = _settle(a_stream(600), 3.0)
    streams = {Channel.INCOMING: a_stream(600), Channel.AI_OUTPUT: a_stream(600, seed=5)}
    both = settle(streams, dict.fromkeys(streams, a_ground()), 3.0)
    assert (both[Channel.INCOMING].thresholds >= one.thresholds - 1e-12).all()


def test_new_ordinary_messages_alarm_no_more_often_than_the_budget_allows_on_average() -> None:
    """By simulation: thresholds from 400 messages, alarms counted among 4,000 new ones; no bound is met."""
    rates, target = [], 0.03
    for seed in range(60):
        stream = a_stream(400, seed=SEED + seed, mean=-1.2, weeks=1.0)
        settled = _settle(stream, 400 * target, a_ground(seed=seed))
        fresh = a_stream(4_000, seed=seed, mean=-1.2)
        rates.append(float((a_rule().margins(fresh.logits, settled.thresholds) >= 0).mean()))
    error = np.std(rates) / math.sqrt(len(rates))
    assert np.mean(rates) <= target + 3 * error
    assert np.mean(rates) >= target / 4  # and it does not keep silent to be safe


def test_the_interval_of_the_alarms_holds_the_true_number_as_often_as_it_says() -> None:
    held = []
    thresholds = a_ground().current
    truth = 40 * float((a_rule().margins(a_stream(400_000, seed=9).logits, thresholds) >= 0).mean())
    for seed in range(200):
        now = _settle(a_stream(400, seed=SEED + seed), 3.0).now
        held.append(now.low <= truth <= now.high)
    assert np.mean(held) >= 0.86  # 90 % less two standard errors of 200 draws


def test_many_messages_of_one_sender_make_no_rate_surer() -> None:
    spread, bunched = (
        _settle(a_stream(1_000), 3.0),
        _settle(a_stream(1_000, senders=[n % 250 for n in range(1_000)]), 3.0),
    )
    wide = [s.now.high - s.now.low for s in (spread, bunched)]
    assert wide[0] <= wide[1] * 1.2
