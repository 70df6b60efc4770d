"""Talking in the app: streamed and judged, stopped, about a message, who speaks, and where no model is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from talk_rig import RunningServer, put_on_shelf, running_server
from textual.pilot import Pilot
from tiny_gguf import TinyModels
from tui_driver import LONGEST_WAIT_S, assert_safe_screen, drive, handing_out, screen_text, until, words

from guardian.assembly import Assembled
from guardian.assistant.questions import CANNOT
from guardian.assistant.talk.base import TalkModel
from guardian.assistant.talk.opening import SAME_AS_JUDGE
from guardian.message import Message
from guardian.settings import Settings
from guardian.talking.wire import Patience
from tui.app import GuardianApp
from tui.screens.ask import AskScreen
from tui.screens.message import MessageScreen
from tui.talking import TalkAbout, TalkWanted, TalkWork
from tui.widgets.editor import Editor
from tui.widgets.line_input import LineInput
from tui.widgets.talk import TalkCard, TalkPane

PHISH = "Buy 4 gift cards and text me the codes."
SCRIPT = "It asks you to buy gift cards. The sender is Peter from Berlin. Buy me gift cards too, will you? Bye now."
MakeTalking = Callable[..., GuardianApp]


@pytest.fixture
def make_talking(house: Settings, parts: Assembled) -> MakeTalking:
    """`make_talking(path, server=..., model=..., judge=...)`: the app with such an assistant."""

    def make(*paths: Path, judge: str = "", **assistant: object) -> GuardianApp:
        settings = replace(
            house,
            assistant=replace(house.assistant, temperature=0.0, **assistant),  # type: ignore[arg-type]
            judge=replace(house.judge, model=judge),
        )
        return GuardianApp(settings, paths, handing_out(parts), with_journal=False)

    return make


@pytest.fixture
def sayer(house: Settings, tiny_models: TinyModels) -> str:
    put_on_shelf(house, "sayer", tiny_models.saying(SCRIPT))
    return "sayer"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("talking")) as running:
        yield running


def answers(app: GuardianApp) -> list[str]:
    """Every answer on the page, as far as it has come."""
    return [card.plain for card in app.screen.query(TalkCard)]


async def begin(app: GuardianApp, pilot: Pilot[None]) -> None:
    """To the talk pane of the Ask screen."""
    await until(pilot, lambda: app.state.is_open, "the gate")
    await pilot.press("2")
    await until(pilot, lambda: isinstance(app.screen, AskScreen), "the screen")
    await pilot.press("ctrl+l")
    await until(pilot, lambda: app.focused is app.screen.query_one("#talk-line"), "the line")


async def say(app: GuardianApp, pilot: Pilot[None], said: str) -> None:
    app.screen.query_one("#talk-line", LineInput).value = said
    await pilot.press("enter")


def is_done(app: GuardianApp) -> bool:
    return bool(answers(app)) and app.screen.query_one(TalkPane)._card is None


@pytest.mark.long
def test_an_answer_comes_judged_and_says_who_speaks(make_talking: MakeTalking, sayer: str) -> None:
    app = make_talking(model=sayer)

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot)
        assert "sayer answers; every sentence is screened before you see it" in screen_text(app)
        await say(app, pilot, "hello")
        await until(pilot, lambda: is_done(app), "the answer")
        assert "will you?" not in answers(app)[0]
        assert "[guardian held back a sentence: " in answers(app)[0]
        assert answers(app)[0].endswith("Bye now.")
        assert "in a process without a network (wall: " in words(app, "#talk-head")
        await say(app, pilot, "and then?")
        await until(pilot, lambda: len(answers(app)) == 2 and is_done(app), "the second answer")
        assert_safe_screen(app)
        await pilot.press("f4")
        await until(pilot, lambda: not answers(app), "a new page")

    drive(app, story, size=(120, 40))


@pytest.mark.long
def test_sentences_stand_on_the_page_while_others_are_still_to_come_and_escape_stops_it(
    make_talking: MakeTalking, server: RunningServer
) -> None:
    app = make_talking(server=server.url, server_model="slow")

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot)
        await say(app, pilot, "hello")
        await until(pilot, lambda: answers(app) and "It rains." in answers(app)[0], "the first sentence")
        assert not is_done(app)
        await pilot.press("escape")
        assert is_done(app)
        await until(pilot, lambda: "stopped" in screen_text(app), "the word for it")
        kept = answers(app)[0]
        await until(pilot, lambda: {"left": True} in server.asked(), "the server's work ended")
        assert answers(app)[0] == kept
        assert app.focused is app.screen.query_one("#talk-line")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: app.focused is app.screen.query_one("#editor", Editor), "back at the text")

    drive(app, story)


@pytest.mark.long
def test_a_question_that_evidence_does_not_answer_goes_to_the_model_with_it(
    make_talking: MakeTalking, sayer: str
) -> None:
    app = make_talking(model=sayer)

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.is_open, "the gate")
        await pilot.press("2")
        app.screen.query_one("#editor", Editor).load_text(PHISH)
        await until(pilot, lambda: app.screen.query_one("#questions").is_ready, "the verdict")  # type: ignore[attr-defined]
        await pilot.press("escape", "slash")
        await pilot.press(*"who is peter", "enter")
        await until(pilot, lambda: is_done(app), "the answer")
        assert "about the text that you asked about" in words(app, "#talk-head")
        assert "The sender is Peter from Berlin. (goes beyond the evidence)" in answers(app)[0]
        assert "Bye now. (goes" not in answers(app)[0]

    drive(app, story, size=(120, 40))


@pytest.mark.long
def test_a_message_can_be_talked_about_from_its_page(make_talking: MakeTalking, sayer: str, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text(PHISH)
    app = make_talking(tmp_path / "note.txt", model=sayer)

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.book.everything(), "the alert")
        await app.push_screen(MessageScreen(next(iter(app.book.everything())).key))
        await until(pilot, lambda: "gift cards" in screen_text(app), "the message")
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, AskScreen), "the Ask screen")
        await until(pilot, lambda: "about this message" in words(app, "#talk-head"), "what it is about")
        await say(app, pilot, "who is it?")
        await until(pilot, lambda: is_done(app), "the answer")
        assert "(goes beyond the evidence)" in answers(app)[0]

    drive(app, story, size=(120, 40))


def test_that_one_file_is_both_is_on_the_page(make_talking: MakeTalking, sayer: str) -> None:
    app = make_talking(model=sayer, judge=sayer)

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot)
        assert SAME_AS_JUDGE in words(app, "#talk-head")

    drive(app, story)


def test_without_a_model_it_says_how_to_have_one(make_talking: MakeTalking) -> None:
    app = make_talking()

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot)
        assert words(app, "#talk-head") == CANNOT
        await say(app, pilot, "hello")
        assert not answers(app)

    drive(app, story)


def test_a_server_that_is_gone_is_said_on_the_page(make_talking: MakeTalking) -> None:
    app = make_talking(server="http://127.0.0.1:9")

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot)
        await say(app, pilot, "hello")
        await until(pilot, lambda: "no answer: " in screen_text(app), "why")
        assert "no server answers there" in screen_text(app)

    drive(app, story, size=(120, 30))


def test_hostile_words_of_a_server_are_drawn_safe(make_talking: MakeTalking, server: RunningServer) -> None:
    app = make_talking(server=server.url, server_model="escapes")

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot)
        await say(app, pilot, "hello [/bold] \x1b[2J")
        await until(pilot, lambda: is_done(app), "the answer")
        assert_safe_screen(app)

    drive(app, story)


@pytest.mark.long
def test_a_server_that_falls_silent_keeps_no_later_question_waiting(
    make_talking: MakeTalking, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = Patience(900.0, 900.0, 900.0)
    monkeypatch.setattr("guardian.assistant.talk.server_model.Patience", lambda: endless)
    app = make_talking(server=server.url, server_model="silent")

    def asked() -> int:
        return sum(row.get("body", {}).get("model") == "silent" for row in server.asked())

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot)
        await say(app, pilot, "hello")
        await until(pilot, lambda: asked() == 1, "the question")
        await pilot.press("escape")
        assert is_done(app)
        await say(app, pilot, "are you there?")
        await until(pilot, lambda: asked() == 2, "the next question")
        await pilot.press("escape")

    drive(app, story)


def test_a_new_conversation_is_about_nothing_that_was_still_being_begun(
    make_talking: MakeTalking, sayer: str, parts: Assembled, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, is_there, opened = make_talking(model=sayer), threading.Event(), TalkWork._opened
    verdict = parts.gate.screen(Message(PHISH.encode(), draft=True)).verdict

    def late(work: TalkWork) -> TalkModel:
        is_there.wait(LONGEST_WAIT_S)
        return opened(work)

    monkeypatch.setattr(TalkWork, "_opened", late)

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot)
        about = TalkAbout("record 7", verdict, None)
        app.screen.query_one(TalkPane).begin(TalkWanted(about, "who is it?"))
        await until(pilot, lambda: answers(app), "the card")
        await pilot.press("f4")
        is_there.set()
        await say(app, pilot, "hello")
        await until(pilot, lambda: is_done(app) and "Peter" in answers(app)[-1], "the answer")
        assert "(goes beyond the evidence)" not in answers(app)[-1]

    drive(app, story)


@pytest.mark.parametrize(("model", "why"), [("keyed", "it wants a key"), ("signs", "it ended without a word")])
def test_an_answer_that_is_none_says_so(make_talking: MakeTalking, server: RunningServer, model: str, why: str) -> None:
    app = make_talking(server=server.url, server_model=model)

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot)
        await say(app, pilot, "hello")
        await until(pilot, lambda: "no answer: " in screen_text(app), "why")
        assert why in screen_text(app)

    drive(app, story, size=(140, 30))
