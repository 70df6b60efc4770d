"""The banner above everything: what is wrong with the owner's policies, until it is mended."""

from __future__ import annotations

from pathlib import Path

from textual.content import Content
from textual.widgets import Static

from guardian.safe_text import safe_line
from tui.state import HouseState

MOST_LINES = 2


class Banner(Static):
    """Shows the first problems of the policies; nothing, and no line, where there are none."""

    def __init__(self, policies: Path) -> None:
        super().__init__("", markup=False, id="banner", classes="-nothing")
        self._prefix = f"{safe_line(str(policies))}/"

    def on_mount(self) -> None:
        """Go with the state."""
        self.watch(self.app, "state", self._show)

    def _show(self, state: HouseState) -> None:
        """Show what is wrong now."""
        lines = state.policy_problems
        self.set_class(not lines, "-nothing")
        self.update(banner_words([line.removeprefix(self._prefix) for line in lines]))


def banner_words(lines: list[str]) -> Content:
    """The first lines, and how many more there are."""
    shown = [f"! {safe_line(line)}" for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown.append(f"! {len(lines) - MOST_LINES} more; press i to read them")
    return Content("\n".join(shown))
