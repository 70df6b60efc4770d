"""The app goes on: the model dies, the journal is away, a policy breaks, the disk is full, there is hardly a screen.

Each is shown in words, and each test ends with an app that answers keys.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from recorded_rig import a_record, record
from test_records import MakeApp, close_by_passphrase, listed, notices
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Button, Input
from tui_driver import drive, screen_lines, screen_text, until, words, write_inbox

from guardian.policy.starter import MARKER
from guardian.settings import Settings
from tui.app import GuardianApp
from tui.messages import Reach
from tui.screens.policy_editor import PolicyEditorScreen
from tui.state import Phase
from tui.widgets.alert_list import AlertList
from tui.widgets.journal_export import ExportPane

SCREENS = {"1": "inbox", "2": "ask", "3": "policies", "4": "journal", "5": "health"}


@pytest.fixture(autouse=True)
def only_two_policies(recorded_house: Settings) -> None:
    """The starter policies are not copied: the two of the tests are the house's."""
    (recorded_house.policies_dir / MARKER).touch()
    recorded_house.policies_dir.chmod(0o700)


@contextmanager
def full_disk(grown_bytes: int = 0) -> Iterator[None]:
    """No file of this process grows beyond `grown_bytes`: the kernel refuses the write, as on a full disk."""
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # else it ends the process; Python does so already
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (grown_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)


def _stands(app: GuardianApp, name: str) -> bool:
    return app.current_mode == name and bool(screen_text(app).strip())


def _is_left(app: GuardianApp, screen: Screen[Any]) -> bool:
    return app.screen is not screen


async def answers_keys(pilot: Pilot[None]) -> None:
    """Every screen comes when its key is pressed, and the help over it."""
    app = pilot.app
    assert isinstance(app, GuardianApp)
    while app.screen.is_modal:
        await pilot.press("escape")
        await pilot.pause()
    for key, name in SCREENS.items():
        await pilot.press("escape", key)
        await until(pilot, partial(_stands, app, name), f"screen {name}")
    await pilot.press("escape", "question_mark")
    await until(pilot, lambda: app.screen.is_modal, "the help")
    await pilot.press("escape", "1")
    await until(pilot, lambda: app.current_mode == "inbox" and not app.screen.is_modal, "the inbox")
    assert app.crash is None


@pytest.mark.long
def test_a_model_that_is_killed_while_it_judges_is_started_again_and_every_message_gets_its_verdict(
    recorded_house: Settings, make_recorded_app: MakeApp, tmp_path: Path
) -> None:
    texts = [(f"{number:02}.txt", f"{number}: please send me gift cards. " * 30) for number in range(24)]
    app = make_recorded_app(write_inbox(tmp_path / "inbox", texts), own_gate=True)

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.phase is Phase.READY and app.bridge.verdicts, "the first verdict")
        assert app.bridge.verdicts < len(texts), "it judges still"
        os.kill(app.bridge.assembled.register().process, signal.SIGKILL)
        await until(pilot, lambda: app.state.restarts, "the restart")
        await until(pilot, lambda: app.bridge.verdicts == len(texts), "a verdict of each")
        await until(pilot, lambda: listed(app) == len(texts), "each in the list")
        assert not any(alert.outcome.value == "clean" for alert in app.book.everything())
        assert app.state.unrecorded == "", "the model's end is not the journal's"
        assert "1 restart" in words(app, "#status")
        await answers_keys(pilot)

    drive(app, story)


@pytest.mark.long
def test_a_journal_that_is_damaged_deleted_replaced_and_locked_is_said_each_time(
    recorded_house: Settings, make_recorded_app: MakeApp
) -> None:
    record(recorded_house, [a_record(), a_record()])
    file = recorded_house.paths.journal_file
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: listed(app) == 2, "the alerts")
        assert app.records is not None
        whole = file.read_bytes()
        for damage in (b"no journal\n" * 500, b"", None):
            if damage is None:
                file.unlink()
            else:
                _put(file, damage)
            app.records.look_now()
            await until(pilot, lambda: app.state.reach in (Reach.TROUBLE, Reach.NONE_YET), "that it is the matter")
            await until(pilot, lambda: listed(app) == 0, "no alert of a journal that can't be read")
            await answers_keys(pilot)
            _put(file, whole)
            app.records.look_now()
            await until(pilot, lambda: app.state.reach is Reach.OPEN and listed(app) == 2, "that it is back")
        close_by_passphrase(recorded_house)
        _put(file, file.read_bytes())
        app.records.look_now()
        await until(pilot, lambda: app.state.reach is Reach.LOCKED, "that it is locked")
        await answers_keys(pilot)

    drive(app, story)


def _put(file: Path, data: bytes) -> None:
    """Another file in the place of this one, as a backup program leaves it."""
    other = file.with_suffix(".other")
    other.write_bytes(data)
    other.chmod(0o600)
    for each in ("-wal", "-shm"):
        file.with_name(file.name + each).unlink(missing_ok=True)
    other.replace(file)


@pytest.mark.long
def test_a_policy_that_breaks_is_said_and_what_was_in_force_stays_until_it_is_mended(
    recorded_house: Settings, make_recorded_app: MakeApp
) -> None:
    path = recorded_house.policies_dir / "gift-cards.toml"
    whole = path.read_text()
    app = make_recorded_app(own_gate=True)

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.phase is Phase.READY, "the gate")
        path.write_text(whole + "[[[ no toml")
        await until(pilot, lambda: app.state.problems, "the problem")
        await until(pilot, lambda: "gift-cards" in screen_text(app), "the file's name, on the Inbox")
        assert app.state.policies == 2, "the last good version is in force"
        await answers_keys(pilot)
        path.write_text(whole)
        await until(pilot, lambda: not app.state.problems, "that it is mended")

    drive(app, story)


