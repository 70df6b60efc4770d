"""The bar above everything: the screens by their digits, and which one this is. A click goes there."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from tui.state import HouseState
from tui.widgets.notice_bar import UnseenCount
from tui.widgets.status_line import alarm_word

SCREENS: Final = (
    ("inbox", "Inbox"),
    ("ask", "Ask"),
    ("policies", "Policies"),
    ("journal", "Journal"),
    ("health", "Health"),
)
"""Mode and name, in the order of their digits."""


class ScreenName(Static):
    """One name."""

    def __init__(self, digit: int, mode: str, name: str, *, is_here: bool) -> None:
        sign = "▸" if is_here else " "  # a sign, and not only a colour
        super().__init__(f"{sign}{digit} {name} ", markup=False, classes="-here" if is_here else "")
        self._mode = mode

    async def on_click(self) -> None:
        """Go there."""
        await self.run_action(f"app.show('{self._mode}')")


class AlarmWord(Static):
    """`x STOPPED` or `x NOT RECORDED` at the right end, over whatever stands there; nothing while all goes on."""

    def __init__(self) -> None:
        super().__init__("", markup=False, id="alarm")

    def on_mount(self) -> None:
        """Go with the state."""
        self.watch(self.app, "state", self._show)

    def _show(self, state: HouseState) -> None:
        word = alarm_word(state)
        self.display = bool(word)
        self.update(f" x {word} " if word else "")

    async def on_click(self) -> None:
        """Go where it is explained."""
        await self.run_action("app.show('health')")


class TopBar(Horizontal):
    """One line. `here` is the name of the screen that it stands on."""

    def __init__(self, here: str) -> None:
        super().__init__(id="top-bar")
        self._here = here

    def compose(self) -> ComposeResult:
        """Every name."""
        for digit, (mode, name) in enumerate(SCREENS, 1):
            yield ScreenName(digit, mode, name, is_here=name == self._here)
        yield UnseenCount()
        yield AlarmWord()
