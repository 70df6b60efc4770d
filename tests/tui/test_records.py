"""The journal as the app has it: locked, deleted, replaced, on a full disk; each said in words, none fatal."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from journal_rig import begun
from recorded_rig import a_record, record
from textual.pilot import Pilot
from tui_driver import drive, screen_text, until, words
from verify_rig import no_recovery

from guardian.journal.journal import Journal
from guardian.journal.places.passphrase import PassphrasePlace
from guardian.journal.secret import Secret
from guardian.settings import Settings
from tui.app import GuardianApp
from tui.messages import Reach
from tui.screens.unlock import UnlockSheet
from tui.widgets.alert_list import AlertList

WORD = "a wet week in november"
MakeApp = Callable[..., GuardianApp]


def close_by_passphrase(settings: Settings) -> None:
    with begun(settings) as journal:
        journal.move_key(PassphrasePlace(settings.paths.config, lambda _: Secret(WORD.encode())), no_recovery)


def listed(app: GuardianApp) -> int:
    return sum(each.row_count for each in app.screen.query(AlertList))


@pytest.mark.long
def test_a_locked_journal_is_said_and_opens_with_the_right_passphrase_alone(
    make_recorded_app: MakeApp, recorded_house: Settings
) -> None:
    record(recorded_house, [a_record(), a_record()])
    close_by_passphrase(recorded_house)
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.reach is Reach.LOCKED, "the journal is locked")
        await pilot.pause()
        assert "U unlocks it" in words(app, "#empty")
        await pilot.press("U")
        await until(pilot, lambda: isinstance(app.screen, UnlockSheet), "the sheet")
        await pilot.press(*"wrong", "enter")
        await until(pilot, lambda: "passphrase is wrong" in screen_text(app), "that it is wrong")
        line = app.screen.query_one("#passphrase")
        line.value = WORD  # type: ignore[attr-defined]
        await pilot.pause()
        assert WORD not in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: listed(app) == 2, "the alerts")
        assert app.state.reach is Reach.OPEN

    drive(app, story)


def test_what_waited_outside_a_locked_journal_comes_in_when_it_is_unlocked(
    make_recorded_app: MakeApp, recorded_house: Settings
) -> None:
    record(recorded_house, [a_record()])
    close_by_passphrase(recorded_house)
    app = make_recorded_app()
    assert app.records is not None
    keep_waiting(recorded_house)
    app.records.unlock(Secret(WORD.encode()))

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: listed(app) == 2, "the one that waited too")

    drive(app, story)


def keep_waiting(settings: Settings) -> None:
    from guardian.journal.opening import opened_journal

    journal: Journal = opened_journal(settings)
    try:
        journal.keep_waiting(a_record("it waited"))
    finally:
        journal.close()


def test_a_journal_that_is_deleted_while_it_is_open_is_gone_from_the_list_and_a_new_one_is_followed(
    make_recorded_app: MakeApp, recorded_house: Settings
) -> None:
    record(recorded_house, [a_record(), a_record()])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: listed(app) == 2, "the alerts")
        recorded_house.paths.journal_file.unlink()
        await until(pilot, lambda: listed(app) == 0, "none of them")
        await until(pilot, lambda: app.state.reach is Reach.TROUBLE, "that it is gone")
        record(recorded_house, [a_record("of another journal")])
        assert app.records is not None
        app.records.look_now()
        await until(pilot, lambda: listed(app) == 1, "the new one's alert")

    drive(app, story)


def test_nobody_who_reads_a_journal_loses_it_when_the_file_is_replaced(
    recorded_house: Settings, make_recorded_app: MakeApp, tmp_path: Path
) -> None:
    (seq,) = record(recorded_house, [a_record("the first")])
    records = make_recorded_app().records
    assert records is not None
    file = recorded_house.paths.journal_file
    with records.journal() as journal:
        copy = tmp_path / "copy.db"
        shutil.copy2(file, copy)
        copy.replace(file)
        with records.journal() as other:
            assert other is not journal
        assert journal.entry(seq).seq == seq  # still open
    records.close()


@pytest.mark.long
def test_a_disk_that_is_full_keeps_a_word_from_being_written_and_nothing_from_being_read(
    make_recorded_app: MakeApp, recorded_house: Settings
) -> None:
    (seq,) = record(recorded_house, [a_record()])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.reach is Reach.OPEN and listed(app) == 1, "the alert")
        assert app.records is not None
        size = recorded_house.paths.journal_file.stat().st_size
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))  # no file grows beyond: as on a full disk
        try:
            for _ in range(10):  # until what is left of the last page is used up
                await pilot.press("r", "w")
            await until(pilot, lambda: "the journal" in notices(app), "why it could not be written")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        with app.records.journal() as journal:
            assert journal.entry(seq).seq == seq
        await pilot.press("r")
        await until(pilot, lambda: app.book.get(seq).says == "right", "the word, now that there is room")  # type: ignore[union-attr]

    drive(app, story)


def notices(app: GuardianApp) -> str:
    return "\n".join(str(each.message) for each in app._notifications)
