"""The page of a message: what stands where, in which order, and what becomes of it when something is amiss."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from journal_rig import begun
from key_rig import lose_key
from recorded_rig import a_record, record
from test_hostile import HOSTILE
from textual.pilot import Pilot
from textual.widgets import Checkbox, Input, Static, TabbedContent
from tui_driver import assert_safe_screen, drive, screen_text, until, write_inbox

from guardian.assembly import Assembled
from guardian.errors import ModelError
from guardian.events import Observer
from guardian.journal.receipt import verify_receipt
from guardian.safe_text import safe_text
from guardian.settings import Settings
from tui.app import GuardianApp
from tui.screens.message import MessageScreen
from tui.widgets.receipt import ReceiptPane
from tui.widgets.text_view import TextView
from tui.widgets.way import WayList

CARDS = "Hello.\nPlease buy gift cards today and send me the codes.\nBye.\n"


def page(app: GuardianApp) -> MessageScreen:
    assert isinstance(app.screen, MessageScreen)
    return app.screen


def text_of(app: GuardianApp, selector: str) -> str:
    return "".join(view.plain for view in page(app).query(selector).results(TextView))


def title_of(app: GuardianApp) -> str:
    return "".join(str(title.content) for title in page(app).query("#message-title").results(Static))


async def opened(pilot: Pilot[None], app: GuardianApp, key: int) -> None:
    app.animation_level = "none"
    app.push_screen(MessageScreen(key))
    await until(pilot, lambda: isinstance(app.screen, MessageScreen), "the page")
    await until(pilot, lambda: text_of(app, "#said-text") not in ("", "reading …"), "its text")


async def screened(pilot: Pilot[None], app: GuardianApp, count: int) -> list[int]:
    await until(pilot, lambda: len(app.book) == count, "the verdicts")
    return sorted(alert.key for alert in app.book.everything())


def test_the_words_are_numbered_in_the_text_and_in_the_reasons(
    make_app: Callable[..., GuardianApp], tmp_path: Path
) -> None:
    app = make_app(write_inbox(tmp_path / "inbox", [("note.txt", CARDS)]))

    async def story(pilot: Pilot[None]) -> None:
        (key,) = await screened(pilot, app, 1)
        await opened(pilot, app, key)
        assert "gift cards[1] today" in text_of(app, "#said-text")
        assert '[1] "gift cards"' in text_of(app, "#said-reasons")

    drive(app, story, size=(120, 36))


async def on_part(pilot: Pilot[None], app: GuardianApp, key: str, part: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: page(app).query_one(TabbedContent).active == part, part)


def way_of(app: GuardianApp) -> str:
    return page(app).query_one(WayList).plain


# Going there and back


@pytest.mark.long
def test_esc_goes_back_and_brackets_go_through_the_list(make_app: Callable[..., GuardianApp], tmp_path: Path) -> None:
    texts = [(f"{name}.txt", f"{name}: gift cards") for name in ("one", "two", "three")]
    app = make_app(write_inbox(tmp_path / "inbox", texts))

    async def story(pilot: Pilot[None]) -> None:
        await screened(pilot, app, 3)
        keys = [alert.key for alert in app.book.everything()]
        below = app.screen
        await opened(pilot, app, keys[0])
        for expected in (keys[1], keys[2], keys[2]):  # it ends at the last
            await pilot.press("right_square_bracket")
            await until(pilot, lambda key=expected: page(app).key == key, "the next")  # type: ignore[misc]
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: text_of(app, "#said-text").startswith(app.book.get(keys[1]).name[:3]), "its text")  # type: ignore[union-attr]
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is below, "the list")

    drive(app, story)


def test_the_list_that_one_came_from_gives_the_order(make_app: Callable[..., GuardianApp], tmp_path: Path) -> None:
    app = make_app(write_inbox(tmp_path / "inbox", [(f"{n}.txt", f"{n} gift cards") for n in range(3)]))
    told: list[int] = []

    async def story(pilot: Pilot[None]) -> None:
        keys = await screened(pilot, app, 3)
        order = [keys[2], keys[0]]
        app.push_screen(MessageScreen(keys[2], lambda: order, told.append))
        await until(pilot, lambda: isinstance(app.screen, MessageScreen), "the page")
        await pilot.press("right_square_bracket", "right_square_bracket")
        assert page(app).key == keys[0]
        assert told == [keys[0]]

    drive(app, story)


@pytest.mark.long
def test_tabs_go_by_arrows_and_by_their_first_letters(make_app: Callable[..., GuardianApp], tmp_path: Path) -> None:
    app = make_app(write_inbox(tmp_path / "inbox", [("note.txt", CARDS)]))

    async def story(pilot: Pilot[None]) -> None:
        (key,) = await screened(pilot, app, 1)
        await opened(pilot, app, key)
        for press, part in [
            ("right", "hidden"),
            ("right", "way"),
            ("right", "receipt"),
            ("right", "said"),
            ("left", "receipt"),
            ("H", "hidden"),
            ("I", "way"),
            ("R", "receipt"),
            ("M", "said"),
        ]:
            await on_part(pilot, app, press, part)

    drive(app, story)


# What stands on it


def test_the_way_is_told_nearest_first_and_what_matched_stands_open(
    make_app: Callable[..., GuardianApp], tmp_path: Path
) -> None:
    app = make_app(write_inbox(tmp_path / "inbox", [("note.txt", CARDS)]))

    async def story(pilot: Pilot[None]) -> None:
        (key,) = await screened(pilot, app, 1)
        await opened(pilot, app, key)
        await on_part(pilot, app, "I", "way")
        await until(pilot, lambda: "Gift cards" in way_of(app), "the way")
        assert way_of(app).index("! Gift cards: warn: matched by its pattern 1") < way_of(app).index("Small print")
        assert "7. match: tactics, patterns and examples" in screen_text(app)
        await pilot.press("enter")  # folds it
        await until(pilot, lambda: "7. match" not in screen_text(app), "the fold")
        await pilot.press("space")
        await until(pilot, lambda: "7. match" in screen_text(app), "the open way")

    drive(app, story)


def test_what_was_hidden_stands_on_its_tab_with_its_number(
    make_app: Callable[..., GuardianApp], tmp_path: Path
) -> None:
    html = "<html><p>Hello\u200b there</p><p style='color:#fff'>buy gift cards</p></html>"
    app = make_app(write_inbox(tmp_path / "inbox", [("note.txt", html)]))

    async def story(pilot: Pilot[None]) -> None:
        (key,) = await screened(pilot, app, 1)
        await opened(pilot, app, key)
        label = page(app).query_one(TabbedContent).get_tab("hidden").label
        assert str(label) == "Hidden (2)"
        hidden = text_of(app, "#hidden-text")
        assert "1 zero width space (U+200B)" in hidden
        assert "[hidden from the reader, HTML: white on white]\nbuy gift cards[1]" in hidden
        assert "<p style='color:#fff'>" in hidden  # the source
        assert "Hello\\u{200b} there" in text_of(app, "#said-text")

    drive(app, story)


def test_a_recorded_message_tells_its_record_and_the_owners_word(
    make_recorded_app: Callable[..., GuardianApp], recorded_house: Settings
) -> None:
    (seq,) = record(recorded_house, [a_record(CARDS)])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await screened(pilot, app, 1)
        await opened(pilot, app, seq)
        assert f"journal: record {seq}, " in text_of(app, "#said-reasons")
        assert "guardian-mini-2 abababab" in text_of(app, "#said-reasons")
        assert app.seen.is_seen(seq)

    drive(app, story, size=(120, 36))


def test_a_receipt_shows_the_outcome_alone_until_more_is_ticked_and_never_replaces_a_file(
    make_recorded_app: Callable[..., GuardianApp], recorded_house: Settings, tmp_path: Path
) -> None:
    (seq,) = record(recorded_house, [a_record(CARDS)])
    app, path = make_recorded_app(), tmp_path / "receipt.txt"

    def plain() -> str:
        return page(app).query_one(ReceiptPane).plain

    async def story(pilot: Pilot[None]) -> None:
        await screened(pilot, app, 1)
        await opened(pilot, app, seq)
        await on_part(pilot, app, "R", "receipt")
        await until(pilot, plain, "the receipt")
        assert dict(verify_receipt(plain()).revealed) == {"outcome": "flagged"}
        assert "outcome: flagged" in text_of(app, "#receipt-preview")
        page(app).query_one("#field-channel", Checkbox).value = True
        await until(pilot, lambda: "channel" in verify_receipt(plain()).revealed, "the ticked field")
        line = page(app).query_one("#receipt-path", Input)
        assert line.value == f"{Path.home()}/guardian-receipt-{seq}.txt"
        line.value = str(path)
        line.focus()
        await pilot.press("enter")
        await until(pilot, path.exists, "the file")
        assert dict(verify_receipt(path.read_text()).revealed) == {"channel": "incoming", "outcome": "flagged"}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        written = path.read_bytes()
        await pilot.press("enter")
        await until(pilot, lambda: "is there already" in screen_text(app), "the refusal")
        assert path.read_bytes() == written

    drive(app, story, size=(160, 48))


def test_y_copies_the_part_that_has_the_keys_as_it_is_shown(
    make_app: Callable[..., GuardianApp], tmp_path: Path
) -> None:
    app = make_app(write_inbox(tmp_path / "inbox", [("note.txt", "gift cards \x1b]52;c;eA==\x07")]))

    async def story(pilot: Pilot[None]) -> None:
        (key,) = await screened(pilot, app, 1)
        await opened(pilot, app, key)
        await pilot.press("y")
        assert app.clipboard.startswith("gift cards[1] \\x1b]52;c;eA==\\x07\n")
        page(app).query_one("#said-reasons").focus()
        await pilot.press("y")
        assert app.clipboard.startswith("! flagged")
        await on_part(pilot, app, "H", "hidden")
        await pilot.press("y")
        assert "what was really sent" in app.clipboard

    drive(app, story)


# When something is amiss


@pytest.mark.long
def test_a_text_that_was_not_kept_says_why_on_every_part(
    make_recorded_app: Callable[..., GuardianApp], recorded_house: Settings
) -> None:
    (seq,) = record(recorded_house, [a_record(CARDS, keep_text=False)])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await screened(pilot, app, 1)
        await opened(pilot, app, seq)
        assert "the text was not kept: a policy says so" in text_of(app, "#said-text")
        assert "What was sent was not kept" in text_of(app, "#hidden-text")
        await on_part(pilot, app, "I", "way")
        await until(pilot, lambda: "by the record's numbers alone" in way_of(app), "the way")
        assert "another model gave this record's scores" in way_of(app)

    drive(app, story)


def test_what_is_forgotten_while_it_is_open_goes(
    make_recorded_app: Callable[..., GuardianApp], recorded_house: Settings
) -> None:
    (seq,) = record(recorded_house, [a_record(CARDS)])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await screened(pilot, app, 1)
        await opened(pilot, app, seq)
        with begun(recorded_house) as journal:
            journal.forget([(seq, seq)], "test")
        await until(pilot, lambda: "forgotten meanwhile" in title_of(app), "the words")
        assert "gift cards" not in screen_text(app)

    drive(app, story)


@pytest.mark.long
@pytest.mark.parametrize(
    ("key", "words"), [(999, "can't be shown: "), (0, "can't be shown: "), (-5, "was not screened in this run")]
)
def test_a_number_that_names_no_verdict_is_said(
    make_recorded_app: Callable[..., GuardianApp], recorded_house: Settings, key: int, words: str
) -> None:
    record(recorded_house, [a_record(CARDS)])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await screened(pilot, app, 1)
        app.push_screen(MessageScreen(key))
        await until(pilot, lambda: isinstance(app.screen, MessageScreen) and words in title_of(app), "the words")
        await pilot.press("right", "right", "right", "y", "escape")
        await until(pilot, lambda: not isinstance(app.screen, MessageScreen), "the list")

    drive(app, story)


def test_a_journal_whose_key_is_gone_is_said(
    make_recorded_app: Callable[..., GuardianApp], recorded_house: Settings
) -> None:
    (seq,) = record(recorded_house, [a_record(CARDS)])
    lose_key(recorded_house.paths.data.parent)
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        app.push_screen(MessageScreen(seq))
        await until(
            pilot, lambda: isinstance(app.screen, MessageScreen) and "can't be shown: " in title_of(app), "the words"
        )
        assert "key" in title_of(app)

    drive(app, story)


def test_with_the_model_down_the_way_is_what_the_verdict_says(recorded_house: Settings) -> None:
    (seq,) = record(recorded_house, [a_record(CARDS)])

    @contextmanager
    def no_gate(_settings: Settings, _observer: Observer) -> Iterator[Assembled]:
        raise ModelError("the model's file is gone")
        yield  # it is a generator

    app = GuardianApp(recorded_house, (), no_gate)

    async def story(pilot: Pilot[None]) -> None:
        await screened(pilot, app, 1)
        await opened(pilot, app, seq)
        await on_part(pilot, app, "I", "way")
        await until(pilot, lambda: "Pressure to pay" in way_of(app), "the way")
        assert "this is what the verdict itself says" in way_of(app)
        assert "! Pressure to pay: matched by the model (urgency)" in way_of(app)

    drive(app, story)


def test_what_was_not_recorded_has_no_receipt_and_says_why(
    make_app: Callable[..., GuardianApp], tmp_path: Path
) -> None:
    app = make_app(write_inbox(tmp_path / "inbox", [("note.txt", CARDS)]))

    async def story(pilot: Pilot[None]) -> None:
        (key,) = await screened(pilot, app, 1)
        await opened(pilot, app, key)
        await on_part(pilot, app, "R", "receipt")
        words = "There is no receipt for it: this run leaves the journal alone"
        await until(pilot, lambda: words in screen_text(app), "why")

    drive(app, story, size=(120, 36))


@pytest.mark.long
@pytest.mark.parametrize("size", [(160, 48), (40, 20)])
def test_a_line_of_one_megabyte_fits_every_terminal(
    make_app: Callable[..., GuardianApp], tmp_path: Path, size: tuple[int, int]
) -> None:
    app = make_app(write_inbox(tmp_path / "inbox", [("long.txt", "gift cards " + "1" * 1_000_000)]))

    async def story(pilot: Pilot[None]) -> None:
        (key,) = await screened(pilot, app, 1)
        await opened(pilot, app, key)
        view = page(app).query_one("#said-text", TextView)
        await until(pilot, lambda: "gift cards[1]" in screen_text(app) and "1111" in screen_text(app), "the lines")
        assert "980,011 characters are left out here" in view.plain
        await pilot.press("G")
        await until(pilot, lambda: view.scroll_offset.y == view.max_scroll_y > 0, "the end")

    drive(app, story, size=size)


async def assert_safe_on_every_part(pilot: Pilot[None], app: GuardianApp, key: int) -> None:
    await opened(pilot, app, key)
    for press in ("M", "H", "I", "R"):
        await pilot.press(press)
        if press == "I":
            await until(pilot, lambda: "Gift cards" in way_of(app), "the way")
        await pilot.pause()
        assert_safe_screen(app)
        held = [view.plain for view in page(app).query(TextView)] + [title_of(app), way_of(app)]
        assert all(safe_text(words) == words for words in held)
    await pilot.press("escape")
    await until(pilot, lambda: not isinstance(app.screen, MessageScreen), "the list")


@pytest.mark.long
def test_everything_hostile_at_once_is_shown_as_visible_escapes_on_every_part(
    make_recorded_app: Callable[..., GuardianApp], recorded_house: Settings
) -> None:
    every = " ".join(text for text, _ in HOSTILE)
    (seq,) = record(recorded_house, [a_record(f"gift cards {every}", name=every, sender=every)])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await screened(pilot, app, 1)
        await assert_safe_on_every_part(pilot, app, seq)

    drive(app, story)


@pytest.mark.slow
def test_each_hostile_text_is_shown_as_visible_escapes_on_every_part(
    make_recorded_app: Callable[..., GuardianApp], recorded_house: Settings
) -> None:
    texts = [text for text, _ in HOSTILE]
    seqs = record(recorded_house, [a_record(f"gift cards {text}", name=text, sender=text) for text in texts])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await screened(pilot, app, len(seqs))
        for seq in seqs:
            await assert_safe_on_every_part(pilot, app, seq)

    drive(app, story)
