"""A list of one-line rows that are drawn for the width there is, and only those that can be seen.

Invariants: the cursor stays on its row, known by its key, whatever comes or goes around it; no words are parsed as
markup.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message as AppMessage
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from tui.keys import OPTION_KEYS


@dataclass(frozen=True, slots=True)
class Line:
    """One row."""

    key: str
    """What it stands for; unlike every other's."""
    draw: Callable[[int], Content]
    """Its words for a width in cells; safe for a terminal."""


class LineList(ScrollView, can_focus=True):
    """The list. Its owner shows rows, and hears which one the cursor stands on, and which one is opened."""

    BINDINGS: ClassVar[list[BindingType]] = list(OPTION_KEYS)
    COMPONENT_CLASSES: ClassVar[set[str]] = {"line-list--cursor"}

    @dataclass(repr=False)
    class Moved(AppMessage):
        """The cursor stands on another row, or on none."""

        list: LineList
        key: str

        @property
        def control(self) -> LineList:
            """The list."""
            return self.list

    @dataclass(repr=False)
    class Clicked(AppMessage):
        """The row under the cursor was clicked twice."""

        list: LineList
        key: str

        @property
        def control(self) -> LineList:
            """The list."""
            return self.list

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: Sequence[Line] = ()
        self._cursor = 0

    @property
    def lines(self) -> Sequence[Line]:
        """The rows, from top to bottom."""
        return self._lines

    @property
    def chosen(self) -> str:
        """Key of the row under the cursor; empty where there is none."""
        return self._lines[self._cursor].key if self._lines else ""

    def show(self, lines: Sequence[Line]) -> None:
        """Show these rows; the cursor stays on its row, else near its place."""
        before = self.chosen
        self._lines = lines
        kept = next((number for number, line in enumerate(lines) if line.key == before), None)
        self._cursor = kept if kept is not None else max(min(self._cursor, len(lines) - 1), 0)
        self.virtual_size = Size(0, len(lines))
        self.refresh()
        if self.chosen != before:
            self._tell()

    def choose(self, key: str) -> bool:
        """Put the cursor on a row; False where there is none of that key."""
        found = next((number for number, line in enumerate(self._lines) if line.key == key), None)
        if found is not None:
            self._put(found)
        return found is not None

    def render_line(self, y: int) -> Strip:
        """One line of what can be seen."""
        number, width = y + round(self.scroll_y), self.scrollable_content_region.width
        if number >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        style = self.visual_style
        if number == self._cursor:
            style += self.get_visual_style("line-list--cursor", partial=True)
        words = self._lines[number].draw(width).truncate(width, ellipsis=True, pad=True)
        return Visual.to_strips(self, words, width, 1, style, apply_selection=False, pad=True)[0]

    def action_cursor_down(self) -> None:
        """The next row."""
        self._put(self._cursor + 1)

    def action_cursor_up(self) -> None:
        """The row before."""
        self._put(self._cursor - 1)

    def action_first(self) -> None:
        """The first row."""
        self._put(0)

    def action_last(self) -> None:
        """The last row."""
        self._put(len(self._lines) - 1)

    def action_page_down(self) -> None:
        """One page on."""
        self._put(self._cursor + max(self.size.height - 1, 1))

    def action_page_up(self) -> None:
        """One page back."""
        self._put(self._cursor - max(self.size.height - 1, 1))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there; a double click opens."""
        number = event.y + round(self.scroll_y)
        if 0 <= number < len(self._lines):
            self._put(number)
            if event.chain == 2:
                self.post_message(self.Clicked(self, self.chosen))

    def on_focus(self) -> None:
        """Show the cursor as the one that moves."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that it does not move now."""
        self.refresh()

    def _put(self, number: int) -> None:
        number = max(min(number, len(self._lines) - 1), 0)
        if number == self._cursor:
            return
        self._cursor = number
        height = max(self.size.height, 1)
        top = round(self.scroll_y)
        if not top <= number < top + height:
            self.scroll_to(y=number if number < top else number - height + 1, animate=False)
        self.refresh()
        self._tell()

    def _tell(self) -> None:
        self.post_message(self.Moved(self, self.chosen))
