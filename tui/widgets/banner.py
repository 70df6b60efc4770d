"""The banner above everything: that nothing is screened or recorded, in full; what is wrong with the owner's policies.

Invariants: it goes away when what it says is mended; what stopped stands before what is merely wrong.
"""

from __future__ import annotations

from pathlib import Path

from textual.content import Content
from textual.widgets import Static

from guardian.safe_text import safe_line
from tui.state import HouseState

MOST_LINES = 2


class Banner(Static):
    """Shows what stopped, and the first problems of the policies; nothing, and no line, where all is well."""

    def __init__(self, policies: Path) -> None:
        super().__init__("", markup=False, id="banner", classes="-nothing")
        self._prefix = f"{safe_line(str(policies))}/"

    def on_mount(self) -> None:
        """Go with the state."""
        self.watch(self.app, "state", self._show)

    def _show(self, state: HouseState) -> None:
        """Show what is wrong now."""
        alarms = alarm_lines(state)
        problems = [line.removeprefix(self._prefix) for line in (*state.policy_problems, *state.keymap_problems)]
        self.set_class(not alarms and not problems, "-nothing")
        self.set_class(bool(alarms), "-alarm")
        self.update(Content("\n").join([*map(Content, alarms), *banner_words(problems)]))


def alarm_lines(state: HouseState) -> list[str]:
    """What stopped, in full."""
    words = (("STOPPED, messages are not judged: ", state.stopped), ("NOT RECORDED: ", state.unrecorded))
    return [f"x {what}{safe_line(why)} (5 says more)" for what, why in words if why]


def banner_words(lines: list[str]) -> list[Content]:
    """The first lines, and how many more there are."""
    shown = [f"! {safe_line(line)}" for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown.append(f"! {len(lines) - MOST_LINES} more; press 3 to read them")
    return list(map(Content, shown))
