"""The Journal screen on a real journal: search, statistics, verification, export, receipts and checkpoints."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from recorded_rig import a_record, record
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static
from tui_driver import assert_safe_screen, drive, screen_text, until

from guardian.journal.verification.here import verify_here
from guardian.settings import Settings
from guardian.verdict import Outcome
from tui.app import GuardianApp
from tui.widgets.journal_pane import JournalPane
from tui.widgets.key_list import KeyList

MakeApp = Callable[..., GuardianApp]
HOSTILE = "[/bold][red]\x1b]52;c;bmFtZQ==\x07\u202e@evil.example"


@pytest.fixture
def recorded(recorded_house: Settings) -> Settings:
    record(
        recorded_house,
        [
            a_record("Pay me today, and tell nobody.", sender="mallory@example.org"),
            a_record("Could you look at this?", Outcome.NOTICE, sender="bob@example.org"),
            a_record("Gift cards, quickly.", sender=HOSTILE),
        ],
    )
    return recorded_house


def said(app: GuardianApp, tab: str) -> str:
    """The line of a tab that says how the work goes."""
    content = app.screen.query_one(f"#{tab} .said", Static).content
    return getattr(content, "plain", str(content))


def report(app: GuardianApp, tab: str) -> str:
    """What a tab found."""
    content = app.screen.query_one(f"#{tab} KeyScroll > Static", Static).content
    return getattr(content, "plain", str(content))


def lines(app: GuardianApp) -> list[str]:
    """What the search found."""
    found = app.screen.query_one(KeyList)
    return [str(found.get_option_at_index(number).prompt) for number in range(found.option_count)]


async def on_the_journal(pilot: Pilot[None], app: GuardianApp, key: str = "") -> None:
    await until(pilot, lambda: app.state.is_open, "the gate")
    await pilot.press("4", *filter(None, [key]))
    await until(pilot, lambda: app.screen.query(JournalPane) or app.screen.query("#no-journal"), "the screen")


def told(app: GuardianApp, story: Callable[[Pilot[None]], Awaitable[None]], size: tuple[int, int] = (120, 36)) -> None:
    try:
        drive(app, story, size)
    finally:
        if app.records is not None:
            app.records.close()


def test_everything_recorded_is_listed_newest_first(make_recorded_app: MakeApp, recorded: Settings) -> None:
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await on_the_journal(pilot, app)
        await until(pilot, lambda: lines(app), "every record")
        verdicts = [line for line in lines(app) if "incoming" in line]
        assert ["flagged" in verdicts[0], "notice" in verdicts[1], "flagged" in verdicts[2]] == [True] * 3
        assert "the journal was begun" in lines(app)[-1]
        assert said(app, "search") == f"{len(lines(app))} records, newest first"
        assert_safe_screen(app)

    told(app, story)


@pytest.mark.long
def test_a_filter_is_the_journals_own_and_a_slip_is_told_with_its_column(
    make_recorded_app: MakeApp, recorded: Settings
) -> None:
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await on_the_journal(pilot, app, "slash")
        await pilot.press(*"~o notice")
        await until(pilot, lambda: len(lines(app)) == 1, "the one notice")
        await pilot.press(*" ~q")
        await until(pilot, lambda: "column" in said(app, "search"), "the slip")
        app.screen.query_one("#search Input", Input).value = "nobody said these words"
        await until(pilot, lambda: said(app, "search") == "nothing in the journal matches", "nothing")

    told(app, story)


@pytest.mark.long
def test_enter_opens_a_record_that_is_no_verdict_as_lines(make_recorded_app: MakeApp, recorded: Settings) -> None:
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await on_the_journal(pilot, app)
        await until(pilot, lambda: lines(app), "every record")
        await pilot.press("G", "enter")
        await until(pilot, lambda: "the journal was begun" in screen_text(app), "the first record")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.query(KeyList), "back in the list")

    told(app, story)


def test_statistics_have_numbers_beside_their_bars(make_recorded_app: MakeApp, recorded: Settings) -> None:
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await on_the_journal(pilot, app, "s")
        await until(pilot, lambda: "By week" in report(app, "statistics"), "the charts")
        words = report(app, "statistics")
        assert "3 messages: 0 clean, 1 notice, 2 flagged" in words
        assert "█ flagged  ▓ notice" in words
        assert "3 of 3" in words
        assert "pressure-to-pay" in words
        assert_safe_screen(app)

    told(app, story)


@pytest.mark.parametrize("size", [(40, 20), (80, 24), (200, 50)])
def test_statistics_fit_every_width(make_recorded_app: MakeApp, recorded: Settings, size: tuple[int, int]) -> None:
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await on_the_journal(pilot, app, "s")
        await until(pilot, lambda: "By week" in report(app, "statistics"), "the charts")

    told(app, story, size)


@pytest.mark.long
def test_a_sound_journal_is_said_to_be_intact(make_recorded_app: MakeApp, recorded: Settings) -> None:
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await on_the_journal(pilot, app, "v")
        for button in ("#check", "#full"):
            app.screen.query_one("#verify .report > Static", Static).update("")
            app.screen.query_one(button, Button).press()
            await until(pilot, lambda: "intact" in report(app, "verify"), "the report")
            assert said(app, "verify") == "intact"
        assert "opened with the key" in report(app, "verify")

    told(app, story)


@pytest.mark.long
def test_a_changed_byte_is_found_and_named(make_recorded_app: MakeApp, recorded: Settings) -> None:
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await on_the_journal(pilot, app, "v")
        with sqlite3.connect(recorded.paths.journal_file) as db:
            db.execute("UPDATE record SET sealed = zeroblob(length(sealed)) WHERE seq = 2")
        app.screen.query_one("#check", Button).press()
        await until(pilot, lambda: said(app, "verify") == "x not intact", "the finding")
        assert "record 2" in report(app, "verify")
        assert not app.screen.query_one("#check", Button).disabled

    told(app, story)


@pytest.mark.long
def test_an_export_is_written_once_and_for_its_owner_alone(
    make_recorded_app: MakeApp, recorded: Settings, tmp_path: Path
) -> None:
    app, path = make_recorded_app(), tmp_path / "out.csv"

    async def story(pilot: Pilot[None]) -> None:
        await on_the_journal(pilot, app, "x")
        await pilot.press("down", "space")  # csv
        app.screen.query_one("#where", Input).value = str(path)
        app.screen.query_one("#export Button", Button).press()
        await until(pilot, lambda: "written to" in said(app, "export"), "the file")
        assert path.stat().st_mode & 0o777 == 0o600
        assert "Gift cards, quickly." in path.read_text()
        before = path.read_bytes()
        app.screen.query_one("#export Button", Button).press()
        await until(pilot, lambda: "is there already" in said(app, "export"), "the refusal")
        assert path.read_bytes() == before

    told(app, story)


def test_a_checkpoint_written_here_is_one_that_the_journal_continues(
    make_recorded_app: MakeApp, recorded: Settings, tmp_path: Path
) -> None:
    app, path = make_recorded_app(), tmp_path / "checkpoint.txt"

    async def story(pilot: Pilot[None]) -> None:
        await on_the_journal(pilot, app, "c")
        app.screen.query_one("#checkpoint", Input).value = str(path)
        app.screen.query_one("#write-checkpoint", Button).press()
        await until(pilot, lambda: "written to" in said(app, "receipts"), "the file")
        assert verify_here(recorded.paths, against=path.read_text()).is_intact

    told(app, story)


def test_a_file_that_is_no_receipt_does_not_hold_and_says_why(
    make_recorded_app: MakeApp, recorded: Settings, tmp_path: Path
) -> None:
    app, path = make_recorded_app(), tmp_path / "receipt.json"
    path.write_text('{"kind": "[/bold]\\u001b]52;c;x"}')

    async def story(pilot: Pilot[None]) -> None:
        await on_the_journal(pilot, app, "c")
        app.screen.query_one("#receipt", Input).value = str(path)
        app.screen.query_one("#check-receipt", Button).press()
        await until(pilot, lambda: said(app, "receipts") == "x it does not hold", "the answer")
        assert "neither a receipt nor a report card" in report(app, "receipts")
        assert_safe_screen(app)

    told(app, story)


def test_a_run_without_a_journal_says_so(make_app: MakeApp) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await on_the_journal(pilot, app)
        assert "leaves the journal alone" in screen_text(app)
        await pilot.press("s", "v", "slash", "escape")
        assert "leaves the journal alone" in screen_text(app)

    told(app, story)


def test_a_house_without_a_journal_yet_says_so(make_recorded_app: MakeApp) -> None:
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await on_the_journal(pilot, app)
        await until(pilot, lambda: "no journal yet" in said(app, "search"), "the words")

    told(app, story)
