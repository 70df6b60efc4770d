"""A text editor for text that nobody has looked at yet.

Invariants: the document holds what was pasted, so that the gate judges what was really there; what is drawn has every
dangerous character replaced, one for one, by a harmless sign; a text that is too long to be edited smoothly never
enters the document, but is handed on whole.
"""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from guardian.safe_text import safe_text
from tui.messages import LongTextPasted

EDITABLE_CHARS = 20_000
"""The editor wraps a line anew at each key: 100,000 characters in one line took it 130 ms."""

_SIGN = "␦"
"""Stands for a character that must not reach a terminal."""
_CONTROL_PICTURES = 0x2400
"""U+2400 is the picture of NUL, and so on up to U+241F."""


_NOT_OURS = ("f6", "f7")
"""Keys with which Textual's selects a line or all: on the Ask screen they ask."""


class Editor(TextArea, inherit_bindings=False):
    """A `TextArea` that draws only what is safe, and takes long pastes aside."""

    BINDINGS: ClassVar[list[BindingType]] = [
        binding for binding in TextArea.BINDINGS if not isinstance(binding, Binding) or binding.key not in _NOT_OURS
    ]

    def get_line(self, line_index: int) -> Text:
        """The line as it is drawn."""
        return Text(drawn(self.document.get_line(line_index)), end="", no_wrap=True)

    async def _on_paste(self, event: events.Paste) -> None:
        if len(self.text) + len(event.text) <= EDITABLE_CHARS:
            return  # Textual calls the handler of the class above by itself
        event.prevent_default()
        event.stop()
        start, end = sorted(self.selection)
        before = self.document.get_text_range((0, 0), start)
        behind = self.document.get_text_range(end, self.document.end)
        self.post_message(LongTextPasted(before + event.text + behind))


def drawn(line: str) -> str:
    """A line with each dangerous character replaced by one harmless character, so that every place keeps its number."""
    safe = safe_text(line)
    return line if safe == line else "".join(char if safe_text(char) == char else _sign(char) for char in line)


def _sign(char: str) -> str:
    return chr(_CONTROL_PICTURES + ord(char)) if ord(char) < 0x20 else _SIGN
