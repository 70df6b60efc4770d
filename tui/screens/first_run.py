"""The first run: four pages that say one thing each. It can be left at any moment, and taken again.

Invariants: nothing is written before the owner goes on from the page that says so, and then it is written whole: the
starter policies on the second page, the key by its own sheets on the third, the quiet week on the fourth. Leaving
writes nothing, and the house opens as it would have without these pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message as AppMessage
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Footer, OptionList, Static

from guardian.paths import Paths
from tui.beginning import quiet_until
from tui.desk import Job
from tui.keys import FIRST_RUN_KEYS
from tui.messages import WorkFailed
from tui.preferences import keep
from tui.screens.base import GuardianSheet, app_of
from tui.widgets.first_run_key import KeyPage
from tui.widgets.first_run_pages import AboutPage, Page, PoliciesPage, SourcesPage


@dataclass(repr=False)
class PoliciesCopied(AppMessage):
    """The starter policies are in the owner's folder."""


class FirstRun(GuardianSheet[None]):
    """The pages, one at a time."""

    CSS_PATH = "first_run.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(FIRST_RUN_KEYS)

    def __init__(self) -> None:
        super().__init__()
        self._place = 0
        self._is_writing = False

    def body(self) -> Iterable[Widget]:
        """The page, what keeps it from being done, and the keys."""
        pages = (AboutPage(), PoliciesPage(), KeyPage(), SourcesPage())
        self._pages: tuple[Page, ...] = pages
        yield Vertical(
            Static("", markup=False, id="first-title"),
            ContentSwitcher(*pages, initial=pages[0].id, id="first-pages"),
            Static("", markup=False, id="first-says"),
            id="first-run",
        )
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin with the first page."""
        self._turn_to(0)

    @property
    def page(self) -> Page:
        """The one that is shown."""
        return self._pages[self._place]

    def _turn_to(self, place: int) -> None:
        self._place = place
        self.query_one(ContentSwitcher).current = self.page.id
        head = Content.assemble(
            (f"Set up, {place + 1} of {len(self._pages)}: ", "$foreground-muted"),
            (self.page.title, "bold $text-primary"),
            ("   enter goes on", "$foreground-muted"),
        )
        self.query_one("#first-title", Static).update(head)
        self._say("")
        self.page.begin()

    def _say(self, words: str) -> None:
        self.query_one("#first-says", Static).update(Content.styled(words, "$text-error"))

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        """Enter in a list: what the list does with it, or else on to the next page."""
        message.stop()
        if not self.page.choose(message.option_index):
            self.action_go_on()

    def action_go_on(self) -> None:
        """Do what the page says, and on to the next one."""
        if self._is_writing:
            return
        page = self.page
        if isinstance(page, PoliciesPage) and page.is_offered:
            self._is_writing = True
            app_of(self).desk.do("first", partial(_copied, app_of(self).settings.paths, page.drafts), self)
        elif self._place + 1 < len(self._pages):
            self._turn_to(self._place + 1)
        else:
            self._end()

    def action_go_back(self) -> None:
        """The page before. What was written stays written."""
        if self._place and not self._is_writing:
            self._turn_to(self._place - 1)

    def action_leave(self) -> None:
        """Leave, and write nothing more."""
        if not self._is_writing:
            self.dismiss()

    def _end(self) -> None:
        page = self.page
        if isinstance(page, SourcesPage):
            is_quiet = app_of(self).notices.is_quiet
            if page.is_quiet_wanted and not is_quiet:
                keep(app_of(self), "alerts.quiet_until", quiet_until(date.today()))
            elif is_quiet and not page.is_quiet_wanted:
                keep(app_of(self), "alerts.quiet_until", "")
        self.dismiss()

    @on(PoliciesCopied)
    def _policies_copied(self, message: PoliciesCopied) -> None:
        message.stop()
        self._is_writing = False
        app_of(self).open_house()
        self._turn_to(self._place + 1)

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        self._is_writing = False
        self._say(message.line)


def _copied(paths: Paths, drafts: frozenset[str], _job: Job) -> PoliciesCopied:
    from guardian.policy.starter import install_starter_policies

    install_starter_policies(paths.shipped_policies, paths.policies, drafts)
    return PoliciesCopied()