@pytest.mark.long
def test_a_disk_that_is_full_loses_no_word_of_the_owners(
    recorded_house: Settings, make_recorded_app: MakeApp, tmp_path: Path
) -> None:
    (seq,) = record(recorded_house, [a_record()])
    path = recorded_house.policies_dir / "gift-cards.toml"
    before = path.read_text()
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.reach is Reach.OPEN and listed(app) == 1, "the alert")
        with full_disk():
            await pilot.press("w")
            await until(pilot, lambda: "journal" in notices(app), "why the word could not be written")
        assert app.book.get(seq).says == ""  # type: ignore[union-attr]
        with full_disk():
            screen = await _kept(pilot, app)
            assert "not kept: " in screen_text(app)
            assert screen.editor.policy_text == before + "# mine\n", "what was written is still there"
        assert path.read_text() == before
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.is_modal, "the question what becomes of it")
        await pilot.press("j", "enter")
        await until(pilot, lambda: not app.screen.is_modal and app.screen is not screen, "the screen before")
        target = tmp_path / "out.html"
        with full_disk():
            await _exported(pilot, app, target)
            await until(pilot, lambda: "written to" not in screen_text(app) and _said(app), "why it is not written")
        assert not target.exists(), "no half of a file"
        await answers_keys(pilot)
        await pilot.press("w")
        await until(pilot, lambda: app.book.get(seq).says == "wrong", "the word, now that there is room")  # type: ignore[union-attr]

    drive(app, story, size=(120, 36))


async def _kept(pilot: Pilot[None], app: GuardianApp) -> PolicyEditorScreen:
    """Type a line at the end of a policy and keep it; the page, once it has said what came of that."""
    from editor_rig import keep, opened

    screen = await opened(pilot)
    screen.editor.move_cursor(screen.editor.document.end)
    await pilot.press(*"# mine", "enter")
    await keep(pilot, screen)
    return screen


async def _exported(pilot: Pilot[None], app: GuardianApp, target: Path) -> None:
    await pilot.press("4", "x")
    await until(pilot, lambda: app.screen.query(ExportPane) and app.screen.query_one(ExportPane).display, "the form")
    pane = app.screen.query_one(ExportPane)
    pane.query_one("#where", Input).value = str(target)
    pane.query_one(Button).press()
    await pilot.pause()


def _said(app: GuardianApp) -> str:
    said = str(app.screen.query_one(ExportPane).query_one(".said").render())
    return "" if "writing" in said else said


@pytest.mark.long
def test_settings_that_break_and_a_runtime_folder_that_vanishes_stop_nothing(
    recorded_house: Settings, make_recorded_app: MakeApp
) -> None:
    record(recorded_house, [a_record()])
    paths = recorded_house.paths
    paths.settings_file.parent.mkdir(parents=True, exist_ok=True)
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: listed(app) == 1, "the alert")
        paths.settings_file.write_text("[[[ no toml")
        shutil.rmtree(paths.runtime, ignore_errors=True)
        from tui.preferences import keep

        keep(app, "app.theme", "guardian-light")
        await until(pilot, lambda: "this holds until you leave" in notices(app), "that it could not be kept")
        assert paths.settings_file.read_text() == "[[[ no toml", "nobody writes over what the owner has to mend"
        await answers_keys(pilot)
        await pilot.press("w")
        await until(pilot, lambda: "you said wrong" in notices(app), "the word")

    drive(app, story)


@pytest.mark.long
@pytest.mark.parametrize(
    "size", [pytest.param((40, 20), marks=pytest.mark.slow), (40, 10), pytest.param((20, 6), marks=pytest.mark.slow)]
)
def test_every_screen_and_sheet_stands_on_hardly_any_room(
    recorded_house: Settings, make_recorded_app: MakeApp, size: tuple[int, int]
) -> None:
    record(recorded_house, [a_record(f"Pay me {number} gift cards.") for number in range(30)])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.reach is Reach.OPEN and listed(app) == 30, "the alerts")
        await until(pilot, lambda: app.state.phase is Phase.READY, "the gate")
        for keys in SHEETS:
            for key in keys:
                await pilot.press(key)
                await pilot.pause(0.05)
            lines = screen_lines(app)
            assert len(lines) == size[1]
            assert screen_text(app).strip(), keys
            while app.screen.is_modal or not isinstance(app.screen, _five()):
                before = app.screen
                await pilot.press("escape")
                await until(pilot, partial(_is_left, app, before), f"out of {keys}")
        await pilot.press("1")
        await pilot.pause()
        assert "! fl" in screen_text(app)
        assert app.screen.query_one(AlertList).region.height > 0
        await answers_keys(pilot)

    drive(app, story, size=size)


SHEETS = (
    ("question_mark",),
    ("n",),
    ("N",),
    ("m",),
    ("p",),
    ("enter",),
    ("1", "enter", "H"),
    ("1", "enter", "I"),
    ("1", "enter", "R"),
    ("2", "g", "f3"),
    ("escape", "3"),
    ("h",),
    ("P",),
    ("plus",),
    ("v",),
    ("enter",),
    ("4",),
    ("s",),
    ("x",),
    ("c",),
    ("escape", "5"),
    ("c",),
    ("ctrl+p",),
)


def _five() -> tuple[type, ...]:
    from tui.screens.ask import AskScreen
    from tui.screens.health import HealthScreen
    from tui.screens.inbox import InboxScreen
    from tui.screens.journal import JournalScreen
    from tui.screens.policies import PoliciesScreen

    return (InboxScreen, AskScreen, PoliciesScreen, JournalScreen, HealthScreen)
