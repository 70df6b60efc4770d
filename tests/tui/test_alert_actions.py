"""What the owner can do with an alert: a word, a mark, a note, a mute, a policy; each undone, or refused, in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from recorded_rig import a_record, record
from textual.pilot import Pilot
from tui_driver import drive, screen_lines, screen_text, until, write_inbox

from guardian.journal.opening import open_journal
from guardian.settings import Settings
from guardian.verdict import Outcome
from tui.app import GuardianApp
from tui.messages import Reach
from tui.screens.alert_sheets import MuteSheet, NewPolicySheet, NoteSheet
from tui.widgets.alert_list import AlertList

MakeApp = Callable[..., GuardianApp]


def told(app: GuardianApp) -> str:
    """What the app said in passing."""
    return "\n".join(str(each.message) for each in app._notifications)


async def everything_is_in(pilot: Pilot[None], app: GuardianApp, count: int = 1) -> None:
    await until(
        pilot,
        lambda: app.screen.query(AlertList) and app.screen.query_one(AlertList).row_count == count,
        "all in the list",
    )


async def on_the_first_of(pilot: Pilot[None], app: GuardianApp, count: int) -> None:
    await everything_is_in(pilot, app, count)
    await until(pilot, lambda: app.state.reach is Reach.OPEN, "the journal is read")


def alert(app: GuardianApp, key: int) -> object:
    found = app.book.get(key)
    assert found is not None
    return found


def test_a_word_is_recorded_shown_and_taken_back(make_recorded_app: MakeApp, recorded_house: Settings) -> None:
    (seq,) = record(recorded_house, [a_record()])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await on_the_first_of(pilot, app, 1)
        await pilot.press("r", "w")
        await until(pilot, lambda: app.book.get(seq).says == "wrong", "the latest word")  # type: ignore[union-attr]
        assert "z takes it back" in told(app)
        await pilot.press("z")
        await until(pilot, lambda: app.book.get(seq).says == "", "no word")  # type: ignore[union-attr]

    drive(app, story)
    with open_journal(recorded_house) as journal:
        said = [entry.record.body["says"] for entry in journal.entries() if entry.record.kind == "feedback"]  # type: ignore[union-attr]
    assert said == ["right", "wrong", "withdrawn"]


def test_marks_and_notes_stay_apart_from_right_and_wrong(make_recorded_app: MakeApp, recorded_house: Settings) -> None:
    (seq,) = record(recorded_house, [a_record()])
    app = make_recorded_app()

    def mark() -> tuple[str, str]:
        made = app.book.get(seq).mark  # type: ignore[union-attr]
        return (made.mark.value, made.note) if made is not None else ("", "")

    async def story(pilot: Pilot[None]) -> None:
        await on_the_first_of(pilot, app, 1)
        await pilot.press("asterisk")
        await until(pilot, lambda: mark() == ("kept", ""), "the mark")
        await pilot.press("N")
        await until(pilot, lambda: isinstance(app.screen, NoteSheet), "the sheet")
        await pilot.press(*"ask ann", "enter")
        await until(pilot, lambda: mark() == ("kept", "ask ann"), "the note beside the mark")
        await pilot.press("d")
        await until(pilot, lambda: mark() == ("done", "ask ann"), "another mark, the same note")
        await pilot.press("d")
        await until(pilot, lambda: mark() == ("none", "ask ann"), "the note alone")
        assert app.book.get(seq).says == ""  # type: ignore[union-attr]

    drive(app, story)


def test_closing_a_sheet_changes_nothing(make_recorded_app: MakeApp, recorded_house: Settings) -> None:
    policies = {path: path.read_bytes() for path in recorded_house.policies_dir.iterdir()}
    record(recorded_house, [a_record()])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await on_the_first_of(pilot, app, 1)
        for key, sheet in (("N", NoteSheet), ("p", NewPolicySheet)):
            await pilot.press(key)
            await until(pilot, lambda sheet=sheet: isinstance(app.screen, sheet), "the sheet")  # type: ignore[misc]
            await pilot.press("escape")
            await until(pilot, lambda sheet=sheet: not isinstance(app.screen, sheet), "no sheet")  # type: ignore[misc]

    drive(app, story)
    assert {path: path.read_bytes() for path in policies} == policies
    with open_journal(recorded_house) as journal:
        kinds = [entry.record.kind.value for entry in journal.entries()]  # type: ignore[union-attr]
    assert not {"feedback", "mark"} & set(kinds)


def test_an_alert_that_nobody_recorded_says_why_nothing_can_be_said_of_it(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(write_inbox(tmp_path / "inbox", [("gift.txt", "gift cards")]))

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        for key in ("r", "asterisk", "N", "p", "m"):
            await pilot.press(key)
        await pilot.pause()
        assert told(app).count("leaves the journal alone") == 5

    drive(app, story)


@pytest.mark.long
def test_a_policy_is_made_from_an_alert_and_opened(
    make_recorded_app: MakeApp, recorded_house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(recorded_house, [a_record("Buy four gift cards now.")])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await on_the_first_of(pilot, app, 1)
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, NewPolicySheet), "the sheet")
        assert "Buy four gift cards now." in screen_text(app)
        app.screen.query_one("#why").value = "Nobody asks me for cards again."  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "policies", "the policies")

    drive(app, story, (120, 40))
    (made,) = list(recorded_house.policies_dir.glob("nobody-asks*.toml"))
    assert "Buy four gift cards now." in made.read_text()
    assert 'status = "test"' in made.read_text()


def test_a_mute_is_written_with_its_end_and_its_reason(make_recorded_app: MakeApp, recorded_house: Settings) -> None:
    path = recorded_house.policies_dir / "gift-cards.toml"
    made = a_record("Buy four gift cards now.")
    for row in made.body["verdict"]["policies"]:
        row["id"] = "gift-cards"
    record(recorded_house, [made])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await on_the_first_of(pilot, app, 1)
        await pilot.press("m")
        await until(pilot, lambda: isinstance(app.screen, MuteSheet), "the sheet")
        assert "its last day is" in screen_text(app)
        app.screen.query_one("#days").value = "0"  # type: ignore[attr-defined]
        app.screen.query_one("#days").focus()
        await pilot.press("enter")
        assert "from 1 to 90 days" in screen_text(app)
        app.screen.query_one("#days").value = "7"  # type: ignore[attr-defined]
        app.screen.query_one("#why").value = "She is on holiday."  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, lambda: "mutes" in path.read_text(), "the mute in the file")
        await until(pilot, lambda: "guardian policy unmute" in told(app), "what ends it")

    drive(app, story, (120, 40))
    assert "mallory@example.org" in path.read_text()
    assert "She is on holiday." in path.read_text()


def test_an_outcome_in_every_colour_still_has_its_word(make_recorded_app: MakeApp, recorded_house: Settings) -> None:
    record(recorded_house, [a_record(f"{each}", each, name=each.value) for each in Outcome])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app, len(Outcome))
        for outcome in Outcome:
            assert any(outcome.value in line for line in screen_lines(app))

    drive(app, story)
