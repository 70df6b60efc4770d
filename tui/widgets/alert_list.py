"""The Inbox's list: 100,000 alerts, of which only the lines that can be seen are ever drawn.

Invariants: the cursor follows the newest until the owner steers, and from then on stays on the owner's row whatever
arrives above it, and the row on its line; the first line's key (g) lets it follow again. No words of a message are
parsed as markup.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message as AppMessage
from textual.scroll_view import ScrollView
from textual.strip import Strip

from guardian.verdict import Outcome
from tui.keys import GROUP_KEYS, LIST_KEYS
from tui.rows import AlertRows, Row, Rows
from tui.widgets.alert_line import Columns, Styles, alert_line


@dataclass(repr=False)
class RowChosen(AppMessage):
    """The cursor stands on another row, or its row changed, or there is none."""

    row: Row | None


@dataclass(repr=False)
class RowOpened(AppMessage):
    """The owner wants to read the row's alert."""

    row: Row


@dataclass(repr=False)
class RowFolded(AppMessage):
    """The owner wants a group's alerts shown, or not."""

    group: int | str
    is_folded: bool


class AlertList(ScrollView, can_focus=True):
    """The list. `is_unseen` says of an alert's key whether its line has a dot."""

    BINDINGS: ClassVar[list[BindingType]] = [*LIST_KEYS, *GROUP_KEYS]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "alert-list--muted",
        "alert-list--unseen",
        "alert-list--cursor",
        "alert-list--cursor-blurred",
        *(f"alert-list--{outcome.value}" for outcome in Outcome),
    }

    def __init__(self, is_unseen: Callable[[int], bool], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._is_unseen = is_unseen
        self._rows: Rows = AlertRows(())
        self._cursor = 0
        self._cursor_row: Row | None = None
        self._is_steered = False
        self._drawn_with: Styles | None = None

    # What it shows

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    @property
    def cursor_row(self) -> int:
        """The row under the cursor, from 0."""
        return self._cursor

    @property
    def chosen(self) -> Row | None:
        """The row under the cursor; None where there is none."""
        return self._cursor_row

    def row(self, index: int) -> Row:
        """One row, from 0."""
        return self._rows[index]

    def show(self, rows: Rows) -> None:
        """Show these rows, with the cursor where it belongs."""
        before, self._rows = self._cursor, rows
        self.virtual_size = Size(0, len(rows))
        self._cursor = self._place_of_cursor()
        if self._is_steered and self._cursor != before:
            self._scroll_by(self._cursor - before)
        self._choose()
        self.refresh()

    def follow_newest(self) -> None:
        """Put the cursor on the first row, and let it stay there whatever arrives."""
        self._is_steered = False
        self._put_cursor(0)

    def go_to(self, row: Row) -> None:
        """Put the cursor on a row, where it is there."""
        index = self._rows.find(row)
        if index is not None:
            self._steer_to(index)

    def _place_of_cursor(self) -> int:
        if not self._is_steered or self._cursor_row is None:
            return 0
        found = self._rows.find(self._cursor_row)
        return found if found is not None else max(min(self._cursor, len(self._rows) - 1), 0)

    # Keys and mouse

    def action_cursor_down(self) -> None:
        """The next row."""
        self._steer_to(self._cursor + 1)

    def action_cursor_up(self) -> None:
        """The row before."""
        self._steer_to(self._cursor - 1)

    def action_page_down(self) -> None:
        """One page on."""
        self._steer_to(self._cursor + max(self.size.height - 1, 1))

    def action_page_up(self) -> None:
        """One page back."""
        self._steer_to(self._cursor - max(self.size.height - 1, 1))

    def action_scroll_top(self) -> None:
        """The first row, and whatever comes first from now on."""
        self.follow_newest()

    def action_scroll_bottom(self) -> None:
        """The last row."""
        self._steer_to(len(self._rows) - 1)

    def action_select_cursor(self) -> None:
        """Read the alert; of a group, show or hide its alerts."""
        row = self._cursor_row
        if row is None:
            return
        if row.group is not None:
            self.post_message(RowFolded(row.group.key, not row.is_folded))
        else:
            self._is_steered = True
            self.post_message(RowOpened(row))

    def action_fold(self, wanted: str) -> None:
        """Show the alerts of a group, hide them, or the one that is not so now."""
        row = self._cursor_row
        group = None if row is None else row.group or row.inside
        if row is None or group is None:
            return
        is_folded = row.group is not None and row.is_folded
        self._is_steered = True
        self.post_message(RowFolded(group.key, {"fold": True, "unfold": False}.get(wanted, not is_folded)))

    def on_click(self, event: events.Click) -> None:
        """Choose the row; twice: open it."""
        index = event.y + self.scroll_offset.y
        if 0 <= index < len(self._rows) and event.x < self.scrollable_content_region.width:
            self._steer_to(index)
            if event.chain > 1:
                self.action_select_cursor()

    def _steer_to(self, index: int) -> None:
        self._is_steered = True
        self._put_cursor(index)

    def _put_cursor(self, index: int) -> None:
        before, self._cursor = self._cursor, max(min(index, len(self._rows) - 1), 0)
        self._show_cursor()
        if self._cursor != before:
            self.refresh_line(before)
        self.refresh_line(self._cursor)
        self._choose()

    def _show_cursor(self) -> None:
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, force=True)
        elif height and self._cursor >= top + height:
            self.scroll_to(y=self._cursor - height + 1, animate=False, force=True)

    def _scroll_by(self, rows: int) -> None:
        self.scroll_to(y=max(self.scroll_offset.y + rows, 0), animate=False, force=True)

    def _choose(self) -> None:
        before = self._cursor_row
        self._cursor_row = self._rows[self._cursor] if len(self._rows) else None
        now = self._cursor_row
        if (before is None) != (now is None) or (before and now and (before.key, before.alert) != (now.key, now.alert)):
            self.post_message(RowChosen(now))

    # Drawing

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._show_cursor()

    def on_focus(self) -> None:
        """Show that the keys work here."""
        self._drawn_with = None
        self.refresh()

    def on_blur(self) -> None:
        """Show that they do not."""
        self._drawn_with = None
        self.refresh()

    def notify_style_update(self) -> None:
        """Forget the looks of the lines: another theme, or another place for the keys."""
        self._drawn_with = None
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """One line of the screen; `y` counts from the top of what can be seen."""
        index, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if not 0 <= index < len(self._rows):
            return Strip.blank(width, self.rich_style)
        row = self._rows[index]
        is_unseen = row.group is None and self._is_unseen(row.alert.key)
        strip = alert_line(
            row,
            Columns.of(width),
            self._styles(),
            datetime.now(),
            is_unseen=is_unseen,
            is_cursor=index == self._cursor,
        )
        return strip.apply_style(self.rich_style)

    def _styles(self) -> Styles:
        if self._drawn_with is None:
            self._drawn_with = Styles(
                plain=Style.null(),
                muted=self._part("muted"),
                unseen=self._part("unseen"),
                cursor=self._part("cursor" if self.has_focus else "cursor-blurred"),
                outcomes={outcome: self._part(outcome.value) for outcome in Outcome},
            )
        return self._drawn_with

    def _part(self, name: str) -> Style:
        return self.get_component_rich_style(f"alert-list--{name}", partial=True)
