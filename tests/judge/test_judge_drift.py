"""Drift: a judge that changed is told, and one that only had luck, or too few calls, is not."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from guardian.judge.base import Label
from guardian.judge.drift import LEAST_LONG_RUN, LEAST_RECENT, alarms_of
from guardian.judge.register import CallRecord, JudgeRegister
from guardian.judge.tallies import RECENT_CALLS

SHA = "ab" * 32
Draw = Callable[[np.random.Generator], CallRecord]


def usual(random: np.random.Generator) -> CallRecord:
    """A call of a judge that is well: a third yes, few flips, times that vary threefold."""
    return CallRecord(
        policy="pay",
        label=Label.YES if random.random() < 0.33 else Label.NO,
        margin=float(random.normal(4.0, 1.5)),
        entropy=0.2,
        mass=0.98,
        elapsed_ms=float(math.exp(random.normal(6.0, 0.5))),
        order_flips=int(random.random() < 0.03),
    )


CHANGES: dict[str, Draw] = {
    "yes-rate": lambda random: replace(usual(random), label=Label.YES if random.random() < 0.7 else Label.NO),
    "parse-rate": lambda random: replace(usual(random), mass=0.02 if random.random() < 0.3 else 0.98),
    "flip-rate": lambda random: replace(usual(random), order_flips=int(random.random() < 0.4)),
    "failure-rate": lambda random: replace(usual(random), failure="model-timeout" if random.random() < 0.3 else ""),
    "margin": lambda random: replace(usual(random), margin=float(random.normal(2.0, 1.5))),
    "latency": lambda random: replace(usual(random), elapsed_ms=float(math.exp(random.normal(7.0, 0.5)))),
}


def alarms(before: Draw, now: Draw, calls_before: int = 600, calls_now: int = RECENT_CALLS, seed: int = 0) -> list[str]:
    """Ids of the alarms after so many calls."""
    random = np.random.default_rng(seed)
    register = JudgeRegister(None, SHA)
    for draw, calls in ((before, calls_before), (now, calls_now)):
        for _ in range(calls):
            register.add(draw(random))
    return [alarm.id for alarm in alarms_of(register.snapshot().tallies)]


@pytest.mark.parametrize("id", CHANGES)
def test_what_changed_is_named_and_nothing_else(id: str) -> None:
    assert alarms(usual, CHANGES[id]) == [id]


@pytest.mark.parametrize("id", CHANGES)
def test_a_change_back_is_told_as_well(id: str) -> None:
    assert alarms(CHANGES[id], usual) == [id]


def test_chance_alone_raises_no_alarm() -> None:
    """A hundred looks at judges that did not change."""
    assert [seed for seed in range(100) if alarms(usual, usual, 400, seed=seed)] == []


def test_too_few_calls_raise_no_alarm() -> None:
    assert alarms(usual, CHANGES["latency"], calls_before=0) == []
    assert alarms(usual, CHANGES["latency"], calls_before=LEAST_LONG_RUN - 1) == []


def test_a_share_of_too_few_answers_raises_none_though_there_were_calls() -> None:
    """Nearly all calls failed: the few answers say nothing about yes and no."""

    def failing(random: np.random.Generator) -> CallRecord:
        is_rare = random.random() < (LEAST_RECENT - 20) / RECENT_CALLS
        return replace(CHANGES["yes-rate"](random), failure="" if is_rare else "model-down")

    assert alarms(usual, failing) == ["failure-rate"]


def test_an_alarm_says_then_and_now_in_words() -> None:
    register = JudgeRegister(None, SHA)
    for label, calls in ((Label.NO, 300), (Label.YES, RECENT_CALLS)):
        for _ in range(calls):
            register.add(CallRecord("pay", label, margin=2.0, mass=1.0, elapsed_ms=10.0))
    (alarm,) = register.alarms()
    assert alarm.say == "It said yes in 100% of the last 200 calls, and in 0% before."
    assert register.snapshot().alarms == (alarm,)
