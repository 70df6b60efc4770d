"""The Ask pane: paste or type a text, say who speaks, see the verdict as you stop typing, and ask about it.

Invariants: nothing is asked before the owner has stopped typing for `PAUSE_S`; a verdict or an answer is shown only if
it belongs to the text as it stands now; where there is no model, the page says so and shows no verdict; nothing is
recorded unless the owner asks for that.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.timer import Timer
from textual.widgets import Input, Static, TextArea

from guardian.assistant.questions import Question, question_of
from guardian.assistant.talk.opening import ASKED, chosen
from guardian.safe_text import safe_line
from tui.answering import AnswerFound, AnswerProgress, AnswerWork, Asking
from tui.keys import ASK_KEYS
from tui.messages import Answered, LongTextPasted, SpeakerChanged, TextGiven, WorkFailed
from tui.screens.base import app_of
from tui.state import HouseState, Phase
from tui.talking import TalkAbout, TalkWanted
from tui.widgets.before import Before, BeforeChanged
from tui.widgets.conversation import AnswerCard, Conversation, cannot_words, in_words
from tui.widgets.editor import Editor
from tui.widgets.questions import QuestionChosen, QuestionLine, Questions
from tui.widgets.speaker import Speaker

if TYPE_CHECKING:
    from guardian.gate import Screened

PAUSE_S = 0.4
"""How long typing must have stopped before a text is screened."""
MOST_ASKED_CHARACTERS = 200
"""Of a question in words that is shown again."""

EMPTY = (
    "The verdict appears here as you stop typing.\n"
    "Nothing that you type here is recorded, and nothing leaves this machine.\n"
    "ctrl+s keeps a text in the journal, if you want that."
)
READING = "Reading \u2026"
WAITING = "The model is starting; your text is next."
_ANSWER = "ask-answer"


class AskPane(Container):
    """Text and speaker on the left or above; verdict, answers and questions on the right or below."""

    BINDINGS: ClassVar[list[BindingType]] = list(ASK_KEYS)

    def __init__(self) -> None:
        super().__init__(id="ask-pane")
        self._number = 0
        self._answered = 0
        self._screened: Screened | None = None
        self._card: AnswerCard | None = None
        self._work: AnswerWork | None = None
        self._long_text = ""
        self._timer: Timer | None = None
        self._state = HouseState()

    def compose(self) -> ComposeResult:
        """The text, then the conversation about it."""
        with Vertical(id="question"):
            yield Speaker(id="speaker")
            yield Before()
            yield Editor(id="editor", soft_wrap=True, placeholder="Paste or type what was said to you.", compact=True)
            yield Static("", markup=False, id="long-text")
        with Vertical(id="talk"):
            yield Conversation(id="answer")
            yield Questions(id="questions")
            yield QuestionLine()

    def on_mount(self) -> None:
        """Begin with an empty page."""
        self.query_one("#long-text").display = False
        self._say(EMPTY)
        self.watch(self.app, "state", self._show_state)

    @property
    def is_answered(self) -> bool:
        """Whether the verdict on the page belongs to the text on the page."""
        return self._answered == self._number

    def _show_state(self, state: HouseState) -> None:
        """Say what keeps an answer away, where something does."""
        self._state = state
        if not self.is_answered:
            self._say(self._why_waiting())

    # The text

    @property
    def _editor(self) -> Editor:
        return self.query_one("#editor", Editor)

    def action_switch_speaker(self) -> None:
        """A person, or an AI."""
        self.query_one(Speaker).action_switch()

    def action_before(self) -> None:
        """Show or hide who sent it and what was said before."""
        before = self.query_one(Before)
        before.toggle()
        if not before.is_open:
            self._editor.focus()

    def action_clear(self) -> None:
        """Begin with an empty page."""
        self._long_text = ""
        self.query_one("#long-text").display = False
        self.query_one(Before).clear()
        self._editor.display = True
        self._editor.clear()
        self._changed()
        self._editor.focus()

    def action_leave_editor(self) -> None:
        """Out of the text, so that single keys work."""
        self.query_one(Conversation).focus()

    @on(TextArea.Changed, "#editor")
    @on(SpeakerChanged)
    @on(BeforeChanged)
    def _typed(self, message: TextArea.Changed | SpeakerChanged | BeforeChanged) -> None:
        message.stop()
        self._changed()

    @on(LongTextPasted)
    def _pasted(self, message: LongTextPasted) -> None:
        message.stop()
        self._long_text = message.text
        self._editor.display = False
        note = self.query_one("#long-text", Static)
        note.update(f"A text of {len(message.text):,} characters.\nIt is screened whole. F4 begins with an empty page.")
        note.display = True
        self._changed()
        self.query_one(Conversation).focus()

    def _changed(self) -> None:
        """The question is another one now: forget the old answer, and ask when the owner stops."""
        self._number += 1
        self._forget_verdict()
        if self._timer is not None:
            self._timer.stop()
        if not self._text().strip():
            self._answered = self._number
            self._say(EMPTY)
            return
        self.add_class("-waiting")
        self._timer = self.set_timer(PAUSE_S, self._give)

    def _forget_verdict(self) -> None:
        self._screened = self._card = None
        self.query_one(Questions).is_ready = False
        app_of(self).desk.cancel(_ANSWER, self)

    def _give(self) -> None:
        self._say(self._why_waiting())
        self.post_message(self._given())

    def _given(self, *, keep: bool = False) -> TextGiven:
        before = self.query_one(Before)
        channel = self.query_one(Speaker).channel
        return TextGiven(self._number, self._text(), channel, self, before.sender, before.turns, keep)

    def _text(self) -> str:
        return self._long_text or self._editor.text

    # The verdict

    @on(Answered)
    def _show(self, answer: Answered) -> None:
        """Show a verdict, unless the text has changed since it was asked for."""
        if not answer.screened.message.draft:
            self._kept(answer.screened)
        elif answer.number == self._number:
            self._answered = answer.number
            self._screened = answer.screened
            self._card = None
            self.query_one(Conversation).show(answer.screened)
            self.query_one(Questions).is_ready = True
            self.remove_class("-waiting")

    def action_keep(self) -> None:
        """Record the text in the journal, through the gate, as any message."""
        app = app_of(self)
        if app.records is None:
            app.notify("not kept: this run has no journal", severity="warning", markup=False)
        elif self._text().strip():
            self.post_message(self._given(keep=True))

    def _kept(self, screened: Screened) -> None:
        app, place = app_of(self), screened.verdict.journal
        if place is None:
            words = "not kept: of clean messages your journal only counts how many there were (journal.clean)"
            app.notify(words, severity="warning", markup=False)
        elif place.get("seq") is None:
            app.notify(f"not kept: {safe_line(str(place.get('problem')))}", severity="warning", markup=False)
        else:
            app.notify(f"kept in your journal, as record {place['seq']}", markup=False)
        if app.records is not None:
            app.records.look_now()

    # Questions

    def action_words(self) -> None:
        """To the line for a question in words."""
        self.query_one(QuestionLine).focus()

    def action_ask(self, question: str) -> None:
        """Ask one of the five."""
        self._ask(Question(question), in_words(Question(question)))

    @on(QuestionChosen)
    def _chosen(self, message: QuestionChosen) -> None:
        message.stop()
        self._ask(message.question, in_words(message.question))

    @on(Input.Submitted, "#in-words")
    def _asked_in_words(self, message: Input.Submitted) -> None:
        message.stop()
        words = safe_line(message.value, MOST_ASKED_CHARACTERS)
        if not words:
            return
        message.input.clear()
        self._ask(question_of(words), words)

    def _ask(self, question: Question | None, asked: str) -> None:
        talk = self.query_one(Conversation)
        if self._screened is None:
            app_of(self).notify("there is no verdict to ask about yet", severity="warning", markup=False)
            return
        if question is None:
            if chosen(app_of(self).settings) is None:
                talk.ask(asked, cannot_words())
            else:
                self.action_talk(asked)
            return
        if self._card is not None:
            self._card.tell("not looked for any more: you asked something else")
        self._card = talk.ask(asked)
        if self._work is None:
            self._work = AnswerWork(app_of(self))
        asking = Asking(self._number, question, self._screened)
        app_of(self).desk.do(_ANSWER, partial(self._work.do, asking), self)

    def action_talk(self, words: str = "") -> None:
        """To the conversation with the owner's model; about this text, where it was judged."""
        screened = self._screened
        about = TalkAbout(ASKED, screened.verdict, screened.message) if screened is not None else None
        self.post_message(TalkWanted(about, words))

    @on(AnswerProgress)
    def _progress(self, message: AnswerProgress) -> None:
        message.stop()
        if message.number == self._number and self._card is not None:
            self._card.tell(f"looking \u2026 {message.done:,} of {message.total:,} recorded messages")

    @on(AnswerFound)
    async def _found(self, message: AnswerFound) -> None:
        message.stop()
        if message.number == self._number and self._card is not None:
            card, self._card = self._card, None
            await self.query_one(Conversation).show_answer(card, message.answer)

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        if self._card is not None:
            card, self._card = self._card, None
            card.tell(f"this can't be answered now: {message.line}")

    def _why_waiting(self) -> str:
        match self._state.phase:
            case Phase.STARTING:
                return WAITING
            case Phase.DOWN:
                return f"x unscreened: the model is down, so nothing can be said of this text.\n{self._state.trouble}"
            case Phase.READY:
                return READING

    def _say(self, words: str) -> None:
        self.query_one(Conversation).say(words)
