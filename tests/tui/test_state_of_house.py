"""The state of the house, and the words of the status line, the top bar and the banner for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from journal_rig import a_verdict

from guardian.events import CaughtUp, CellRestarted, CellStarted, NotJournaled, PolicyProblem
from guardian.verdict import Coverage, Outcome, Reason, Verdict
from tui.messages import Reach
from tui.state import HouseState, Phase
from tui.widgets.banner import alarm_lines
from tui.widgets.status_line import alarm_word, status_words

NOON_MS = 1_795_000_000_000
READY = HouseState(phase=Phase.READY, is_open=True, model="guardian-mini-2", wall="netns", policies=12)


def verdict(wall: str, *reasons: Reason) -> Verdict:
    return replace(a_verdict(Outcome.UNSCREENED), wall=wall, coverage=Coverage(1, 0, reasons))


@pytest.mark.parametrize(
    ("wall", "reasons", "phase", "trouble"),
    [
        ("netns", (), Phase.READY, ""),
        ("none", (), Phase.READY, ""),
        ("down", (Reason("model-down", "the model is not running"),), Phase.DOWN, "the model is not running"),
        ("down", (Reason("too-large", "cut"),), Phase.DOWN, "before"),  # keeps what it knew
    ],
)
def test_the_state_believes_the_verdicts_wall(
    wall: str, reasons: tuple[Reason, ...], phase: Phase, trouble: str
) -> None:
    state = HouseState(trouble="before").with_verdict(verdict(wall, *reasons))
    assert (state.phase, state.trouble) == (phase, trouble)


def test_the_state_takes_in_what_the_core_tells() -> None:
    state = HouseState()
    for event in (CellStarted("seccomp", 80.0), CellRestarted("it died", 2), PolicyProblem("a.toml:1:2: broken")):
        state = state.with_event(event)
    assert (state.wall, state.restarts, state.problems) == ("seccomp", 2, ("a.toml:1:2: broken",))


def test_the_model_is_starting_until_it_runs_and_everything_is_loaded() -> None:
    runs, state = CellStarted("netns", 80.0), HouseState()
    assert state.with_event(runs).phase is Phase.STARTING
    assert state.with_gate_open().phase is Phase.STARTING
    assert state.with_event(runs).with_gate_open().phase is Phase.READY
    assert state.with_gate_open().with_event(runs).phase is Phase.READY


def test_a_restart_makes_a_model_that_was_down_ready_again() -> None:
    state = replace(READY, phase=Phase.DOWN, trouble="it died").with_event(CellRestarted("it died", 1))
    assert (state.phase, state.stopped) == (Phase.READY, "")
    assert "1 restart" in status_words(state).plain


# What is wrong -> how the status line begins, what the top bar says.
ALARMS = [
    (replace(READY), "guardian-mini-2", ""),
    (HouseState(), "model is starting", ""),
    (replace(READY, phase=Phase.DOWN, trouble="killed"), "x STOPPED: model is down: killed", "STOPPED"),
    (replace(READY, stalled="nothing was judged for 12 s"), "x STOPPED: nothing was judged for 12 s", "STOPPED"),
    (replace(READY, reach=Reach.LOCKED), "x NOT RECORDED: the journal is locked", "NOT RECORDED"),
    (
        replace(READY, reach=Reach.TROUBLE, reach_trouble="it is damaged"),
        "x NOT RECORDED: the journal can't be used: it is damaged",
        "NOT RECORDED",
    ),
    (replace(READY, not_journaled=2, journal_trouble="disk full"), "x NOT RECORDED: 2 not journaled", "NOT RECORDED"),
    (replace(READY, reach=Reach.OPEN), "guardian-mini-2", ""),
    (replace(READY, reach=Reach.NONE_YET), "guardian-mini-2", ""),
    (replace(READY, phase=Phase.DOWN, trouble="killed", reach=Reach.LOCKED), "x STOPPED: model is down", "STOPPED"),
]


@pytest.mark.parametrize(("state", "begins", "alarm"), ALARMS)
def test_what_stopped_is_the_first_word(state: HouseState, begins: str, alarm: str) -> None:
    words = status_words(state, NOON_MS)
    assert words.plain.startswith(begins)
    assert alarm_word(state) == alarm
    assert bool(alarm_lines(state)) is bool(alarm)
    if alarm:
        assert "$text-error" in str(words.spans[0].style)


def test_that_both_stopped_is_said() -> None:
    words = status_words(replace(READY, phase=Phase.DOWN, trouble="killed", reach=Reach.LOCKED)).plain
    assert words.index("STOPPED") < words.index("NOT RECORDED")
    assert "guardian-mini-2" not in words  # a model that does not run is not named as if it did


def test_what_was_not_journaled_stands_there_until_it_is_caught_up() -> None:
    state = READY
    for _ in range(2):
        state = state.with_event(NotJournaled("not journaled: no space is left on its disk", is_kept=False))
    assert "2 not journaled: not journaled: no space" in status_words(state).plain
    assert "not journaled" not in status_words(state.with_event(CaughtUp(2))).plain


def test_when_something_was_last_screened_is_said_while_nothing_is() -> None:
    state = replace(READY, total=0).with_screened(NOON_MS)
    assert "last screened" in status_words(state, NOON_MS + 60_000).plain
    assert "last screened" not in status_words(replace(state, total=3), NOON_MS).plain
    assert state.with_screened(NOON_MS - 1) is state  # an older one, read later, is not the last
    yesterday = status_words(state, NOON_MS + 86_400_000).plain.rpartition("last screened ")[2].split(" │")[0]
    assert len(yesterday) > len("17:45"), "a time of yesterday says its day"
    today = status_words(state, NOON_MS).plain.rpartition("last screened ")[2].split(" │")[0]
    assert len(today) == len("17:45")


@pytest.mark.parametrize("is_weak", [True, False])
def test_a_key_in_a_file_is_shown_until_it_is_moved(is_weak: bool) -> None:
    assert ("key in a file" in status_words(replace(READY, has_weak_key=is_weak)).plain) is is_weak


def test_hostile_words_in_a_trouble_are_made_safe() -> None:
    state = replace(READY, phase=Phase.DOWN, trouble="\x1b]52;c;x\x07[/bold]")
    assert "\\x1b]52;c;x\\x07[/bold]" in status_words(state).plain
    assert "\x1b" not in "".join(alarm_lines(state))
