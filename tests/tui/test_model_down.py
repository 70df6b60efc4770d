"""A model that is down looks down, on every screen, and nothing looks clean."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from tui_driver import drive, screen_text, until, words, write_inbox

from guardian.events import CellRestarted, CellStarted, PolicyProblem
from guardian.settings import Settings
from guardian.verdict import Coverage, Outcome, Reason
from tui.app import GuardianApp
from tui.messages import GateFailed
from tui.state import HouseState, Phase
from tui.widgets.editor import Editor


def test_a_missing_model_is_said_on_every_screen(house: Settings, tmp_path: Path) -> None:
    inbox = write_inbox(tmp_path / "inbox", [("a.txt", "Shall we have lunch?")])
    app = GuardianApp(replace(house, model_dir=tmp_path), [inbox])  # the owner's own way to a gate

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.phase is Phase.DOWN, "the news")
        assert "model is down" in words(app, "#status")
        assert "nothing was screened" in screen_text(app)
        await pilot.press("i")
        assert "is down" in screen_text(app)
        await pilot.press("escape", "2")
        app.query_one(Editor).load_text("Shall we have lunch?")
        await until(pilot, lambda: "unscreened" in words(app, "#answer > Static"), "no verdict, and why")
        assert "clean" not in screen_text(app)

    drive(app, story)


def test_a_model_that_dies_is_started_again_and_the_owner_is_told(house: Settings, tmp_path: Path) -> None:
    app = GuardianApp(house)

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.phase is Phase.READY, "the model")
        (cell,) = children() - before
        os.kill(cell, signal.SIGKILL)
        app.query_one(Editor).load_text("Please send me gift cards.")
        await until(pilot, lambda: "flagged:" in words(app, "#answer > Static"), "a verdict all the same")
        await until(pilot, lambda: app.state.restarts, "the restart in the state")

    before = children()
    drive(app, story)
    assert children() <= before, "the model's process outlived the app"


def children() -> set[int]:
    """Processes that this one started and that still run."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        found |= {int(each) for each in (task / "children").read_text().split()}
    return found


def test_why_the_gate_failed_is_shown_without_markup_and_safe(make_app: Callable[..., GuardianApp]) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.phase is Phase.READY, "the gate")
        app.post_message(GateFailed("no such model: [/bold][red]"))
        await until(pilot, lambda: "[/bold][red]" in words(app, "#status"), "the words as they are")

    drive(app, story)


def verdict(wall: str, *reasons: Reason) -> object:
    from test_triage import a_verdict

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
    state = HouseState(trouble="before").with_verdict(verdict(wall, *reasons))  # type: ignore[arg-type]  # a Verdict
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
