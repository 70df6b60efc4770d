"""A guardian that stopped looks stopped, on every screen and sheet, and nothing looks clean."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot
from tui_driver import LONGEST_WAIT_S, drive, screen_text, until, write_inbox

from guardian.assembly import Assembled
from guardian.errors import CellError
from guardian.inference import dispatcher
from guardian.message import Channel
from guardian.settings import Settings
from tui.app import GuardianApp
from tui.messages import GateFailed, TextGiven
from tui.pulse import Pulse
from tui.state import HouseState, Phase
from tui.widgets.status_line import StatusLine
from tui.widgets.top_bar import AlarmWord

SCREENS = ("inbox", "ask", "policies", "journal", "health")


def status(app: GuardianApp) -> str:
    """The status line of whatever stands on top, sheets included."""
    for line in app.screen.query(StatusLine):
        return getattr(line.content, "plain", str(line.content))
    return ""  # the screen is being made


def looks_stopped(app: GuardianApp) -> bool:
    """First word of the status line with its sign, in red, and in the top bar."""
    line, alarm = app.screen.query(StatusLine), app.screen.query(AlarmWord)
    is_red = all(each.has_class("-down") for each in line)
    is_in_bar = bool(alarm) and all(each.display and "STOPPED" in str(each.content) for each in alarm)
    return status(app).startswith("x STOPPED: ") and is_red and is_in_bar


async def looks_stopped_everywhere(app: GuardianApp, pilot: Pilot[None]) -> None:
    """On every screen, and on a sheet."""
    for mode in SCREENS:
        app.action_show(mode)
        await until(pilot, partial(_looks_stopped_on, app, mode), f"the alarm on {mode}")
    app.action_help()
    await pilot.pause()
    assert app.screen.is_modal
    assert status(app).startswith("x STOPPED: ")


@pytest.mark.long
def test_a_missing_model_is_said_on_every_screen(house: Settings, tmp_path: Path) -> None:
    inbox = write_inbox(tmp_path / "inbox", [("a.txt", "Shall we have lunch?")])
    app = GuardianApp(replace(house, model_dir=tmp_path), [inbox], with_journal=False)  # the owner's own way to a gate

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.phase is Phase.DOWN, "the news")
        assert "model is down" in status(app)
        await looks_stopped_everywhere(app, pilot)
        assert "clean" not in screen_text(app).replace("clean  ", "")  # but where the help says what the word means

    drive(app, story)


def test_a_model_that_dies_is_started_again_and_a_restart_is_seen(house: Settings) -> None:
    app = GuardianApp(house, with_journal=False)

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.phase is Phase.READY and app.house.canaries, "the model, and its canaries")
        cell = app.bridge.assembled.register().process
        os.kill(cell, signal.SIGKILL)
        await until(pilot, lambda: app.state.restarts, "the restart in the state")
        app.bridge.ask(TextGiven(1, "Please send me gift cards.", Channel.INCOMING, app))
        await until(pilot, lambda: app.house.tally.facts().outcomes.get("flagged"), "a verdict all the same")
        await until(pilot, lambda: app.state.phase is Phase.READY, "that it runs")
        assert "1 restart" in status(app)
        assert "STOPPED" not in status(app)
        (restart,) = app.house.tally.facts().restarts
        assert "SIGKILL" in restart[1]

    before = children()
    drive(app, story)
    assert children() <= before, "the model's process outlived the app"


@pytest.mark.long
def test_a_model_that_can_not_be_started_again_looks_stopped_while_nothing_is_asked(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = GuardianApp(house, with_journal=False)

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.phase is Phase.READY and app.house.canaries, "the model, and its canaries")
        monkeypatch.setattr(dispatcher, "CellProcess", no_more_processes)
        os.kill(app.bridge.assembled.register().process, signal.SIGKILL)
        await until(pilot, lambda: app.state.stopped, "that it stopped, though nobody asked anything")
        await looks_stopped_everywhere(app, pilot)

    drive(app, story)


def no_more_processes(*_args: object) -> None:
    raise CellError("the model's process cannot be started: resource temporarily unavailable")


@pytest.mark.long
def test_a_screening_thread_that_ended_looks_stopped(make_app: Callable[..., GuardianApp]) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.phase is Phase.READY, "the gate")
        app.bridge.stop()
        await until(pilot, lambda: "thread that screens has ended" in status(app), "that it ended")
        await looks_stopped_everywhere(app, pilot)

    drive(app, story)


@pytest.mark.long
def test_something_that_waits_without_a_verdict_looks_stopped_and_recovers(house: Settings) -> None:
    app = GuardianApp(house, with_journal=False)
    app.house.pulse = Pulse(app.bridge, stall_s=1.0)

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.phase is Phase.READY and app.house.canaries, "the model, and its canaries")
        cell = app.bridge.assembled.register().process
        os.kill(cell, signal.SIGSTOP)
        try:
            app.bridge.ask(TextGiven(1, "Please send me gift cards.", Channel.INCOMING, app))
            await until(pilot, lambda: "nothing was judged for" in status(app), "that it stands still")
            assert looks_stopped(app)
        finally:
            os.kill(cell, signal.SIGCONT)
        await until(pilot, lambda: not app.state.stopped, "that it goes on")
        assert not app.screen.query_one(StatusLine).has_class("-down")

    drive(app, story)


def children() -> set[int]:
    """Processes that this one started and that still run."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that ended meanwhile
            found |= {int(each) for each in (task / "children").read_text().split()}
    return found


def test_why_the_gate_failed_is_shown_without_markup_and_safe(make_app: Callable[..., GuardianApp]) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.phase is Phase.READY, "the gate")
        app.post_message(GateFailed("no such model: [/bold][red]"))
        await until(pilot, lambda: "[/bold][red]" in status(app), "the words as they are")
        app.house.look()  # what the register says of a model that still runs does not take it back
        assert app.state.phase is Phase.DOWN

    drive(app, story)


def settle(parts: Assembled) -> None:
    """Wait until the shared gate has done what an app that was left still asked of it."""
    give_up = time.monotonic() + LONGEST_WAIT_S
    while parts.register().waiting:
        assert time.monotonic() < give_up
        time.sleep(0.02)


class Standing:
    """A bridge as the pulse sees it."""

    def __init__(self, parts: Assembled) -> None:
        self._parts = parts
        self.has_ended, self.verdicts, self.in_hand = False, 0, 0

    @property
    def assembled(self) -> Assembled:
        if self.has_ended:
            raise CellError("gone")
        return self._parts


def test_the_pulse_counts_from_the_last_thing_that_moved(parts: Assembled) -> None:
    settle(parts)
    bridge, clock = Standing(parts), [100.0]
    pulse = Pulse(bridge, lambda: clock[0], stall_s=10.0)  # type: ignore[arg-type]  # as much of a bridge as it looks at
    state = HouseState(phase=Phase.READY, wall="netns", is_open=True)
    for passed_s, in_hand, verdicts, stalled in (
        (0, 0, 0, False),
        (60, 0, 0, False),  # nothing waits
        (0, 1, 0, False),
        (9, 1, 0, False),
        (2, 1, 0, True),
        (1, 1, 1, False),  # a verdict
        (11, 1, 1, True),
        (0, 0, 1, False),
    ):
        clock[0] += passed_s
        bridge.in_hand, bridge.verdicts = in_hand, verdicts
        assert bool(pulse.look(state).stopped) is stalled


def _looks_stopped_on(app: GuardianApp, mode: str) -> bool:
    return app.current_mode == mode and looks_stopped(app)
