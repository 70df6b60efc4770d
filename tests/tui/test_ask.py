"""The Ask tab: typing, the pause, and which verdict is shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual import events
from textual.pilot import Pilot
from tui_driver import assert_safe_screen, drive, screen_text, until, words

from guardian.gate import Gate
from guardian.message import Channel, Message
from tui.app import GuardianApp
from tui.messages import Answered, TextGiven
from tui.widgets import ask
from tui.widgets.ask import AskPane
from tui.widgets.editor import EDITABLE_CHARS, Editor

MakeApp = Callable[..., GuardianApp]
PHISH = "Buy 4 gift cards and text me the codes."
NEVER_S = 3600.0


def questions_of(app: GuardianApp, monkeypatch: pytest.MonkeyPatch) -> list[TextGiven]:
    """Every question that reaches the bridge, which still answers it."""
    asked: list[TextGiven] = []
    ask_bridge = app.bridge.ask

    def record(question: TextGiven) -> None:
        asked.append(question)
        ask_bridge(question)

    monkeypatch.setattr(app.bridge, "ask", record)
    return asked


def answer(app: GuardianApp) -> str:
    return words(app, "#answer > Static")


def test_without_paths_the_app_opens_on_ask_and_a_phish_is_flagged(make_app: MakeApp) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        assert isinstance(app.focused, Editor)
        app.query_one(Editor).load_text(PHISH)
        await until(pilot, lambda: "flagged: this may be working on you" in answer(app), "the verdict")
        assert "Nobody honest is paid in gift cards." in answer(app)

    drive(app, story)


def test_nothing_is_asked_while_the_owner_types_and_one_question_after(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    asked = questions_of(app, monkeypatch)

    async def story(pilot: Pilot[None]) -> None:
        monkeypatch.setattr(ask, "PAUSE_S", NEVER_S)
        await pilot.press(*"gift card")
        assert asked == []
        assert app.query_one(Editor).text == "gift card"
        monkeypatch.setattr(ask, "PAUSE_S", 0.01)
        await pilot.press("s")
        await until(pilot, lambda: "flagged:" in answer(app), "the verdict")
        assert [question.text for question in asked] == ["gift cards"]

    drive(app, story)


def test_a_verdict_on_an_earlier_text_is_never_shown(
    make_app: MakeApp, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        monkeypatch.setattr(ask, "PAUSE_S", NEVER_S)
        await pilot.press("a")
        pane = app.query_one(AskPane)
        app.post_message(Answered(pane._number - 1, gate.screen(Message(PHISH.encode()))))
        await pilot.pause()
        assert "flagged" not in answer(app)
        app.post_message(Answered(pane._number, gate.screen(Message(PHISH.encode()))))
        await until(pilot, lambda: "flagged:" in answer(app), "the verdict on the text as it stands")

    drive(app, story)


def test_the_switch_asks_again_for_the_other_channel(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    asked = questions_of(app, monkeypatch)

    async def story(pilot: Pilot[None]) -> None:
        app.query_one(Editor).load_text("Mind the small print.")  # a policy for people, not for an AI
        await until(pilot, lambda: "notice:" in answer(app), "a notice")
        assert "(•) a person wrote it" in screen_text(app)
        await pilot.press("f2")
        await until(pilot, lambda: "clean:" in answer(app), "a clean verdict")
        assert "(•) an AI wrote it" in screen_text(app)
        assert [question.channel for question in asked] == [Channel.INCOMING, Channel.AI_OUTPUT]

    drive(app, story)


def test_an_emptied_page_shows_no_verdict(make_app: MakeApp) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        app.query_one(Editor).load_text(PHISH)
        await until(pilot, lambda: "flagged:" in answer(app), "the verdict")
        await pilot.press("f4")
        await until(pilot, lambda: "appears here" in answer(app), "the empty page")

    drive(app, story)


def test_a_long_paste_is_screened_whole_but_never_edited(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    asked = questions_of(app, monkeypatch)
    long_text = "1" * 1_000_000  # a line of 1 MB: the editor took 1.5 s a key

    async def story(pilot: Pilot[None]) -> None:
        await pilot.press(*"ab", "left")
        app.post_message(events.Paste(long_text))
        await until(pilot, lambda: any(len(each.text) > EDITABLE_CHARS for each in asked), "the long question")
        assert asked[-1].text == "a" + long_text + "b"  # put in where the cursor stood
        assert "1,000,002 characters" in screen_text(app)
        await until(pilot, lambda: app.query_one(AskPane).is_answered, "its verdict")
        assert "not judged" in answer(app)
        await pilot.press("f4")
        assert isinstance(app.focused, Editor)

    drive(app, story)


def test_a_hostile_paste_is_drawn_safe_and_judged_as_it_is(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    asked = questions_of(app, monkeypatch)
    hostile = "a\x1b]52;c;aGk=\x07b \u202egift cards\u202c [/bold] \x00 \x9b31m \U000e0041"

    async def story(pilot: Pilot[None]) -> None:
        app.post_message(events.Paste(hostile))
        await until(pilot, lambda: "flagged:" in answer(app), "the verdict")
        assert asked[-1].text == hostile
        assert_safe_screen(app)
        assert "a␛]52;c;aGk=␇b" in screen_text(app)

    drive(app, story)


def test_digits_and_letters_are_text_in_the_editor_and_keys_outside(make_app: MakeApp) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await pilot.press(*"1q?i")
        assert app.query_one(Editor).text == "1q?i"
        await pilot.press("escape", "1")
        assert app.query_one("TabbedContent").active == "inbox"  # type: ignore[attr-defined]  # a TabbedContent

    drive(app, story)
