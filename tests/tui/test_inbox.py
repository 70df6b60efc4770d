"""The Inbox tab, on real files and a real gate."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input
from tui_driver import drive, rows, screen_lines, until, words, write_inbox

from tui.app import GuardianApp
from tui.widgets.detail import MessageText, Reasons
from tui.widgets.inbox import InboxPane, InboxTable

MakeApp = Callable[..., GuardianApp]

GIFT = "Hi, it's me.\nPlease buy four gift cards and send me the codes.\nThanks!"
MESSAGES = (
    ("a-lunch.txt", "Shall we have lunch at noon tomorrow?"),
    ("b-gift.txt", GIFT),
    ("c-noise.txt", bytes(range(7)) * 100),
    ("d-print.txt", "Please read the small print before you sign."),
    ("e-gift.txt", "Gift cards are what I would like you to buy today."),
)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    return write_inbox(tmp_path / "inbox", MESSAGES)


def names(app: GuardianApp) -> list[str]:
    return [row.split()[2] if row[0] in "!?x-" else row.split()[1] for row in rows(app)]


async def everything_is_in(pilot: Pilot[None], app: GuardianApp) -> None:
    await until(pilot, lambda: app.query_one(InboxTable).row_count == len(MESSAGES), "all messages in the list")


def test_messages_appear_with_the_worst_first_and_the_newest_first_among_equals(make_app: MakeApp, inbox: Path) -> None:
    app = make_app(inbox)

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        assert names(app) == ["e-gift.txt", "b-gift.txt", "c-noise.txt", "d-print.txt", "a-lunch.txt"]

    drive(app, story)


def test_an_outcome_is_a_word_and_a_shape(make_app: MakeApp, inbox: Path) -> None:
    app = make_app(inbox)

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        shown = {tuple(row.split()[:2]) for row in rows(app)}
        assert {("!", "flagged"), ("x", "unscreened"), ("-", "notice")} <= shown

    drive(app, story)


def test_the_worst_message_is_shown_until_the_owner_takes_the_cursor(make_app: MakeApp, inbox: Path) -> None:
    app = make_app(inbox)

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        await until(pilot, lambda: "e-gift.txt" in words(app, "#title"), "the worst message beside the list")

    drive(app, story)


def test_the_cursor_stays_on_the_owners_message_whatever_arrives(
    make_app: MakeApp, inbox: Path, tmp_path: Path, gate: object
) -> None:
    app = make_app(inbox)

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        await pilot.press("j", "j")
        chosen = words(app, "#title")
        assert "c-noise.txt" in chosen
        pane = app.query_one(InboxPane)
        again = pane._triage[2].screened  # a flagged one, which goes above the cursor
        pane.add(again)
        await until(pilot, lambda: app.query_one(InboxTable).row_count == len(MESSAGES) + 1, "one row more")
        assert app.query_one(InboxTable).cursor_row == 3
        assert words(app, "#title") == chosen

    drive(app, story)


def test_the_detail_goes_from_the_text_to_the_reasons_to_the_scores(make_app: MakeApp, inbox: Path) -> None:
    app = make_app(inbox / "b-gift.txt")

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: words(app, "#text > Static"), "the text")
        assert words(app, "#text > Static").strip() == GIFT
        reasons = words(app, "#reasons > Static")
        parts = ["flagged:", "gift cards", "your policy: Gift cards", "Nobody honest is paid", "scores:"]
        places = [reasons.index(part) for part in parts]
        assert places == sorted(places)

    drive(app, story)


def test_the_words_that_did_it_are_marked_in_place(make_app: MakeApp, inbox: Path) -> None:
    app = make_app(inbox / "b-gift.txt")

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: words(app, "#text > Static"), "the text")
        content = app.query_one("#text > Static").content  # type: ignore[attr-defined]  # a Static
        marked = [content.plain[span.start : span.end] for span in content.spans if "underline" in str(span.style)]
        assert any("gift cards" in mark for mark in marked)

    drive(app, story)


def test_enter_goes_to_the_text_and_escape_comes_back(make_app: MakeApp, inbox: Path) -> None:
    app = make_app(inbox)

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        await pilot.press("enter")
        assert isinstance(app.focused, MessageText)
        await pilot.press("tab")
        assert isinstance(app.focused, Reasons)
        await pilot.press("escape")
        assert isinstance(app.focused, InboxTable)

    drive(app, story)


FILTERS: tuple[tuple[str, list[str]], ...] = (
    ("flagged", ["e-gift.txt", "b-gift.txt"]),  # an outcome
    ("print", ["d-print.txt"]),  # a name
    ("gift-cards b-", ["b-gift.txt"]),  # a policy, and a name: both must be there
    ("[/bold]", []),  # nothing, and no markup either
)


def test_a_filter_leaves_what_has_all_its_words_and_escape_brings_all_back(make_app: MakeApp, inbox: Path) -> None:
    app = make_app(inbox)

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        for typed, left in FILTERS:
            await pilot.press("slash")
            app.query_one("#filter", Input).value = typed
            await until(pilot, lambda left=left: names(app) == left, f"only {left}")  # type: ignore[misc]
            await pilot.press("enter", "escape")
            await until(pilot, lambda: len(rows(app)) == len(MESSAGES), "all messages again")

    drive(app, story)


def test_s_sorts_newest_first_and_back(make_app: MakeApp, inbox: Path) -> None:
    app = make_app(inbox)

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        worst_first = names(app)
        await pilot.press("s")
        assert names(app) == [name for name, _ in reversed(MESSAGES)]
        await pilot.press("s")
        assert names(app) == worst_first

    drive(app, story)


def test_the_status_line_counts_and_names(make_app: MakeApp, inbox: Path) -> None:
    app = make_app(inbox)

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        line = words(app, "#status")
        for part in (app.state.model, "wall ", "2 policies", "5 messages: 2 flagged, 1 unscreened, 1 notice"):
            assert part in line

    drive(app, story)


def test_it_works_at_any_size_and_a_change_of_size_keeps_the_message(make_app: MakeApp, inbox: Path) -> None:
    app = make_app(inbox)

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        await pilot.press("j")
        for columns, lines in ((100, 30), (40, 15), (200, 60), (80, 24)):
            await pilot.resize_terminal(columns, lines)
            await until(pilot, lambda: "b-gift.txt" in words(app, "#title"), "the same message")
            await pilot.pause()
            shown = screen_lines(app)
            assert len(shown) == lines
            assert any("! flagged" in line and "b-gift.txt" in line for line in shown)

    drive(app, story)


def test_the_reason_has_a_column_where_there_is_room(make_app: MakeApp, inbox: Path) -> None:
    app = make_app(inbox)

    async def story(pilot: Pilot[None]) -> None:
        await everything_is_in(pilot, app)
        table = app.query_one(InboxTable)
        assert [column.label.plain for column in table.ordered_columns] == ["outcome", "message", "what it does"]
        assert any("Gift cards" in row for row in rows(app))
        await pilot.resize_terminal(100, 30)
        await until(pilot, lambda: len(table.columns) == 2, "no third column")

    drive(app, story, (180, 40))


def test_a_folder_that_cannot_be_read_is_said_and_the_rest_of_the_app_works(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(tmp_path / "gone")

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "no such file or folder" in words(app, "#empty"), "the reason")
        assert "no such file or folder" in words(app, "#status")
        await pilot.press("2")
        app.query_one("#editor").load_text(GIFT)  # type: ignore[attr-defined]  # an Editor
        await until(pilot, lambda: "flagged:" in words(app, "#answer > Static"), "a verdict")

    drive(app, story)


def test_a_file_that_vanishes_does_not_hide_the_verdicts_before_it(make_app: MakeApp, inbox: Path) -> None:
    first, second = inbox / "a-lunch.txt", inbox / "b-gift.txt"
    app = make_app(first, second)
    second.unlink()
    os.mkfifo(second)  # nobody writes to it: reading would wait for ever

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "not a regular file" in app.state.inbox_trouble, "the reason")
        await until(pilot, lambda: names(app) == [str(first)], "the first message")
        assert "cannot read" in words(app, "#status")

    drive(app, story)
