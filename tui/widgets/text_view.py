"""A long text to be read: only the lines that are seen are drawn, and a long one is broken into lines at the desk.

Invariants: no markup is parsed; the painting thread breaks at most `AT_ONCE_CHARS` into lines; what arrives for a text
or a width that is no longer the one in hand is dropped. `plain` is what `y` copies: the words as they are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

from rich.segment import Segment
from textual import events, on
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message as AppMessage
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from tui.desk import Job
from tui.keys import TEXT_KEYS
from tui.messages import WorkFailed
from tui.screens.base import app_of

AT_ONCE_CHARS: Final = 4_000
"""Broken into lines at once: some 5 ms. A text of 60,000 characters takes up to 100 ms."""
_WRAP = "text-lines"


@dataclass(repr=False)
class Wrapped(AppMessage):
    """A text was broken into lines."""

    content: Content
    width: int
    lines: Sequence[Content]


class TextView(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows one `Content`."""

    BINDINGS: ClassVar[list[BindingType]] = list(TEXT_KEYS)
    ALLOW_SELECT = True
    DEFAULT_CSS = """
    TextView { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._content = Content("")
        self._lines: Sequence[Content] = ()
        self._width = 0

    @property
    def plain(self) -> str:
        """The words, as they are shown."""
        return self._content.plain

    @property
    def is_laid_out(self) -> bool:
        """Whether the lines are those of the text."""
        return bool(self._lines) or not self._content

    def show(self, content: Content, *, from_top: bool = True) -> None:
        """Show another text."""
        self._content, self._lines, self._width = content, (), 0
        if from_top:
            self.scroll_home(animate=False)
        self._wrap()

    def say(self, words: str) -> None:
        """Show words of the app's own."""
        self.show(Content.styled(words, "$foreground-muted"))

    def on_resize(self, event: events.Resize) -> None:
        """Break the lines anew."""
        self._wrap()

    def _wrap(self) -> None:
        width = self.scrollable_content_region.width
        if width <= 0 or width == self._width:
            return
        self._width = width
        if len(self._content) <= AT_ONCE_CHARS:
            self._put(self._content.wrap(width))
        else:
            app_of(self).desk.do(_WRAP, partial(_wrapped, self._content, width), self)

    @on(Wrapped)
    def _take(self, message: Wrapped) -> None:
        message.stop()
        if message.content is self._content and message.width == self._width:
            self._put(message.lines)

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        self.say(f"this cannot be shown: {message.line}")

    def _put(self, lines: Sequence[Content]) -> None:
        self._lines = lines
        self.virtual_size = Size(self._width, len(lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width, style = self.size.width, self.visual_style
        place = self.scroll_offset.y + y
        if place >= len(self._lines):
            return Strip.blank(width, style.rich_style)
        line = self._selected(self._lines[place], place)
        drawn = line.render(style, end="", parse_style=self.app.stylesheet.parse_style)
        strip = Strip([Segment(text, part.rich_style) for text, part in drawn])
        return strip.adjust_cell_length(width, style.rich_style).apply_offsets(0, place)

    def _selected(self, line: Content, place: int) -> Content:
        """The line with what the owner selected in it by the mouse."""
        selection = self.text_selection
        span = selection.get_span(place) if selection is not None else None
        if span is None:
            return line
        start, end = span
        style = self.screen.get_visual_style("screen--selection")
        return line.stylize(style, start, len(line) if end == -1 else end)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """What the owner selected, as it is shown."""
        return selection.extract("\n".join(line.plain for line in self._lines)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw what is selected."""
        self.refresh()


def _wrapped(content: Content, width: int, _job: Job) -> Wrapped:
    return Wrapped(content, width, content.wrap(width))
