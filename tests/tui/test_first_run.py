"""Promises of the first run: four pages, each whole; leaving writes nothing; what is chosen is done once and wholly."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from recorded_rig import a_record, record
from textual.pilot import Pilot
from textual.widgets import Input, Static
from tui_driver import drive, handing_out, screen_text, until

from guardian.assembly import Assembled
from guardian.journal.keys import KeyPlace
from guardian.journal.opening import open_journal
from guardian.journal.recovery import entropy_for, unwrap
from guardian.journal.secret import Secret
from guardian.policy.load import load_policies
from guardian.safe_text import safe_text
from guardian.settings import Settings, load_settings
from tui.app import GuardianApp
from tui.beginning import is_first_run, quiet_until
from tui.messages import Reach
from tui.screens.first_run import FirstRun
from tui.screens.key_sheets import PassphraseSheet, PhraseSheet, word_table
from tui.screens.summary import SummarySheet
from tui.widgets.first_run_key import KeyPage
from tui.widgets.first_run_pages import LINES, PoliciesPage

SMALL = (80, 24)


@pytest.fixture
def fresh(tmp_path: Path) -> Settings:
    """Settings of a home in which nothing is yet."""
    return load_settings({"GUARDIAN_HOME": str(tmp_path / "fresh"), "GUARDIAN_MODEL_THREADS": "1"}, {})


@pytest.fixture
def make_fresh_app(fresh: Settings, parts: Assembled) -> Callable[[], GuardianApp]:
    return lambda: GuardianApp(fresh, (), handing_out(parts))


def words(app: GuardianApp, selector: str) -> str:
    return str(app.screen.query_one(selector, Static).content)


async def at_policies(pilot: Pilot[None], app: GuardianApp) -> PoliciesPage:
    await until(pilot, lambda: isinstance(app.screen, FirstRun), "the first run")
    await pilot.press("enter")
    page = app.screen.query_one(PoliciesPage)
    await until(pilot, lambda: page.list.option_count, "the policies")
    return page


async def at_key(pilot: Pilot[None], app: GuardianApp) -> KeyPage:
    await at_policies(pilot, app)
    await pilot.press("enter")
    page = app.screen.query_one(KeyPage)
    await until(pilot, lambda: page.list.option_count, "how the key stands")
    return page


def test_it_is_the_first_time_only_where_nothing_is_yet(fresh: Settings, recorded_house: Settings) -> None:
    assert is_first_run(fresh)
    assert not is_first_run(recorded_house)
    named = load_settings({"GUARDIAN_HOME": str(fresh.paths.config.parent)}, {"policies_dir": "/elsewhere"})
    assert not is_first_run(named)


def test_leaving_at_once_writes_nothing_and_opens_the_house(
    fresh: Settings, make_fresh_app: Callable[[], GuardianApp]
) -> None:
    app = make_fresh_app()

    async def story(pilot: Pilot[None]) -> None:
        await at_policies(pilot, app)
        assert not app.state.is_open
        await pilot.press("space", "escape")
        await until(pilot, lambda: app.state.is_open, "the house")
        assert not isinstance(app.screen, FirstRun)

    drive(app, story)
    assert not fresh.paths.journal_file.exists()
    assert not fresh.paths.settings_file.exists()
    if fresh.paths.policies.exists():  # the house copied them all, as it does without these pages
        assert all(policy.is_in_force for policy in load_policies(fresh.paths.policies).policies)


@pytest.mark.long
def test_each_page_is_whole_on_a_small_screen(make_fresh_app: Callable[[], GuardianApp]) -> None:
    app = make_fresh_app()
    last_words = ("every one", "Sweet bait", "Leave it for later", "what an assistant answers")

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, FirstRun), "the first run")
        for number, piece in enumerate(last_words, 1):
            await until(pilot, partial(_shows, app, piece), piece)
            assert f"Set up, {number} of 4" in screen_text(app)
            assert app.screen.max_scroll_y == 0
            await pilot.press("end", "enter")

    drive(app, story, SMALL)


def test_what_is_switched_off_becomes_a_draft_and_the_rest_is_in_force(
    fresh: Settings, make_fresh_app: Callable[[], GuardianApp]
) -> None:
    app = make_fresh_app()

    async def story(pilot: Pilot[None]) -> None:
        page = await at_policies(pilot, app)
        await pilot.press("space", "down", "space", "space", "down", "space")
        assert len(page.drafts) == 2
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.query_one(KeyPage).list.option_count, "the next page")
        await pilot.press("left")
        await until(pilot, lambda: "in your folder already" in screen_text(app), "that it was done")
        assert "draft" in screen_text(app)
        await pilot.press("space")
        assert not page.is_offered

    drive(app, story)
    policies = load_policies(fresh.paths.policies).policies
    assert sum(policy.is_in_force for policy in policies) == len(policies) - 2


def test_a_folder_that_cannot_be_written_is_said_and_the_page_stays(
    fresh: Settings, make_fresh_app: Callable[[], GuardianApp]
) -> None:
    app = make_fresh_app()

    async def story(pilot: Pilot[None]) -> None:
        await at_policies(pilot, app)
        fresh.paths.config.parent.mkdir(exist_ok=True)
        fresh.paths.config.write_text("a file in the way")
        await pilot.press("enter")
        await until(pilot, lambda: "directory" in words(app, "#first-says"), "why not")
        assert "2 of 4" in screen_text(app)

    drive(app, story)


@pytest.mark.long
def test_a_phrase_is_shown_once_typed_back_and_opens_the_journal(
    fresh: Settings, make_fresh_app: Callable[[], GuardianApp]
) -> None:
    app = make_fresh_app()
    shown: list[str] = []
    copied: list[str] = []
    app.copy_to_clipboard = copied.append  # type: ignore[method-assign, assignment]

    async def story(pilot: Pilot[None]) -> None:
        await at_key(pilot, app)
        ordinary = f"{screen_text(app)} another "  # words of the page, which may be words of the phrase too
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, PhraseSheet) and app.screen._phrase, "24 words")
        sheet = app.screen
        assert isinstance(sheet, PhraseSheet)
        assert sheet._phrase is not None
        shown.extend(sheet._phrase.words())
        await until(pilot, lambda: all(word in screen_text(app) for word in shown), "every word, with nothing hidden")
        first, second = sheet._places
        sheet.query_one(f"#word-{first}", Input).value = shown[first]
        sheet.query_one(f"#word-{second}", Input).value = "wrong"
        sheet.send()
        assert f"word {second + 1} is not what is shown" in words(app, "#form-says")
        assert not fresh.paths.journal_file.exists(), "nothing is begun before the words were typed back"
        sheet.query_one(f"#word-{second}", Input).value = shown[second].upper()
        sheet.send()
        await until(pilot, lambda: isinstance(app.screen, FirstRun), "the page again")
        await until(pilot, lambda: "another recovery phrase" in screen_text(app), "that it was made")
        assert sheet._phrase is None
        secret = [f" {word} " for word in shown if len(word) > 6 and f" {word} " not in ordinary]
        assert not any(word in screen_text(app) for word in secret)

    drive(app, story, SMALL)
    assert copied == []
    with open_journal(fresh) as journal:
        recovery = journal.header.recovery
        assert recovery is not None
        opened = unwrap(recovery.wrapped, entropy_for(" ".join(shown), recovery.public), journal.id)
        assert opened == journal.keys.master


def test_a_phrase_that_is_left_changes_nothing(fresh: Settings, make_fresh_app: Callable[[], GuardianApp]) -> None:
    app = make_fresh_app()

    async def story(pilot: Pilot[None]) -> None:
        await at_key(pilot, app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, PhraseSheet) and app.screen._phrase, "24 words")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, FirstRun), "the page again")
        assert "Leave it for later" in screen_text(app)

    drive(app, story)
    assert not fresh.paths.journal_file.exists()


@pytest.mark.long
def test_a_passphrase_closes_the_key_and_the_app_goes_on(
    fresh: Settings, make_fresh_app: Callable[[], GuardianApp]
) -> None:
    app = make_fresh_app()

    async def story(pilot: Pilot[None]) -> None:
        await at_key(pilot, app)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, PassphraseSheet), "the sheet")
        sheet = app.screen
        assert isinstance(sheet, PassphraseSheet)
        for first, second, says in (
            ("short", "short", "too short"),
            ("correct horse 1", "correct horse 2", "the same"),
        ):
            sheet.query_one("#first", Input).value, sheet.query_one("#second", Input).value = first, second
            sheet.send()
            assert says in words(app, "#form-says")
        for name in ("first", "second"):
            sheet.query_one(f"#{name}", Input).value = "correct horse battery"
        sheet.send()
        await until(pilot, lambda: isinstance(app.screen, FirstRun), "the page again")
        await until(pilot, lambda: "It is closed by a passphrase" in screen_text(app), "that it was done")
        await until(pilot, lambda: app.state.reach is Reach.OPEN, "the journal, open in this app")

    drive(app, story)
    given = Secret(b"correct horse battery")
    with open_journal(fresh, ask=lambda _: given) as journal:
        assert journal.place.kind is KeyPlace.PASSPHRASE


def test_a_quiet_week_is_kept_at_the_end_and_not_before(
    fresh: Settings, make_fresh_app: Callable[[], GuardianApp]
) -> None:
    app = make_fresh_app()
    wanted = f'quiet_until = "{quiet_until(date.today())}"'

    async def story(pilot: Pilot[None]) -> None:
        await at_key(pilot, app)
        await pilot.press("end", "enter")
        await until(pilot, lambda: "A quiet first week" in screen_text(app), "the last page")
        await pilot.press("space")
        assert "[x] A quiet first week" in screen_text(app)
        assert not fresh.paths.settings_file.exists()
        await pilot.press("enter")
        await until(pilot, fresh.paths.settings_file.exists, "the setting")
        await until(pilot, lambda: "quiet until" in screen_text(app), "the status line")

    drive(app, story)
    assert wanted in fresh.paths.settings_file.read_text()


def test_it_can_be_taken_again_and_asks_nothing_that_was_answered(
    recorded_house: Settings, make_recorded_app: Callable[..., GuardianApp]
) -> None:
    (recorded_house.policies_dir / ".starter-policies-installed").write_text("")
    before = sorted(path.name for path in recorded_house.policies_dir.iterdir())
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        commands = {command.title: command.callback for command in app.get_system_commands(app.screen)}
        commands["Set up"]()
        page = await at_policies(pilot, app)
        assert not page.is_offered
        await pilot.press("escape")
        assert app.bridge.has_ended is False

    drive(app, story)
    assert sorted(path.name for path in recorded_house.policies_dir.iterdir()) == before


@pytest.mark.parametrize("line", [line for line in LINES if "|" in line.command or "<" in line.command])
def test_each_line_that_is_offered_works_today(line: object, tmp_path: Path, guardian_home: Path) -> None:
    (tmp_path / "letter.txt").write_text("Thank you for the invoice.\n")
    (tmp_path / "message.eml").write_text("Subject: hello\n\nSee you on Friday.\n")
    fake = tmp_path / "bin"
    fake.mkdir()
    for name in ("xclip", "assistant"):
        (fake / name).write_text("#!/bin/sh\necho Thank you for the invoice.\n")
        (fake / name).chmod(0o755)
    (fake / "guardian").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m guardian "$@"\n')
    (fake / "guardian").chmod(0o755)
    env = {**os.environ, "PATH": f"{fake}:{os.environ['PATH']}"}
    done = subprocess.run(line.command, shell=True, cwd=tmp_path, env=env, capture_output=True, timeout=120)  # type: ignore[attr-defined]
    assert done.returncode == 0, done.stderr
    assert safe_text(line.command) == line.command  # type: ignore[attr-defined]


def test_after_the_quiet_week_there_is_a_summary_once(
    recorded_house: Settings, make_recorded_app: Callable[..., GuardianApp]
) -> None:
    record(recorded_house, [a_record(name=f"{n}.txt") for n in range(3)])
    yesterday = (date.today() - timedelta(days=1)).isoformat()
    recorded_house.paths.settings_file.write_text(f'[alerts]\nquiet_until = "{yesterday}"\n')
    app = make_recorded_app()
    app.settings = replace(app.settings, alerts=replace(app.settings.alerts, quiet_until=yesterday))

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, SummarySheet), "the sheet")
        await until(pilot, lambda: "3 messages screened" in screen_text(app), "the numbers")
        assert "guardian feedback SEQ" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: "quiet_until" not in recorded_house.paths.settings_file.read_text(), "it is over")

    drive(app, story)
    assert load_settings({"GUARDIAN_HOME": str(recorded_house.paths.config.parent)}, {}).alerts.quiet_until == ""


@pytest.mark.parametrize("columns", [2, 4])
def test_a_table_of_words_has_every_word_with_its_number(columns: int) -> None:
    every = tuple(f"word{number}" for number in range(1, 25))
    table = word_table(every, columns)
    assert len(table.splitlines()) == 24 // columns
    assert all(f"{number:>2} word{number}" in table for number in range(1, 25))


def _shows(app: GuardianApp, piece: str) -> bool:
    return piece in screen_text(app)
