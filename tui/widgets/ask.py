"""The Ask tab: paste or type a text, say who speaks, and see the verdict as you stop typing.

Invariants: nothing is asked before the owner has stopped typing for `PAUSE_S`; a verdict is shown only if it belongs to
the text as it stands now; where there is no model, the page says so and shows no verdict.
"""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.timer import Timer
from textual.widgets import Static, TextArea

from guardian.message import Channel
from tui.keys import ASK_KEYS
from tui.messages import Answered, LongTextPasted, SpeakerChanged, TextGiven
from tui.state import HouseState, Phase
from tui.widgets.detail import Reasons
from tui.widgets.editor import Editor
from tui.widgets.speaker import Speaker

PAUSE_S = 0.4
"""How long typing must have stopped before a text is screened."""

EMPTY = "The verdict appears here as you stop typing.\nNothing is kept, and nothing leaves this machine."
READING = "Reading …"
WAITING = "The model is starting; your text is next."


class AskPane(Container):
    """Editor, speaker, verdict."""

    BINDINGS: ClassVar[list[BindingType]] = list(ASK_KEYS)

    def __init__(self) -> None:
        super().__init__(id="ask-pane")
        self._number = 0
        self._answered = 0
        self._long_text = ""
        self._timer: Timer | None = None
        self._state = HouseState()

    def compose(self) -> ComposeResult:
        """The text on the left or above, the verdict on the right or below."""
        with Vertical(id="question"):
            yield Speaker(id="speaker")
            yield Editor(id="editor", soft_wrap=True, placeholder="Paste or type what was said to you.", compact=True)
            yield Static("", markup=False, id="long-text")
        yield Reasons(id="answer")

    def on_mount(self) -> None:
        """Begin with an empty page."""
        self.query_one("#long-text").display = False
        self._say(EMPTY)
        self.watch(self.app, "state", self._show_state)

    @property
    def channel(self) -> Channel:
        """Who speaks, as the owner said."""
        return self.query_one(Speaker).channel

    @property
    def is_answered(self) -> bool:
        """Whether the verdict on the page belongs to the text on the page."""
        return self._answered == self._number

    def _show_state(self, state: HouseState) -> None:
        """Say what keeps an answer away, where something does."""
        self._state = state
        if not self.is_answered:
            self._say(self._why_waiting())

    @on(Answered)
    def _show(self, answer: Answered) -> None:
        """Show a verdict, unless the text has changed since it was asked for."""
        if answer.number == self._number:
            self._answered = answer.number
            self.query_one("#answer", Reasons).show(answer.screened.verdict)
            self.remove_class("-waiting")

    def action_switch_speaker(self) -> None:
        """A person, or an AI."""
        self.query_one(Speaker).action_switch()

    def action_clear(self) -> None:
        """Begin with an empty page."""
        self._long_text = ""
        self.query_one("#long-text").display = False
        editor = self.query_one(Editor)
        editor.display = True
        editor.clear()
        self._changed()
        editor.focus()

    def action_leave_editor(self) -> None:
        """Out of the text, so that single keys work."""
        self.query_one("#answer", Reasons).focus()

    @on(TextArea.Changed)
    def _typed(self, message: TextArea.Changed) -> None:
        message.stop()
        self._changed()

    @on(SpeakerChanged)
    def _speaker_changed(self, message: SpeakerChanged) -> None:
        message.stop()
        self._changed()

    @on(LongTextPasted)
    def _pasted(self, message: LongTextPasted) -> None:
        message.stop()
        self._long_text = message.text
        self.query_one(Editor).display = False
        note = self.query_one("#long-text", Static)
        note.update(f"A text of {len(message.text):,} characters.\nIt is screened whole. F4 begins with an empty page.")
        note.display = True
        self._changed()
        self.query_one("#answer", Reasons).focus()

    def _changed(self) -> None:
        """The question is another one now: forget the old answer, and ask when the owner stops."""
        self._number += 1
        if self._timer is not None:
            self._timer.stop()
        if not self._text().strip():
            self._answered = self._number
            self._say(EMPTY)
            return
        self.add_class("-waiting")
        self._timer = self.set_timer(PAUSE_S, self._ask)

    def _ask(self) -> None:
        self._say(self._why_waiting())
        self.post_message(TextGiven(self._number, self._text(), self.channel, self))

    def _text(self) -> str:
        return self._long_text or self.query_one(Editor).text

    def _why_waiting(self) -> str:
        match self._state.phase:
            case Phase.STARTING:
                return WAITING
            case Phase.DOWN:
                return f"x unscreened: the model is down, so nothing can be said of this text.\n{self._state.trouble}"
            case Phase.READY:
                return READING

    def _say(self, words: str) -> None:
        self.query_one("#answer", Reasons).say(words)
