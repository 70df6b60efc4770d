"""The Inbox, on real files and a real gate, and on real journals."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from recorded_rig import a_record, record
from textual.pilot import Pilot
from tui_driver import drive, rows, screen_lines, screen_text, until, words, write_inbox

from guardian.gate import Gate
from guardian.journal.opening import now_ms
from guardian.message import Message
from guardian.settings import Settings
from tui.app import GuardianApp
from tui.messages import InboxScreened, Reach
from tui.screens.message import MessageScreen
from tui.widgets.alert_list import AlertList
from tui.widgets.detail import Reasons
from tui.widgets.filter_line import FilterLine

MakeApp = Callable[..., GuardianApp]

GIFT = "Hi, it's me.\nPlease buy four gift cards and send me the codes.\nThanks!"
MESSAGES = (
    ("a-lunch.txt", "Shall we have lunch at noon tomorrow?"),
    ("b-gift.txt", GIFT),
    ("c-noise.txt", bytes(range(7)) * 100),
    ("d-print.txt", "Please read the small print before you sign."),
    ("e-gift.txt", "Gift cards are what I would like you to buy today."),
)
WORST_FIRST = ["e-gift.txt", "b-gift.txt", "c-noise.txt", "d-print.txt", "a-lunch.txt"]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    return write_inbox(tmp_path / "inbox", MESSAGES)


def names(app: GuardianApp) -> list[str]:
    listed = app.screen.query_one(AlertList)
    return [listed.row(index).alert.name for index in range(listed.row_count)]


def chosen(app: GuardianApp) -> str:
    row = app.screen.query_one(AlertList).chosen
    return row.alert.name if row is not None else ""


async def everything_is_in(pilot: Pilot[None], app: GuardianApp, count: int = len(MESSAGES)) -> None:
    await until(
        pilot,
        lambda: app.screen.query(AlertList) and app.screen.query_one(AlertList).row_count == count,
        "all in the list",
    )


# The list


def test_the_newest_stands_first_and_s_puts_the_worst_first(make_app: MakeApp, inbox: Path) -> None:
    app = make_app(inbox)

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        assert names(app) == [name for name, _ in reversed(MESSAGES)]
        await pilot.press("s")
        assert names(app) == WORST_FIRST
        await pilot.press("s")
        assert names(app) == [name for name, _ in reversed(MESSAGES)]

    drive(app, story)


def test_an_outcome_is_a_word_and_a_shape(make_app: MakeApp, inbox: Path) -> None:
    app = make_app(inbox)

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        shown = {tuple(row.split()[:2]) for row in rows(app)}
        assert {("!", "flagged"), ("x", "unscreened"), ("-", "notice")} <= shown
        assert any("! flagged" in line and "gift.txt" in line for line in screen_lines(app))

    drive(app, story)


def test_the_cursor_follows_the_newest_until_the_owner_steers_and_then_stays_whatever_arrives(
    make_app: MakeApp, inbox: Path, gate: Gate
) -> None:
    app = make_app(inbox)

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        await until(pilot, lambda: chosen(app) == "e-gift.txt", "the newest is chosen")
        app.post_message(InboxScreened(gate.screen(Message(b"gift cards", id="f-new"))))
        await everything_is_in(pilot, app, len(MESSAGES) + 1)
        assert chosen(app) == "f-new"
        await pilot.press("j", "j")
        assert chosen(app) == "d-print.txt"
        app.post_message(InboxScreened(gate.screen(Message(b"gift cards", id="g-new"))))
        await everything_is_in(pilot, app, len(MESSAGES) + 2)
        assert chosen(app) == "d-print.txt"
        assert app.screen.query_one(AlertList).cursor_row == 3
        await pilot.press("g")
        app.post_message(InboxScreened(gate.screen(Message(b"gift cards", id="h-new"))))
        await everything_is_in(pilot, app, len(MESSAGES) + 3)
        assert chosen(app) == "h-new"

    drive(app, story)


@pytest.mark.long
def test_keys_and_mouse_move_through_a_list_that_is_longer_than_the_screen(
    make_recorded_app: MakeApp, recorded_house: Settings
) -> None:
    start = now_ms()
    record(recorded_house, [a_record(f"text {n}", name=f"m{n:03}", at_ms=start + n) for n in range(200)])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app, 200)
        listed = app.screen.query_one(AlertList)
        for keys, name in (
            (("G",), "m000"),
            (("k",), "m001"),
            (("home",), "m199"),
            (("j", "down"), "m197"),
            (("up",), "m198"),
            (("end", "g"), "m199"),
        ):
            await pilot.press(*keys)
            assert chosen(app) == name
        await pilot.press("pagedown")
        page = listed.cursor_row
        assert page > 5
        await pilot.press("pagedown", "pageup")
        assert listed.cursor_row == page
        await pilot.click(AlertList, offset=(20, 3))
        assert listed.cursor_row == listed.scroll_offset.y + 3
        await pilot.click(AlertList, offset=(20, 3), times=2)
        await until(pilot, lambda: isinstance(app.screen, MessageScreen), "the message's page")

    drive(app, story)


def test_enter_opens_the_message_and_escape_comes_back_to_the_row(make_app: MakeApp, inbox: Path) -> None:
    app = make_app(inbox)

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        await pilot.press("j", "enter")
        await until(pilot, lambda: isinstance(app.screen, MessageScreen), "the message's page")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, MessageScreen), "the list")
        assert isinstance(app.focused, AlertList)
        assert chosen(app) == "d-print.txt"

    drive(app, story)


def test_what_was_shown_is_seen_and_its_dot_goes(make_recorded_app: MakeApp, recorded_house: Settings) -> None:
    first, second = record(recorded_house, [a_record("one", name="one"), a_record("two", name="two")])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app, 2)
        await until(pilot, lambda: app.seen.is_seen(second), "the newest is seen")
        assert not app.seen.is_seen(first)
        assert any(line.startswith("• ! flagged") for line in screen_lines(app))
        await pilot.press("j")
        await until(pilot, lambda: app.seen.is_seen(first), "the other is seen")

    drive(app, story, (120, 30))


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 20), (200, 60)])
def test_the_list_fits_any_screen(make_app: MakeApp, inbox: Path, size: tuple[int, int]) -> None:
    app = make_app(inbox)

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        await pilot.pause()
        shown = screen_lines(app)
        assert len(shown) == size[1]
        assert any("! flagged" in line and "gift" in line for line in shown)
        assert app.screen.query_one("#detail").display is (size[0] >= 60)
        assert any("Gift cards" in line for line in shown) or size[0] < 60

    drive(app, story, size)


def test_a_change_of_size_keeps_the_message(make_app: MakeApp, inbox: Path) -> None:
    app = make_app(inbox)

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        await pilot.press("j", "j")
        for columns, lines in ((100, 30), (40, 15), (200, 60), (80, 24)):
            await pilot.resize_terminal(columns, lines)
            await pilot.pause()
            assert chosen(app) == "c-noise.txt"
            assert any("unscreened" in line and "c-noise" in line for line in screen_lines(app))

    drive(app, story)


def test_the_preview_goes_from_the_text_to_the_reasons(make_app: MakeApp, inbox: Path) -> None:
    app = make_app(inbox / "b-gift.txt")

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app, 1)
        await until(pilot, lambda: "gift cards" in words(app, "#text > Static"), "the text")
        assert "flagged" in words(app, "#reasons > Static")
        assert isinstance(app.screen.query_one("#reasons"), Reasons)

    drive(app, story)


# Groups


def test_c_shows_conversations_then_campaigns_then_single_alerts(
    make_recorded_app: MakeApp, recorded_house: Settings
) -> None:
    senders = ("ann@x.example", "bob@x.example", "ann@x.example", "ann@x.example")
    record(recorded_house, [a_record(f"text {n}", name=f"m{n}", sender=each) for n, each in enumerate(senders)])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app, 4)
        await pilot.press("c")
        await everything_is_in(pilot, app, 2)
        assert "(3) ann@x.example" in rows(app)[0]
        await pilot.press("enter")
        await everything_is_in(pilot, app, 5)
        await pilot.press("j", "j")
        assert chosen(app) == "m2"
        await pilot.press("left")
        await everything_is_in(pilot, app, 2)
        assert app.screen.query_one(AlertList).cursor_row == 0  # on the group that the alert went into
        await pilot.press("right", "space")
        await everything_is_in(pilot, app, 2)
        await pilot.press("c", "c")
        await everything_is_in(pilot, app, 4)

    drive(app, story)


def test_what_arrives_enters_its_group(make_recorded_app: MakeApp, recorded_house: Settings) -> None:
    record(recorded_house, [a_record(f"text {n}", name=f"m{n}", sender="ann@x.example") for n in range(2)])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app, 2)
        await pilot.press("c")
        await everything_is_in(pilot, app, 1)
        record(recorded_house, [a_record("more", name="m9", sender="ann@x.example")])
        await until(pilot, lambda: "(3)" in rows(app)[0], "three in the group")

    drive(app, story)


# The filter


FILTERS: tuple[tuple[str, list[str]], ...] = (
    ("~o flagged", ["e-gift.txt", "b-gift.txt"]),
    ("~o notice | ~o unscreened", ["d-print.txt", "c-noise.txt"]),
    ("~p gift-cards", ["e-gift.txt", "b-gift.txt"]),
    ("~s nobody@x.example", []),
)


@pytest.mark.long
def test_a_filter_leaves_what_it_lets_through_and_escape_brings_all_back(make_app: MakeApp, inbox: Path) -> None:
    app = make_app(inbox)

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        for typed, left in FILTERS:
            await pilot.press("slash")
            app.screen.query_one(FilterLine).line.value = typed
            await until(pilot, lambda left=left: names(app) == left, f"only {left}")  # type: ignore[misc]
            if not left:
                assert "Nothing matches the filter" in words(app, "#empty")
            await pilot.press("enter", "escape")
            await everything_is_in(pilot, app)

    drive(app, story)


def test_words_are_sought_in_the_journal_and_what_comes_later_is_filtered_too(
    make_recorded_app: MakeApp, recorded_house: Settings
) -> None:
    record(recorded_house, [a_record("a zebra", name="zebra"), a_record("a horse", name="horse")])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app, 2)
        await pilot.press("slash", *"zebra", "enter")
        await until(pilot, lambda: names(app) == ["zebra"], "the one with the word")
        record(recorded_house, [a_record("another zebra", name="zebra-2"), a_record("another horse", name="horse-2")])
        await until(pilot, lambda: names(app) == ["zebra-2", "zebra"], "the new one with the word")
        await until(pilot, lambda: "2 of 4 match" in words(app, "#list-says"), "the count")
        await pilot.press("escape")
        await everything_is_in(pilot, app, 4)

    drive(app, story)


def test_what_is_wrong_with_a_filter_is_said_at_its_column_and_the_list_stays(make_app: MakeApp, inbox: Path) -> None:
    app = make_app(inbox)

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        await pilot.press("slash")
        app.screen.query_one(FilterLine).line.value = "~o flagged )"
        await until(pilot, lambda: "without its" in words(app, "#filter-says"), "the error")
        assert words(app, "#filter-says").splitlines()[0] == " " * 11 + "^"
        assert len(names(app)) == len(MESSAGES)
        await pilot.press("escape")
        await everything_is_in(pilot, app)

    drive(app, story)


def test_tab_takes_what_is_offered_and_up_brings_the_last_filter_back(make_app: MakeApp, inbox: Path) -> None:
    app = make_app(inbox)

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        await pilot.press("slash", *"~o fl")
        assert "flagged" in words(app, "#filter-offers")
        await pilot.press("tab")
        assert app.screen.query_one(FilterLine).line.value == "~o flagged"
        await pilot.press("enter")
        await until(pilot, lambda: len(names(app)) == 2, "the filtered list")
        await pilot.press("escape", "slash", "up")
        assert app.screen.query_one(FilterLine).line.value == "~o flagged"

    drive(app, story)


def test_a_pasted_filter_holds_nothing_that_a_terminal_acts_upon(make_app: MakeApp) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await pilot.press("slash")
        line = app.screen.query_one(FilterLine).line
        line.replace("a\x1b]52;c;eA==\x07b\u202e[/bold]", 0, 0)
        await pilot.pause()
        assert not {"\x1b", "\x07", "\u202e"} & set(line.value)
        assert "[/bold]" in screen_text(app)

    drive(app, story)


# What is said where the list is empty


def test_a_home_without_a_journal_offers_two_lines_to_try(make_recorded_app: MakeApp) -> None:
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.reach is Reach.NONE_YET, "no journal")
        await pilot.pause()
        assert "guardian filter" in words(app, "#empty")
        assert "guardian scan" in words(app, "#empty")

    drive(app, story)


def test_a_folder_that_cannot_be_read_is_said(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(tmp_path / "gone")

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "no such file or folder" in app.state.inbox_trouble, "the reason")
        await pilot.pause()
        assert "no such file or folder" in words(app, "#empty")

    drive(app, story)


def test_a_file_that_vanishes_does_not_hide_the_verdicts_before_it(make_app: MakeApp, inbox: Path) -> None:
    first, second = inbox / "a-lunch.txt", inbox / "b-gift.txt"
    app = make_app(first, second)
    second.unlink()
    os.mkfifo(second)  # nobody writes to it: reading would wait for ever

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "not a regular file" in app.state.inbox_trouble, "the reason")
        await until(pilot, lambda: names(app) == [str(first)], "the first message")

    drive(app, story)
