"""Recovery: restarts wait longer and longer, the circuit opens and closes, and one answer makes all well."""

from __future__ import annotations

from cell_rig import steady
from hypothesis import given
from hypothesis import strategies as st

from guardian.inference.recovery import Recovery


def test_the_first_restart_is_immediate_and_each_further_one_waits_twice_as_long() -> None:
    recovery = Recovery(deaths_limit=6, first_delay_s=0.1, longest_delay_s=0.3)
    waits = []
    for _ in range(5):
        recovery.died(100.0)
        waits.append(round(recovery.wait_s(100.0), 6))
    assert waits == [0, 0.1, 0.2, 0.3, 0.3]
    assert not recovery.is_open(100.0)


def test_too_many_deaths_in_a_row_open_the_circuit_until_the_cool_down_is_over() -> None:
    recovery = Recovery(deaths_limit=3, cool_down_s=30)
    for _ in range(3):
        recovery.died(100.0)
    assert recovery.is_open(129.9)
    assert not recovery.is_open(130.0)
    assert recovery.wait_s(130.0) == 0


def test_after_the_cool_down_one_death_opens_it_again_for_twice_as_long() -> None:
    recovery = Recovery(deaths_limit=3, cool_down_s=30, longest_cool_down_s=100)
    for _ in range(3):
        recovery.died(0.0)
    recovery.died(30.0)
    assert recovery.wait_s(30.0) == 60
    recovery.died(90.0)
    assert recovery.wait_s(90.0) == 100


def test_an_answer_closes_the_circuit_and_forgets_the_deaths() -> None:
    recovery = Recovery(deaths_limit=2, cool_down_s=30)
    recovery.died(0.0)
    recovery.died(0.0)
    recovery.answered()
    recovery.died(100.0)
    assert not recovery.is_open(100.0)
    assert recovery.wait_s(100.0) == 0


def test_a_reason_that_a_retry_would_not_mend_opens_the_circuit_at_once() -> None:
    recovery = Recovery(cool_down_s=30)
    recovery.give_up(0.0)
    assert recovery.is_open(29.0)
    assert recovery.was_open


@steady
@given(st.lists(st.tuples(st.floats(0, 100), st.booleans()), max_size=200))
def test_deaths_without_an_answer_never_exceed_what_the_circuit_allows(
    events: list[tuple[float, bool]],
) -> None:
    """However the deaths fall, starts in one cool-down are at most `deaths_limit`."""
    recovery = Recovery(deaths_limit=4, cool_down_s=1000)
    now_s, deaths = 0.0, 0
    for pause_s, is_answer in events:
        now_s += pause_s
        if recovery.wait_s(now_s):
            continue
        if is_answer:
            recovery.answered()
            deaths = 0
        else:
            recovery.died(now_s)
            deaths += 1
        assert deaths <= 4 or recovery.is_open(now_s)
