"""The talk pane: a conversation with the owner's own language model, sentence by sentence as each was judged.

Invariants: nothing of an answer stands here but a `Sentence`'s own safe words; who speaks is on the page, and whether
the same file is the judge; a flagged sentence is a notice in place of its words; nothing is parsed as markup.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from guardian.assistant.questions import CANNOT
from guardian.assistant.talk.opening import chosen, judge_words
from guardian.safe_text import safe_line
from tui.copying import copy, write
from tui.keys import TALK_KEYS
from tui.messages import WorkFailed
from tui.screens.base import app_of
from tui.talking import AnswerEnded, ModelSpeaks, SentenceCame, TalkAbout, TalkLeft, TalkWanted, TalkWork
from tui.widgets.line_input import LineInput
from tui.widgets.scroll import KeyScroll

if TYPE_CHECKING:
    from guardian.assistant.talk.base import Ended, Sentence

MOST_SHOWN_CHARACTERS: Final = 1_000
"""Of what the owner said, when it is shown again."""
THINKING: Final = "thinking \u2026"
_WORK: Final = "talk"
_MUTED: Final = "$foreground-muted"
_PLACEHOLDER: Final = "say something; enter sends it"


class TalkCard(Vertical):
    """What the owner said, and the answer as far as it has come."""

    def __init__(self, said: str) -> None:
        super().__init__(classes="talk-card")
        self._said = Static(Content.assemble(("you: ", _MUTED), (said, "bold $text-primary")), markup=False)
        self._answer = Static(Content.styled(THINKING, _MUTED), markup=False)
        self._told = Static("", markup=False)
        self._content = Content("")
        self._sentences = 0

    def compose(self) -> ComposeResult:
        """The owner's words, the answer, and what is to be told of it."""
        yield self._said
        yield self._answer
        yield self._told

    @property
    def plain(self) -> str:
        """The answer as it is shown."""
        return self._content.plain

    def add(self, sentence: Sentence) -> None:
        """One more sentence."""
        lead = sentence.lead if self._sentences else ""
        style = "$text-warning" if sentence.notice else ""
        mark = f" {sentence.mark}" if sentence.mark else ""
        self._content = Content.assemble(self._content, lead, (sentence.words, style), (mark, "$text-warning"))
        self._sentences += 1
        self._answer.update(self._content)

    def end(self, lines: tuple[str, ...]) -> None:
        """Nothing more comes; `lines` are told below, safe ones of the core's."""
        if not self._sentences:
            self._answer.display = False
        self._told.update(Content.styled("\n".join(lines), _MUTED))


class TalkPane(Container):
    """Who speaks, the conversation, and the line for what the owner says."""

    BINDINGS: ClassVar[list[BindingType]] = list(TALK_KEYS)

    def __init__(self) -> None:
        super().__init__(id="talk-pane")
        self._about: TalkAbout | None = None
        self._work: TalkWork | None = None
        self._card: TalkCard | None = None
        """Of the answer that is still coming."""
        self._number = 0
        self._conversation = 0

    def compose(self) -> ComposeResult:
        """The head, the conversation, the line."""
        yield Static("", markup=False, id="talk-head")
        yield KeyScroll(id="talk-log")
        yield LineInput(placeholder=_PLACEHOLDER, compact=True, id="talk-line", select_on_focus=False)

    def on_unmount(self) -> None:
        """End the model's process."""
        if self._work is not None:
            self._work.close()

    def begin(self, wanted: TalkWanted) -> None:
        """Talk about something else, or go on where nothing else is named."""
        if wanted.about is not None and wanted.about != self._about:
            self.action_clear()
            self._about = wanted.about
        self._show_head()
        self.query_one("#talk-line").focus()
        if wanted.words:
            self._say(wanted.words)

    # What the owner does

    def action_stop(self) -> None:
        """End the answer that is coming; else out of the line; else back to the text."""
        if self._card is not None:
            self._stop("stopped")
        elif self.query_one("#talk-line").has_focus:
            self.query_one("#talk-log").focus()
        else:
            self.action_leave()

    def action_leave(self) -> None:
        """Back to the text that is judged."""
        self.post_message(TalkLeft())

    def action_line(self) -> None:
        """To the line."""
        self.query_one("#talk-line").focus()

    def action_clear(self) -> None:
        """Begin a new conversation, about nothing in particular."""
        self._stop("stopped")
        self._about = None
        self._conversation += 1
        self.query(TalkCard).remove()
        self._show_head()

    def action_copy(self) -> None:
        """Copy the last answer, as it is shown."""
        copy(app_of(self), self._last_answer(), "the answer")

    def action_write(self) -> None:
        """Write the last answer to a private file."""
        write(app_of(self), self._last_answer(), "the answer")

    @on(Input.Submitted, "#talk-line")
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        words = message.value.strip()
        if words and self._card is None:
            message.input.clear()
            self._say(words)

    def _say(self, words: str) -> None:
        app = app_of(self)
        if chosen(app.settings) is None:
            app.notify(CANNOT, severity="warning", markup=False)
            return
        if self._work is None:
            self._work = TalkWork(app)
        self._stop("stopped: you said something else")
        self._number += 1
        self._card = TalkCard(safe_line(words, MOST_SHOWN_CHARACTERS))
        log = self.query_one("#talk-log", KeyScroll)
        log.mount(self._card)
        log.anchor()
        app.desk.do(_WORK, partial(self._work.say, words, self._about, self._conversation, self._number), self)

    def _last_answer(self) -> str:
        cards = self.query(TalkCard)
        return cards.last().plain if cards else ""

    # What the desk says

    @on(ModelSpeaks)
    def _model_speaks(self, message: ModelSpeaks) -> None:
        message.stop()
        self._show_head(f"{message.name} answers, {message.place}", message.name)

    @on(SentenceCame)
    def _sentence_came(self, message: SentenceCame) -> None:
        message.stop()
        if message.number == self._number and self._card is not None:
            self._card.add(message.sentence)

    @on(AnswerEnded)
    def _answer_ended(self, message: AnswerEnded) -> None:
        message.stop()
        if message.number == self._number:
            self._ended(_told(message.ended, has_words=bool(self._card is not None and self._card.plain)))

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        self._ended((f"no answer: {message.line}",))

    def _stop(self, why: str) -> None:
        """Nobody waits for the answer that is coming, if there is one."""
        if self._card is not None:
            self._ended((why,))
            if self._work is not None:
                self._work.stop()

    def _ended(self, lines: tuple[str, ...]) -> None:
        """The answer that was coming comes no more."""
        if self._card is not None:
            app_of(self).desk.cancel(_WORK, self)
            card, self._card = self._card, None
            card.end(lines)

    def _show_head(self, who: str = "", served: str = "") -> None:
        settings = app_of(self).settings
        found = chosen(settings)
        if found is None:
            self.query_one("#talk-head", Static).update(Content.styled(CANNOT, _MUTED))
            return
        about = f"about {self._about.name}; what goes beyond the evidence is marked" if self._about is not None else ""
        lines = [who or f"{safe_line(found.name)} answers", "every sentence is screened before you see it", about]
        head = Content.styled("; ".join(filter(None, lines)), _MUTED)
        if words := judge_words(settings, served):
            head = Content("\n").join([head, Content.styled(words, "$text-warning")])
        self.query_one("#talk-head", Static).update(head)


def _told(ended: Ended, *, has_words: bool) -> tuple[str, ...]:
    what = "the answer is not whole" if has_words else "no answer"
    failure = (f"{what}: {safe_line(ended.failure.say)}",) if ended.failure is not None else ()
    return (*failure, *ended.notes)
