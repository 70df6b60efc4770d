"""The Policies screen: what the owner looks for, how each policy stands and fares, and what needs their word.

Invariants: nothing slow here: all policies are looked at together at the desk (`tui.policy_desk`), again whenever a
file, the model or the journal changes while the screen is shown; nothing changes a policy but a sheet that showed what
would come of it; the list keeps its cursor on the owner's policy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from textual import events, on
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message as AppMessage
from textual.widget import Widget
from textual.widgets import Input, Static

from guardian.policy.life.stamp import Stamp, stamp_of
from guardian.policy.making import Answers
from guardian.policy.survey import Survey, Surveyed
from tui.copying import copy, write
from tui.desk import Job
from tui.keys import POLICY_KEYS
from tui.messages import WorkFailed
from tui.policy_changes import PolicyChanges
from tui.policy_desk import Changed, SurveyMade
from tui.policy_words import needing_words, policy_words
from tui.screens.base import GuardianScreen, app_of
from tui.state import HouseState
from tui.widgets.line_input import LineInput
from tui.widgets.line_list import LineList
from tui.widgets.policy_hits import HitList
from tui.widgets.policy_list import PolicyHeading, found_by, policy_lines
from tui.widgets.scroll import KeyScroll

STAMP_S: Final = 2.0
"""How often it is looked whether a file changed: what is not in force changes nothing that the app is told of."""
GATHER_S: Final = 3.0
"""Alerts that come one after another are counted together: counting goes through the last month of the journal."""


@dataclass(repr=False)
class FilesSeen(AppMessage):
    """How the policies' files stand."""

    stamp: Stamp


