"""Order and filter of the inbox, without an app."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian import gate
from guardian.gate import Screened
from guardian.message import Message
from guardian.verdict import Action, Coverage, Outcome, Verdict
from tui.triage import GROUPS, Order, Triage


def a_verdict(outcome: Outcome) -> Verdict:
    return Verdict(
        id="",
        channel="incoming",
        outcome=outcome,
        action=Action.NONE,
        risk=0.0,
        scores={},
        policies=(),
        findings=(),
        vetoes=(),
        coverage=Coverage(0, 0),
        model_name="m",
        model_sha256="0",
        policy_set="sha256:0",
        wall="netns",
        elapsed_ms=0.0,
    )


def a_screened(outcome: Outcome, name: str = "", sender: str | None = None) -> Screened:
    """Made with the gate's own seal: what only a test may do."""
    return Screened(gate._SEAL, Message(b"", id=name, sender=sender), a_verdict(outcome))


OUTCOMES = st.lists(st.sampled_from(list(Outcome)))


@given(OUTCOMES, OUTCOMES)
def test_worst_first_then_newest_first_however_they_arrive(first: list[Outcome], then: list[Outcome]) -> None:
    triage = Triage()
    triage.add(a_screened(outcome) for outcome in first)
    triage.add(a_screened(outcome) for outcome in then)
    shown = triage.shown()
    places = [(GROUPS.index(item.screened.verdict.outcome), -item.number) for item in shown]
    assert places == sorted(places)
    assert sorted(item.number for item in shown) == list(range(1, len(first) + len(then) + 1))


@given(OUTCOMES)
def test_newest_first_is_the_reverse_of_arrival(outcomes: list[Outcome]) -> None:
    triage = Triage()
    triage.order = Order.NEWEST
    triage.add(a_screened(outcome) for outcome in outcomes)
    assert [item.number for item in triage.shown()] == list(range(len(outcomes), 0, -1))


def test_every_outcome_has_its_place_and_what_was_not_judged_stands_above_clean() -> None:
    assert set(GROUPS) == set(Outcome)
    assert GROUPS.index(Outcome.UNSCREENED) < GROUPS.index(Outcome.CLEAN)
    assert GROUPS.index(Outcome.UNSURE) < GROUPS.index(Outcome.CLEAN)


@pytest.mark.parametrize(
    ("words", "passes"),
    [
        ("", True),
        ("  ", True),
        ("flagged", True),
        ("FLAGGED Boss", True),
        ("boss@work.example", True),
        ("gift.txt incoming", True),
        ("flagged clean", False),
        ("[", False),  # no pattern language: a bracket is a bracket
    ],
)
def test_a_filter_wants_every_word(words: str, passes: bool) -> None:
    triage = Triage()
    triage.look_for(words)
    assert bool(triage.add([a_screened(Outcome.FLAGGED, "gift.txt", "Boss@work.example")])) is passes
    assert bool(triage.shown()) is passes


def test_what_a_filter_hides_is_kept() -> None:
    triage = Triage()
    triage.look_for("nothing has this")
    assert triage.add([a_screened(Outcome.FLAGGED)]) == []
    triage.look_for("")
    assert [item.number for item in triage.shown()] == [1]
    assert triage[1].screened.verdict.outcome is Outcome.FLAGGED
