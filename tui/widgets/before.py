"""From whom a text is, and what was said before: folded away until it is wanted.

Invariant: what is typed here is judged as it stands, and drawn safe; folded away it still counts, and the fold says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message as AppMessage
from textual.widgets import Input, Static, TextArea

from guardian.assistant.asking import turns_of
from guardian.safe_text import safe_line
from tui.keys import ASK_KEYS
from tui.messages import LongTextPasted
from tui.widgets.editor import Editor
from tui.widgets.line_input import LineInput

_SENDER_CHARACTERS = 40
_KEY = next(binding.key for binding in ASK_KEYS if binding.id == "ask.before")


@dataclass(repr=False)
class BeforeChanged(AppMessage):
    """The sender or the earlier turns are others now."""


class Before(Vertical):
    """A fold with two fields."""

    class Fold(Static):
        """The line that folds and unfolds."""

        def on_click(self, event: events.Click) -> None:
            """Fold or unfold."""
            event.stop()
            fold = self.parent
            if isinstance(fold, Before):
                fold.toggle()

    def __init__(self) -> None:
        super().__init__(id="before")
        self._long_text = ""

    def compose(self) -> ComposeResult:
        """The line, the sender, the turns."""
        yield Before.Fold("", markup=False, id="fold")
        yield LineInput(placeholder="from: an address or a name", compact=True, id="sender")
        yield Editor(id="turns", soft_wrap=True, compact=True, placeholder="What was said before, a paragraph a turn.")

    def on_mount(self) -> None:
        """Folded away."""
        self.query_one("#turns").display = self.query_one("#sender").display = False
        self._say()

    @property
    def sender(self) -> str:
        """Who sent the text; empty where nobody was named."""
        return self.query_one("#sender", Input).value.strip()

    @property
    def turns(self) -> tuple[str, ...]:
        """What was said before, oldest first."""
        return turns_of(self._long_text or self.query_one("#turns", Editor).text)

    @property
    def is_open(self) -> bool:
        """Whether the fields can be seen."""
        return bool(self.query_one("#sender").display)

    def toggle(self) -> None:
        """Fold or unfold; unfolded, the sender has the keys."""
        is_open = not self.is_open
        self.query_one("#sender").display = is_open
        self.query_one("#turns").display = is_open and not self._long_text
        self._say()
        if is_open:
            self.query_one("#sender").focus()

    def clear(self) -> None:
        """Nobody, and nothing."""
        self._long_text = ""
        self.query_one("#sender", Input).value = ""
        self.query_one("#turns", Editor).text = ""
        self.query_one("#turns").display = self.is_open
        self._say()

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _typed(self, message: AppMessage) -> None:
        message.stop()
        self._changed()

    @on(Input.Submitted)
    def _sender_given(self, message: Input.Submitted) -> None:
        message.stop()
        self.query_one("#turns").focus()

    @on(LongTextPasted)
    def _pasted(self, message: LongTextPasted) -> None:
        message.stop()
        self._long_text = message.text
        self.query_one("#turns").display = False
        self._changed()

    def _changed(self) -> None:
        self._say()
        self.post_message(BeforeChanged())

    def _say(self) -> None:
        """The fold's line: what is in it."""
        turns = len(self.turns)
        said = [f"from {safe_line(self.sender, _SENDER_CHARACTERS)}"] if self.sender else []
        said += [f"{turns} earlier turn{'s' if turns > 1 else ''}"] if turns else []
        sign = "\u25be" if self.is_open else "\u25b8"
        words = ", ".join(said) or "from whom, what was said before"
        key = Content.styled(f" {_KEY.upper()} ", "bold $text-accent")
        self.query_one("#fold", Static).update(Content.assemble(sign, key, words).stylize_before("$foreground-muted"))
