"""The bar above everything: the screens by their digits, and which one this is. A click goes there."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

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


class TopBar(Horizontal):
    """One line. `here` is the name of the screen that it stands on."""

    def __init__(self, here: str) -> None:
        super().__init__(id="top-bar")
        self._here = here

    def compose(self) -> ComposeResult:
        """Every name."""
        for digit, (mode, name) in enumerate(SCREENS, 1):
            yield ScreenName(digit, mode, name, is_here=name == self._here)
