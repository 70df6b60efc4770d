"""The judge's register: it counts what was measured, and knows when a judge may be trusted."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.judge.base import Label
from guardian.judge.register import CallRecord, JudgeRegister
from guardian.judge.tallies import FORGET_AT, RECENT_CALLS, Moments, RoundNumbers

SHA = "ab" * 32
CALL = CallRecord("pay", Label.YES, margin=3.0, entropy=0.2, mass=0.97, tokens=300, reused_tokens=200, elapsed_ms=80.0)
GOOD = RoundNumbers(at_ms=1_000_000, found=10, to_find=10, alone=10, to_leave=10)
HOUR_MS = 3_600_000


class Clock:
    """Stands until it is set."""

    def __init__(self, now_ms: int = GOOD.at_ms) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "judge-register.json"


# --- What is counted ----------------------------------------------------------------------------------------------


def test_every_measured_thing_has_its_own_count() -> None:
    register = JudgeRegister(None, SHA)
    register.add(CALL)
    register.add(replace(CALL, label=Label.NO, is_truncated=True, mass=0.01))
    register.add(replace(CALL, retries=1, order_flips=1, is_sure=True, says_sure=True))
    register.add(replace(CALL, label=Label.UNSURE, failure="model-timeout: it took too long"))
    register.add(replace(CALL, is_question=True))
    total = register.snapshot().tallies.total
    assert (total.calls, total.answered, total.asked, total.yes, total.no) == (5, 4, 3, 2, 1)
    assert (total.truncated, total.retried, total.flipped, total.sure, total.parsed) == (1, 1, 1, 1, 3)
    assert (total.tokens, total.reused_tokens) == (1500, 1000)
    assert total.margin.mean == pytest.approx(3.0)
    assert math.exp(total.log_ms.mean) == pytest.approx(80.0)
    assert register.snapshot().tallies.failures == {"model-timeout": 1}


@pytest.mark.parametrize(
    ("says_sure", "is_sure", "counted"), [(True, False, 1), (True, True, 0), (False, False, 0), (False, True, 0)]
)
def test_what_says_sure_while_the_register_does_not_is_a_count_of_its_own(
    says_sure: bool, is_sure: bool, counted: int
) -> None:
    register = JudgeRegister(None, SHA)
    register.add(replace(CALL, says_sure=says_sure, is_sure=is_sure))
    assert register.snapshot().tallies.total.says_sure_only == counted


def test_agreement_counts_only_where_both_said_something() -> None:
    register = JudgeRegister(None, SHA)
    register.add_agreement(with_rules=True, with_encoder=None)
    register.add_agreement(with_rules=False, with_encoder=True)
    register.add_agreement(with_rules=None, with_encoder=False)
    tallies = register.snapshot().tallies
    assert (tallies.rules_agree, tallies.rules_differ) == (1, 1)
    assert (tallies.encoder_agree, tallies.encoder_differ) == (1, 1)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_spoils_no_sum(bad: float, path: Path) -> None:
    register = JudgeRegister(path, SHA)
    register.add(replace(CALL, margin=bad, entropy=bad, mass=bad, elapsed_ms=bad))
    register.save()
    assert math.isfinite(JudgeRegister(path, SHA).snapshot().tallies.total.margin.mean)


def test_a_failure_that_nobody_knows_is_counted_without_its_words() -> None:
    register = JudgeRegister(None, SHA)
    register.add(replace(CALL, failure="the owner's own text"))
    assert register.snapshot().tallies.failures == {"other": 1}


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60))
def test_moments_are_mean_and_deviation(values: list[float]) -> None:
    moments = Moments()
    for value in values:
        moments.add(value)
    mean = math.fsum(values) / len(values)
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))
    assert moments.mean == pytest.approx(mean, rel=1e-6, abs=1e-4)
    assert moments.deviation == pytest.approx(deviation, rel=1e-6, abs=1e-3)


def test_the_long_run_is_what_is_no_longer_recent_and_forgets_slowly() -> None:
    register = JudgeRegister(None, SHA)
    for _ in range(RECENT_CALLS + 30):
        register.add(CALL)
    tallies = register.snapshot().tallies
    assert (len(tallies.recent), tallies.long_run.calls, tallies.total.calls) == (RECENT_CALLS, 30, RECENT_CALLS + 30)
    for _ in range(FORGET_AT):
        register.add(CALL)
    assert register.snapshot().tallies.long_run.calls <= FORGET_AT / 2 + 30


# --- Trust --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rounds", "minutes_later", "is_trusted"),
    [
        ([], 0, False),
        ([GOOD], 1, True),
        ([GOOD], 179, True),
        ([GOOD], 181, False),
        ([GOOD], -61, False),
        ([replace(GOOD, troubles=("always-yes",))], 1, False),
        ([GOOD, replace(GOOD, troubles=("slow",))], 1, False),
        ([replace(GOOD, troubles=("slow",)), GOOD], 1, True),
    ],
    ids=["no round", "good", "three hours old", "older", "of the future", "bad", "turned bad", "recovered"],
)
def test_only_a_good_and_recent_round_makes_it_trusted(
    rounds: list[RoundNumbers], minutes_later: int, is_trusted: bool
) -> None:
    clock = Clock()
    register = JudgeRegister(None, SHA, clock_ms=clock)
    for each in rounds:
        register.add_round(each)
    clock.now_ms += minutes_later * 60_000
    assert register.is_trusted() is is_trusted
    assert bool(register.snapshot().why_not) is not is_trusted


def test_a_round_is_due_at_start_and_every_hour_and_soon_after_a_bad_one(path: Path) -> None:
    clock = Clock()
    register = JudgeRegister(path, SHA, clock_ms=clock)
    assert register.is_round_due()
    register.add_round(GOOD)
    assert register.next_round_s() == 3600
    clock.now_ms += HOUR_MS - 1
    assert not register.is_round_due()
    clock.now_ms += 1
    assert register.is_round_due()
    clock.now_ms = GOOD.at_ms - 1  # the machine's clock was set back
    assert register.is_round_due()
    clock.now_ms = GOOD.at_ms
    register.add_round(replace(GOOD, troubles=("slow",)))
    assert register.next_round_s() == 300


@pytest.mark.parametrize(("minutes", "is_due"), [(0, False), (9, False), (10, True), (59, True)])
def test_a_new_process_begins_with_a_round_unless_another_has_just_made_one(
    minutes: int, is_due: bool, path: Path
) -> None:
    clock = Clock()
    before = JudgeRegister(path, SHA, clock_ms=clock)
    before.add_round(GOOD)
    before.save()
    clock.now_ms += minutes * 60_000
    assert JudgeRegister(path, SHA, clock_ms=clock).is_round_due() is is_due
    assert not before.is_round_due()


def test_canaries_are_heard_apart_and_count_as_no_call() -> None:
    register = JudgeRegister(None, SHA)
    with register.listening() as heard:
        register.add(CALL)
    register.add(replace(CALL, label=Label.NO))
    assert heard == [CALL]
    assert register.snapshot().tallies.total.calls == 1
    assert register.snapshot().tallies.total.no == 1
