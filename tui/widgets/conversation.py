"""The verdict and the answers, one below the other, each line with what it rests on.

Invariants: what stands here is a verdict's or an answer's own safe words, and none of it is parsed as markup; answers
belong to the text that they were asked about, and go when it changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from guardian.assistant.questions import CANNOT, WORDS, Question, what_can_be_asked
from tui.copying import copy, write
from tui.keys import ANSWER_KEYS
from tui.screens.base import app_of
from tui.widgets.scroll import KeyScroll

if TYPE_CHECKING:
    from guardian.assistant.answer import Answer, Line
    from guardian.gate import Screened

_TAKEN: Final = ("reply", "command", "past")
"""Kinds of lines that are copied or opened."""
_SIGNS: Final = {"reply": "\u203a ", "command": "$ ", "past": "# "}
_MUTED: Final = "$foreground-muted"
LOOKING: Final = "looking \u2026"


class AnswerLine(Static, can_focus=True):
    """A reply or a command, to be copied; or a recorded message, to be opened."""

    BINDINGS: ClassVar[list[BindingType]] = list(ANSWER_KEYS)

    def __init__(self, line: Line) -> None:
        rest = Content.styled(f" [{line.rests_on}]", _MUTED)
        super().__init__(Content.assemble((_SIGNS[line.kind.value], "$text-accent"), line.say, rest), markup=False)
        self._line = line

    def action_take(self) -> None:
        """Open the message, or copy the words."""
        if self._line.seq is None:
            self.action_copy()
            return
        from tui.screens.message import MessageScreen

        self.app.push_screen(MessageScreen(self._line.seq))

    def action_copy(self) -> None:
        """Put the words on the clipboard."""
        copy(app_of(self), self._line.say, self._what)

    def action_write(self) -> None:
        """Write the words to a private file."""
        write(app_of(self), self._line.say, self._what)

    def on_click(self, event: events.Click) -> None:
        """As enter."""
        event.stop()
        self.action_take()

    @property
    def _what(self) -> str:
        return {"reply": "the reply", "command": "the command"}.get(self._line.kind.value, "the line")


class AnswerCard(Vertical):
    """One question, and its answer once there is one."""

    def __init__(self, asked: str, told: str) -> None:
        """`told`: what stands in place of the answer."""
        super().__init__(classes="answer-card")
        self._asked = Static(Content.assemble(("you: ", _MUTED), (asked, "bold $text-primary")), markup=False)
        self._told = Static(Content.styled(told, _MUTED), markup=False)

    def compose(self) -> ComposeResult:
        """The question in the owner's voice, then what waits for the answer."""
        yield self._asked
        yield self._told

    def tell(self, words: str) -> None:
        """Words of the app's own in place of an answer, or on the way to it."""
        self._told.update(Content.styled(words, _MUTED))

    async def show(self, answer: Answer) -> None:
        """The answer."""
        self._told.display = False
        await self.mount_all(_widgets(answer.lines))


class Conversation(KeyScroll):
    """The verdict first, then questions and answers."""

    def compose(self) -> ComposeResult:
        """The verdict."""
        yield Static("", markup=False)

    def show(self, screened: Screened) -> None:
        """A new verdict: earlier answers do not belong to it."""
        from tui.rendering import reasons  # imports the reading: not before there is a verdict

        self._begin(reasons(screened.verdict))

    def say(self, words: str) -> None:
        """Words of the app's own, in place of a verdict."""
        self._begin(Content.styled(words, _MUTED))

    def ask(self, asked: str, told: str = LOOKING) -> AnswerCard:
        """A question was asked: its card, at the end. `told`: what stands there until its answer comes."""
        card = AnswerCard(asked, told)
        self.mount(card)
        self._show_end()
        return card

    async def show_answer(self, card: AnswerCard, answer: Answer) -> None:
        """Put the answer under its question, and show it from there."""
        if card.is_attached:
            await card.show(answer)
            self.call_after_refresh(self.scroll_to_widget, card, top=True, animate=False)

    def _begin(self, content: Content) -> None:
        self.query_one(Static).update(content)
        self.query(AnswerCard).remove()
        self.scroll_home(animate=False)

    def _show_end(self) -> None:
        self.call_after_refresh(self.scroll_end, animate=False)


def in_words(question: Question) -> str:
    """A question as the owner would put it."""
    return WORDS[question]


def cannot_words() -> str:
    """What is said to a question that is none of the five."""
    return f"{CANNOT}\n{what_can_be_asked()}"


def _widgets(lines: Sequence[Line]) -> Iterator[Widget]:
    for is_taken, grouped in groupby(lines, key=lambda line: line.kind.value in _TAKEN):
        if is_taken:
            yield from (AnswerLine(line) for line in grouped)
        else:
            yield Static(Content("\n").join(_told(line) for line in grouped), markup=False)


def _told(line: Line) -> Content:
    is_quote = line.kind.value == "quote"
    sign, style = ("  ", "$text-warning") if is_quote else ("\u00b7 ", "")
    return Content.assemble((sign, _MUTED), (line.say, style), (f" [{line.rests_on}]", _MUTED))
