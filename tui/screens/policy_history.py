"""The history of one policy: every version, how it came, when and why, and what it changed.

Invariants: read at the desk, from the journal's amendments; going back to a version shows what changes and asks for a
reason, and is a change like any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar, Final

from textual import on
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from guardian.journal.reports.view import local_time
from guardian.policy.life.amendments import ASKED_FOR, Amendment
from guardian.policy.survey import Surveyed
from guardian.safe_text import safe_line
from tui.copying import copy
from tui.diffing import diff_content
from tui.keys import HISTORY_KEYS
from tui.messages import WorkFailed
from tui.policy_changes import PolicyChanges
from tui.policy_desk import Changed, VersionsRead
from tui.screens.base import GuardianScreen, app_of
from tui.widgets.line_list import Line, LineList
from tui.widgets.scroll import KeyScroll

HOW: Final = {
    "first": "was there at first",
    "edited": "changed in its file",
    "amended": "amended",
    "restored": "went back",
    "deleted": "deleted",
    "pack": "came with a pack",
}


class HistoryScreen(PolicyChanges, GuardianScreen):
    """Versions on the left, what the chosen one changed on the right."""

    CSS_PATH = "policies.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(HISTORY_KEYS)

    def __init__(self, policy_id: str) -> None:
        super().__init__()
        self._policy_id = policy_id
        self._versions: dict[str, Amendment] = {}

    def body(self) -> Iterable[Widget]:
        """The versions, and the chosen one."""
        yield Static(
            Content.styled(f"History of {safe_line(self._policy_id)}", "bold"), markup=False, id="history-title"
        )
        with Horizontal(id="history-pane"):
            with Vertical(id="history-left"):
                yield LineList(id="history-list")
                yield Static("reading its history …", markup=False, id="history-empty")
            with Vertical(id="history-right"):
                yield KeyScroll(Static("", markup=False, id="history-words"), id="history-text")

    def main(self) -> Widget:
        """The versions."""
        return self.query_one("#history-list")

    def on_mount(self) -> None:
        """Read them."""
        super().on_mount()
        self._read()

    def chosen(self) -> Surveyed | None:
        """None: the keys here mean a version."""
        return None

    def _read(self) -> None:
        app_of(self).desk.do("versions", self.works.versions(self._policy_id), self)

    @on(VersionsRead)
    def _show(self, message: VersionsRead) -> None:
        message.stop()
        self._versions = {str(each.n): each for each in message.versions}
        listing, empty = self.query_one("#history-list", LineList), self.query_one("#history-empty", Static)
        listing.show([Line(str(each.n), partial(_row, each)) for each in message.versions])
        listing.display, empty.display = bool(message.versions), not message.versions
        empty.update("nothing of it is recorded yet")
        self._show_chosen()

    @on(LineList.Moved)
    def _show_chosen(self) -> None:
        each = self._version()
        self.query_one("#history-text", KeyScroll).scroll_home(animate=False)
        self.query_one("#history-words", Static).update(version_words(each) if each is not None else "")

    def _version(self) -> Amendment | None:
        return self._versions.get(self.query_one("#history-list", LineList).chosen)

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        if message.key == "versions" and not self._versions:
            self.query_one("#history-list").display = False
            self.query_one("#history-empty", Static).update(Content(f"its history can't be read: {message.line}"))
        else:
            self.app.notify(message.line, severity="error", markup=False)

    @on(Changed)
    def _changed(self, message: Changed) -> None:
        message.stop()
        self.app.notify(message.line, markup=False, timeout=8)
        self._read()

    def action_restore(self) -> None:
        """Go back to the chosen version."""
        each = self._version()
        if each is None:
            return
        if each.n == max(map(int, self._versions)):
            self.app.notify(f"version {each.n} is the latest already", markup=False)
        else:
            self.find_changes(self.works.restoring(self._policy_id, each.n))

    def action_amend(self) -> None:
        """Give the reason of the chosen version."""
        each = self._version()
        if each is None:
            return
        if each.why or each.how not in ASKED_FOR:
            self.app.notify(f"nothing is asked of version {each.n}", markup=False)
        else:
            self.find_changes(self.works.unexplained(self._policy_id, each.n))

    def action_copy(self) -> None:
        """Copy what the chosen version changed."""
        each = self._version()
        if each is not None:
            copy(app_of(self), version_words(each).plain, "the version")

    def action_leave(self) -> None:
        """Back to the policies."""
        self.dismiss()


def version_words(each: Amendment) -> Content:
    """One version in full."""
    how = HOW.get(each.how, safe_line(each.how))
    head = Content.styled(f"version {each.n}", "bold") + Content(f"  {_when(each)}  {how} by {safe_line(each.by)}")
    parts = [head]
    if each.why:
        parts.append(Content.assemble(("why  ", "bold $text-primary"), safe_line(each.why)))
    elif each.how in ASKED_FOR:
        parts.append(Content.styled("no reason given yet: press a", "$text-warning"))
    if each.loosens:
        parts.append(Content.styled(f"it made the policy milder: {safe_line(each.loosens)}", "$text-warning"))
    parts.append(
        diff_content(each.diff) if each.diff else Content.styled("nothing changed in the text", "$foreground-muted")
    )
    return Content("\n\n").join(parts)


def _row(each: Amendment, _width: int) -> Content:
    asked = Content.styled("  why?", "$text-warning") if not each.why and each.how in ASKED_FOR else Content("")
    why = f"  {safe_line(each.why)}" if each.why else ""
    how = HOW.get(each.how, safe_line(each.how))
    return Content.assemble((f"{each.n:>4}  ", "bold"), (f"{_when(each)}  ", "$foreground-muted"), how, asked, why)


def _when(each: Amendment) -> str:
    moment = local_time(each.at_ms)
    return f"{moment:%Y-%m-%d %H:%M}" if moment is not None else ""