class PoliciesScreen(PolicyChanges, GuardianScreen):
    """The list, and the chosen policy beside it."""

    name_in_bar = "Policies"
    CSS_PATH = "policies.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(POLICY_KEYS)

    def __init__(self) -> None:
        super().__init__()
        self._survey: Survey | None = None
        self._stamp: Stamp | None = None
        self._house: tuple[object, ...] = ()
        self._is_stale = True
        self._is_gathering = False
        self._wanted = ""
        """Id of a policy that is to be opened once it is known."""

    def body(self) -> Iterable[Widget]:
        """What needs the owner, the list, the chosen policy."""
        yield Static("", markup=False, id="policy-needs", classes="-nothing")
        with Horizontal(id="policy-pane"):
            with Vertical(id="policy-left"):
                yield LineInput(placeholder="words, such as: muted code", id="policy-filter", classes="-nothing")
                yield PolicyHeading(id="policy-heading")
                yield LineList(id="policy-list")
                yield Static("reading your policies …", markup=False, id="policy-empty")
            with Vertical(id="policy-right", classes="-nothing"):
                yield KeyScroll(Static("", markup=False, id="policy-words"), id="policy-text")
                yield Static("", markup=False, id="policy-hits-title")
                yield HitList(id="policy-hits")

    def main(self) -> Widget:
        """The list."""
        return self.query_one("#policy-list")

    def on_mount(self) -> None:
        """Look, and look again when something changes."""
        super().on_mount()
        self.watch(self.app, "state", self._house_changed)
        app_of(self).alerts_changed.subscribe(self, self._alerts_changed)
        self.set_interval(STAMP_S, self._see_files)
        self._look_if_stale()

    # Looking

    @on(events.ScreenResume)
    def _resumed(self) -> None:
        self._look_if_stale()
        self._see_files()

    def _house_changed(self, state: HouseState) -> None:
        house = (state.policy_set, state.policy_problems, state.phase, state.reach)
        if house != self._house:
            self._house = house
            self._mark_stale()

    def _alerts_changed(self, _keys: tuple[int, ...]) -> None:
        if not self._is_gathering:
            self._is_gathering = True
            self.set_timer(GATHER_S, self._mark_stale)

    def _mark_stale(self) -> None:
        self._is_stale, self._is_gathering = True, False
        self._look_if_stale()

    def _look_if_stale(self) -> None:
        if self._is_stale and self.is_current:
            self._is_stale = False
            app_of(self).desk.do("survey", self.works.look, self)

    def _see_files(self) -> None:
        if self.is_current:
            settings = app_of(self).settings

            def work(_job: Job) -> FilesSeen:
                return FilesSeen(stamp_of(settings.policies_dir, (settings.paths.policies_state,)))

            app_of(self).desk.do("stamp", work, self)

    @on(FilesSeen)
    def _files_seen(self, message: FilesSeen) -> None:
        before, self._stamp = self._stamp, message.stamp
        if before is not None and before != message.stamp:
            self._mark_stale()

    @on(SurveyMade)
    def _survey_made(self, message: SurveyMade) -> None:
        self._survey = message.survey
        needs = needing_words(message.survey)
        banner = self.query_one("#policy-needs", Static)
        banner.update(needs)
        banner.set_class(not needs.plain, "-nothing")
        self._show_list()
        if self._wanted:
            self.open(self._wanted)

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        if message.key == "survey" and self._survey is None:
            self.query_one("#policy-empty", Static).update(Content(f"your policies can't be read: {message.line}"))
        else:
            self.app.notify(message.line, severity="error", markup=False)

    # Showing

    def chosen(self) -> Surveyed | None:
        """The policy under the cursor."""
        key = self.query_one("#policy-list", LineList).chosen
        return self._survey.of(key) if self._survey is not None and key else None

    def _show_list(self) -> None:
        survey = self._survey
        if survey is None:
            return
        words = self.query_one("#policy-filter", Input).value
        shown = [each for each in survey.policies if found_by(each, words)]
        listing, empty = self.query_one("#policy-list", LineList), self.query_one("#policy-empty", Static)
        listing.show(policy_lines(shown, date.today()))
        listing.display = bool(shown)
        empty.display = not shown
        missing = "no policy has these words; esc shows all" if words else "you have no policies yet; + makes one"
        empty.update(missing)
        self.query_one(PolicyHeading).display = bool(shown)
        self._show_chosen()

    @on(LineList.Moved, "#policy-list")
    def _moved(self) -> None:
        self.query_one("#policy-text", KeyScroll).scroll_home(animate=False)
        self._show_chosen()

    def _show_chosen(self) -> None:
        each = self.chosen()
        self.query_one("#policy-right").set_class(each is None, "-nothing")
        if each is None:
            return
        self.query_one("#policy-words", Static).update(policy_words(each, date.today()))
        hits = each.hits.last if each.hits is not None else ()
        title = self.query_one("#policy-hits-title", Static)
        title.display = bool(hits)
        title.update(Content.styled("last matched (tab, then enter reads it)", "bold $text-primary"))
        self.query_one(HitList).show_hits(hits, app_of(self).book)

    # Filter, copy

    def action_filter(self) -> None:
        """To the line of words."""
        line = self.query_one("#policy-filter", Input)
        line.remove_class("-nothing")
        line.focus()

    @on(Input.Changed, "#policy-filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show_list()

    @on(Input.Submitted, "#policy-filter")
    def _filter_done(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_main()

    def action_step_back(self) -> None:
        """To the list; from a filter to all."""
        listing, line = self.query_one("#policy-list", LineList), self.query_one("#policy-filter", Input)
        if listing.has_focus or line.has_focus or not listing.display:
            line.value = ""
            line.add_class("-nothing")
            self._show_list()
        listing.focus()

    def action_copy(self) -> None:
        """Copy the words of the chosen policy."""
        each = self.chosen()
        if each is not None:
            copy(app_of(self), policy_words(each, date.today()).plain, "the policy")

    def action_write(self) -> None:
        """Write the words of the chosen policy to a file."""
        each = self.chosen()
        if each is not None:
            write(app_of(self), policy_words(each, date.today()).plain, "the policy")

    # Going elsewhere

    def open(self, policy_id: str) -> None:
        """Show the editor of a policy, at once or as soon as it is known."""
        if self._survey is None or self._survey.of(policy_id) is None:
            self._wanted, waited = policy_id, self._wanted
            if waited != policy_id:
                self._mark_stale()
            return
        self._wanted = ""
        if not self.query_one("#policy-list", LineList).choose(policy_id):
            self.query_one("#policy-filter", Input).value = ""
            self._show_list()
            self.query_one("#policy-list", LineList).choose(policy_id)
        self.show_editor(policy_id)

    @on(LineList.Clicked, "#policy-list")
    def _clicked(self) -> None:
        self.action_edit()

    @on(HitList.Opened)
    def _hit_opened(self, message: HitList.Opened) -> None:
        from tui.screens.message import MessageScreen

        self.app.push_screen(MessageScreen(message.seq))

    def action_packs(self) -> None:
        """The packs, and whom the owner trusts."""
        from tui.screens.packs import PacksScreen

        self.app.push_screen(PacksScreen())

    def action_new(self) -> None:
        """A new policy."""
        from tui.screens.policy_new import NewPolicySheet

        self.app.push_screen(NewPolicySheet(), self._make)

    def _make(self, answers: Answers | None) -> None:
        if answers is not None:
            app_of(self).desk.do("make", self.works.make(answers), self)

    @on(Changed)
    def _changed(self, message: Changed) -> None:
        message.stop()
        self.app.notify(message.line, markup=False, timeout=8)
        self._mark_stale()
        if message.made:
            self.open(message.made)
