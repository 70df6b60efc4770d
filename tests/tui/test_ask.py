"""The Ask screen: typing, the pause, which verdict is shown, what can be asked about it, and what is kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, Static
from tui_driver import assert_safe_screen, drive, screen_text, until

from guardian.assistant.questions import CANNOT
from guardian.gate import Gate
from guardian.journal.opening import open_journal
from guardian.journal.record import Kind, Record
from guardian.message import Channel, Message
from guardian.safe_text import safe_text
from guardian.settings import Settings
from tui.app import GuardianApp
from tui.messages import Answered, TextGiven
from tui.screens.ask import AskScreen
from tui.widgets import ask
from tui.widgets.ask import AskPane
from tui.widgets.before import Before
from tui.widgets.conversation import LOOKING, AnswerCard, AnswerLine
from tui.widgets.editor import EDITABLE_CHARS, Editor

MakeApp = Callable[..., GuardianApp]
PHISH = "Buy 4 gift cards and text me the codes."
NEVER_S = 3600.0
ASKED = (
    ("f5", "your policy \u2018gift cards\u2019 looks for this"),
    ("f6", "without them nothing is left"),
    ("f7", "it may only sound like messages that work on people"),
    ("f8", "i would rather not. all the best."),
    ("f9", "i can't look at past messages: this run leaves the journal alone"),
)


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
    content = app.screen.query_one("#answer > Static", Static).content
    return getattr(content, "plain", str(content))


def cards(app: GuardianApp) -> str:
    """All questions and answers under the verdict."""
    return "\n".join(str(each.content) for card in app.screen.query(AnswerCard) for each in card.query(Static))


def editor(app: GuardianApp) -> Editor:
    return app.screen.query_one("#editor", Editor)


def is_told(app: GuardianApp, words: str) -> bool:
    """Whether the words stand in an answer."""
    return words in cards(app).casefold()


def is_answered(app: GuardianApp, number: int) -> bool:
    """Whether there are so many questions, and none still waits."""
    return len(app.screen.query(AnswerCard)) == number and LOOKING not in [
        str(each.content) for each in app.screen.query(AnswerCard).last().query(Static) if each.display
    ]


async def begin(app: GuardianApp, pilot: Pilot[None], text: str = "") -> None:
    """Go to the screen, and wait for the verdict on a text."""
    await until(pilot, lambda: app.state.is_open, "the gate")
    await pilot.press("2")
    await until(pilot, lambda: isinstance(app.screen, AskScreen) and app.focused is editor(app), "the screen")
    if text:
        editor(app).load_text(text)
        await until(pilot, lambda: app.screen.query_one("#questions").is_ready, "the verdict")  # type: ignore[attr-defined]


def test_a_phish_is_flagged_as_soon_as_typing_stops(make_app: MakeApp) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot)
        assert "Nothing that you type here is recorded" in answer(app)
        await begin(app, pilot, PHISH)
        assert "flagged: this may be working on you" in answer(app)
        assert "Nobody honest is paid in gift cards." in answer(app)

    drive(app, story)


def test_nothing_is_asked_while_the_owner_types_and_one_question_after(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    asked = questions_of(app, monkeypatch)

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot)
        monkeypatch.setattr(ask, "PAUSE_S", NEVER_S)
        await pilot.press(*"gift card")
        assert asked == []
        assert editor(app).text == "gift card"
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
        await begin(app, pilot)
        monkeypatch.setattr(ask, "PAUSE_S", NEVER_S)
        await pilot.press("a")
        pane = app.screen.query_one(AskPane)
        pane.post_message(Answered(pane._number - 1, gate.screen(Message(PHISH.encode(), draft=True))))
        await pilot.pause()
        assert "flagged" not in answer(app)
        pane.post_message(Answered(pane._number, gate.screen(Message(PHISH.encode(), draft=True))))
        await until(pilot, lambda: "flagged:" in answer(app), "the verdict on the text as it stands")

    drive(app, story)


@pytest.mark.long
def test_the_switch_asks_again_for_the_other_channel(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    asked = questions_of(app, monkeypatch)

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot, "Mind the small print.")  # a policy for people, not for an AI
        assert "notice:" in answer(app)
        assert "(\u2022) a person wrote it" in screen_text(app)
        await pilot.press("f2")
        await until(pilot, lambda: "clean:" in answer(app), "a clean verdict")
        assert "(\u2022) an AI wrote it" in screen_text(app)
        assert [question.channel for question in asked] == [Channel.INCOMING, Channel.AI_OUTPUT]

    drive(app, story)


@pytest.mark.long
def test_sender_and_earlier_turns_are_folded_away_and_count(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    asked = questions_of(app, monkeypatch)

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot, PHISH)
        assert not app.screen.query_one("#sender").display
        await pilot.press("f3")
        assert app.focused is app.screen.query_one("#sender")
        await pilot.press(*"ann@x.example", "enter")
        app.screen.query_one("#turns", Editor).load_text("Hi, who is this?\n\nIt is me, Ann.")
        await until(pilot, lambda: asked[-1].context == ("Hi, who is this?", "It is me, Ann."), "the turns")
        assert asked[-1].sender == "ann@x.example"
        await pilot.press("f3")
        assert app.focused is editor(app)
        assert "from ann@x.example, 2 earlier turns" in screen_text(app)
        await pilot.press("f4")
        assert app.screen.query_one(Before).sender == ""
        assert app.screen.query_one(Before).turns == ()

    drive(app, story)


@pytest.mark.long
def test_an_emptied_page_shows_no_verdict_and_no_answer(make_app: MakeApp) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot, PHISH)
        await pilot.press("f8")
        await until(pilot, lambda: app.screen.query(AnswerLine), "replies")
        await pilot.press("f4")
        await until(pilot, lambda: "appears here" in answer(app), "the empty page")
        await until(pilot, lambda: not app.screen.query(AnswerCard), "no answer to a text that is gone")

    drive(app, story)


@pytest.mark.long
def test_a_long_paste_is_screened_whole_but_never_edited(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    asked = questions_of(app, monkeypatch)
    long_text = "1" * 1_000_000  # a line of 1 MB: the editor took 1.5 s a key

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot)
        await pilot.press(*"ab", "left")
        app.post_message(events.Paste(long_text))
        await until(pilot, lambda: any(len(each.text) > EDITABLE_CHARS for each in asked), "the long question")
        assert asked[-1].text == "a" + long_text + "b"  # put in where the cursor stood
        assert "1,000,002 characters" in screen_text(app)
        await until(pilot, lambda: app.screen.query_one(AskPane).is_answered, "its verdict")
        assert "not judged" in answer(app)
        await pilot.press("f4")
        assert app.focused is editor(app)

    drive(app, story)


@pytest.mark.long
def test_a_hostile_paste_is_drawn_safe_and_judged_as_it_is(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    asked = questions_of(app, monkeypatch)
    hostile = "a\x1b]52;c;aGk=\x07b \u202egift cards\u202c [/bold] \x00 \x9b31m \U000e0041"

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot)
        app.post_message(events.Paste(hostile))
        await until(pilot, lambda: "flagged:" in answer(app), "the verdict")
        assert asked[-1].text == hostile
        await pilot.press("f3")
        app.post_message(events.Paste(hostile))
        await until(pilot, lambda: app.screen.query_one(Before).sender, "the sender")
        await pilot.press("enter")
        app.post_message(events.Paste(hostile))
        await until(pilot, lambda: app.screen.query_one(Before).turns, "the turns")
        await until(pilot, lambda: asked[-1].context, "the question with its turns")
        await until(pilot, lambda: app.screen.query_one("#questions").is_ready, "its verdict")  # type: ignore[attr-defined]
        for number, (key, _) in enumerate(ASKED, start=1):
            await pilot.press(key)
            await until(pilot, partial(is_answered, app, number), f"the answer to {key}")
            assert_safe_screen(app)
            assert safe_text(cards(app)) == cards(app)

    drive(app, story, size=(120, 50))


@pytest.mark.long
def test_digits_and_letters_are_text_in_the_editor_and_keys_outside(make_app: MakeApp) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot)
        await pilot.press(*"1q?iwcbrs")
        assert editor(app).text == "1q?iwcbrs"
        await pilot.press("escape", "1")
        assert app.current_mode == "inbox"

    drive(app, story)


@pytest.mark.long
@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 20)])
def test_the_five_questions_are_answered_from_within_the_text(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot, PHISH)
        for word in ("why", "change", "benign", "answer", "before"):
            assert word in " ".join(screen_text(app).replace("\u00a0", " ").split())
        for key, told in ASKED:
            await pilot.press(key)
            await until(pilot, partial(is_told, app, told), told)
        assert len(app.screen.query(AnswerCard)) == len(ASKED)
        assert editor(app).text == PHISH

    drive(app, story, size)


@pytest.mark.long
def test_a_question_in_words_is_understood_and_any_other_is_not_guessed_at(make_app: MakeApp) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot, PHISH)
        await pilot.press("escape", "slash", *"could it be harmless?", "enter")
        await until(pilot, lambda: "An honest reading" in cards(app) or "an honest reading" in cards(app), "its answer")
        await pilot.press(*"what is the weather like", "enter")
        await until(pilot, lambda: CANNOT in cards(app), "that it cannot")
        assert "you can ask: why?" in cards(app)
        assert app.screen.query_one("#in-words", Input).value == ""

    drive(app, story)


def test_before_there_is_a_verdict_a_question_is_not_answered(make_app: MakeApp) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot)
        await pilot.press("f5")
        await pilot.pause()
        assert not app.screen.query(AnswerCard)

    drive(app, story)


def test_a_reply_is_copied_from_its_line(make_app: MakeApp) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot, PHISH)
        await pilot.press("f8")
        await until(pilot, lambda: app.screen.query(AnswerLine), "replies")
        app.screen.query(AnswerLine).first().focus()
        await pilot.press("y")
        assert app.clipboard == "Thank you for your message. I will think about it and come back to you."

    drive(app, story)


@pytest.mark.long
def test_nothing_is_recorded_until_it_is_kept_and_then_it_is_as_any_message(
    make_recorded_app: MakeApp, recorded_house: Settings
) -> None:
    app = make_recorded_app(own_gate=True)

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot, PHISH)
        await pilot.press("f3", *"ann@x.example")
        await until(pilot, lambda: app.screen.query_one("#questions").is_ready, "the verdict")  # type: ignore[attr-defined]
        assert not recorded_house.paths.journal_file.exists()
        await pilot.press("ctrl+s")
        await until(pilot, lambda: any(alert.key >= 0 for alert in app.book.everything()), "the alert")
        await pilot.press("f9")
        await until(pilot, lambda: app.screen.query(AnswerLine), "itself, among what was seen before")

    drive(app, story)
    with open_journal(recorded_house) as journal:
        records = [entry.record for entry in journal.entries() if isinstance(entry.record, Record)]
    (kept,) = [record for record in records if record.kind is Kind.VERDICT]
    assert kept.body["message"]["sender"] == "ann@x.example"
    assert kept.body["message"]["source"] == "ask"


def test_an_app_without_a_journal_says_that_nothing_was_kept(make_app: MakeApp) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await begin(app, pilot, PHISH)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "not kept: this run has no journal" in screen_text(app), "that it was not kept")

    drive(app, story)
