"""A text editor for policy files, which may come from a stranger.

Invariants: in the document stands a harmless character for each dangerous one (`held`), so that nothing that is drawn,
counted or copied here could reach a terminal raw, and every place keeps its number; `policy_text` gives back the file
as it was, line ends and separators that Textual takes for line ends included. What is wrong is underlined, so that it
is seen without colours too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.document._document import EditResult
from textual.document._edit import Edit
from textual.geometry import Region
from textual.message import Message as AppMessage
from textual.strip import Strip
from textual.widgets import TextArea

from guardian.policy.problem import Level, Problem
from guardian.safe_text import safe_line, safe_text
from tui.widgets.editor import drawn

_HELD_FIRST: Final = 0x10_0000
"""From this private character on, one stands for each dangerous one (Unicode 16, section 23.5, plane 16)."""
_DANGEROUS: Final = tuple(
    chr(code)
    for first, last in ((0, 0x200), (0x600, 0x700), (0x2000, 0x2100), (0xE0000, 0xE0080))
    for code in range(first, last)
    if chr(code) != "\n" and (safe_text(chr(code)) != chr(code))
)
_HOLD: Final = {ord(char): chr(_HELD_FIRST + number) for number, char in enumerate(_DANGEROUS)}
_RELEASE: Final = {ord(held): chr(code) for code, held in _HOLD.items()}
_HELD: Final = re.compile(f"[{chr(_HELD_FIRST)}-{chr(_HELD_FIRST + len(_DANGEROUS) - 1)}]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_MARKED: Final = re.compile(r""""(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s=,\[\]{}#"']+|.""")
"""What is underlined from a place on: a string, a word, or one character."""
_SYNTAX: Final = {
    "toml.type": "toml--key",
    "property": "toml--key",
    "string": "toml--string",
    "number": "toml--value",
    "float": "toml--value",
    "boolean": "toml--value",
    "toml.datetime": "toml--value",
    "comment": "toml--comment",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of one line that there is something to say of. Lines and columns count from 0."""

    line: int
    begin: int
    end: int
    level: Level
    words: str
    """In one safe line."""


class TomlEditor(TextArea):
    """A `TextArea` for a policy file. Set and read its text with `open_text` and `policy_text` alone."""

    COMPONENT_CLASSES = TextArea.COMPONENT_CLASSES | {
        "toml--key",
        "toml--string",
        "toml--value",
        "toml--comment",
        "toml--error",
        "toml--warning",
    }

    @dataclass
    class Pointed(AppMessage):
        """The mouse is over a mark, or no longer over one (None)."""

        mark: Mark | None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(language="toml", show_line_numbers=True, soft_wrap=True, compact=True, id=id)
        self._marks: tuple[Mark, ...] = ()
        self._pointed: Mark | None = None

    # The text

    @property
    def policy_text(self) -> str:
        """The text as it is to stand in the file."""
        return released(self.text)

    def open_text(self, text: str) -> None:
        """Begin with a text; nothing of what was done before can be undone."""
        self.show_marks(())
        self.load_text(held(text))

    def take_text(self, text: str) -> None:
        """Put another text in the place of all of it, which can be undone."""
        self.replace(text, self.document.start, self.document.end, maintain_selection_offset=False)
        self.move_cursor((0, 0))

    def edit(self, edit: Edit) -> EditResult:
        """Every change comes through here: typed, pasted or undone."""
        return super().edit(replace(edit, text=held(edit.text)))

    # What is wrong with it

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Underline these."""
        self._marks = tuple(marks)
        self._line_cache.clear()  # Textual keeps drawn lines, and does not know of marks
        self.refresh()

    def mark_at(self, line: int, column: int) -> Mark | None:
        """What is marked at a place, or else on its line; the worst first."""
        here = [mark for mark in self._marks if mark.line == line]
        at_place = [mark for mark in here if mark.begin <= column <= mark.end]
        order = list(Level)
        return min(at_place or here, key=lambda mark: order.index(mark.level), default=None)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Tell what is under the mouse."""
        line, column = self.get_target_document_location(event)
        found = next((mark for mark in self._marks if mark.line == line and mark.begin <= column < mark.end), None)
        if found != self._pointed:
            self._pointed = found
            self.post_message(self.Pointed(found))

    # How it is drawn

    def get_line(self, line_index: int) -> Text:
        """The line with its marks."""
        line = super().get_line(line_index)
        for mark in self._marks:
            if mark.line == line_index:
                line.stylize(self._style_of(mark.level), mark.begin, mark.end)
        return line

    def render_lines(self, crop: Region) -> list[Strip]:
        """Colours are the app's theme's."""
        styles = {name: self.get_component_rich_style(part, partial=True) for name, part in _SYNTAX.items()}
        self._theme.syntax_styles = styles
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """A sign for each character that is held."""
        strip = super().render_line(y)
        if not any(_HELD.search(segment.text) for segment in strip):
            return strip
        return Strip([Segment(_signs(text), style, control) for text, style, control in strip], strip.cell_length)

    def _style_of(self, level: Level) -> Style:
        part = "toml--error" if level is Level.ERROR else "toml--warning"
        return self.get_component_rich_style(part, partial=True) + Style(underline=True)


def can_hold(text: str) -> bool:
    """Whether the editor gives this text back as it is: not where it has private characters that stand for others."""
    return _HELD.search(text) is None and _SURROGATE.search(text) is None


def held(text: str) -> str:
    """The text with a harmless character for each dangerous one; lone surrogates, which no file can hold, are lost."""
    return _SURROGATE.sub("\ufffd", text).translate(_HOLD)


def released(text: str) -> str:
    """What `held` was given."""
    return text.translate(_RELEASE)


def marks_of(text: str, problems: Iterable[Problem]) -> list[Mark]:
    """Where problems stand in a text, and the words for them."""
    lines = text.split("\n")
    return [_mark(lines, problem) for problem in problems]


def problem_words(problem: Problem) -> str:
    """A problem in one safe line, without its place."""
    hint = f" ({problem.hint})" if problem.hint else ""
    return safe_line(f"{problem.level.value}: {problem.message}{hint}")


def _mark(lines: Sequence[str], problem: Problem) -> Mark:
    row = min(max(problem.line - 1, 0), len(lines) - 1)
    line = lines[row]
    begin = min(max(problem.column - 1, 0), max(len(line) - 1, 0))  # behind the end: the last character
    found = _MARKED.match(line, begin)
    end = found.end() if found is not None else begin + 1
    return Mark(row, begin, end, problem.level, problem_words(problem))


def _signs(text: str) -> str:
    return _HELD.sub(lambda found: drawn(released(found.group())), text)
