"""What the owner can do with an alert, in the Inbox and on the page of its message, from one place.

Derive the widget or screen from `AlertActions` (the last of its bases: Textual takes the styles of the first alone),
give `chosen_alert`, and it has the keys of `tui.keys.ALERT_KEYS`.

Invariants: nothing is written but what a key or a sheet's button asked for; what is asked for is done in that order;
each thing says in words what it did and how it is undone, or why it could not be done; while a sheet that was asked
for is still coming, what is typed is meant for the sheet, so the keys of the alert do nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual import on
from textual.binding import BindingType
from textual.dom import DOMNode
from textual.message import Message as AppMessage

from guardian.errors import GuardianError
from guardian.safe_text import safe_line
from tui.crash import crash_line
from tui.desk import Job
from tui.keys import ALERT_KEYS
from tui.screens.base import app_of

if TYPE_CHECKING:
    from guardian.alerts.alert import Alert
    from guardian.policy.drafting import Start
    from tui.alert_writing import House
    from tui.screens.alert_sheets import MuteScope, MuteWish, PolicyWish
    from tui.screens.base import GuardianSheet

Wish = TypeVar("Wish")
NO_ALERT = "choose an alert first; a group shows its alerts with space"
NO_JOURNAL = "this run leaves the journal alone (--no-journal), so nothing can be said of an alert or changed by it"
NO_POLICY = "no policy of yours matched here, so there is nothing to mute"
_LONGEST_WORDS_S = 8


@dataclass(repr=False)
class ActionDone(AppMessage):
    """Something that the owner asked for was done, or could not be."""

    line: str
    """Safe for a terminal."""
    has_failed: bool = False
    then: Callable[[], object] | None = None
    """What follows, on the painting thread."""


class AlertActions(DOMNode):
    """The keys of an alert. The class that has them says which alert is meant."""

    BINDINGS: ClassVar[list[BindingType]] = list(ALERT_KEYS)
    _pending: deque[Callable[[House], ActionDone]] | None = None
    """What is still to be done, the first of it being done now; None before the first key."""
    _is_sheet_coming = False
    """Whether a sheet is being made ready."""

    def chosen_alert(self) -> Alert | None:
        """The alert that the keys mean now; None where there is none."""
        raise NotImplementedError

    # Keys

    def action_say(self, word: str) -> None:
        """Right, wrong or unsure."""
        from guardian.journal.feedback import Says
        from tui import alert_writing

        if (seq := self._seq()) is not None:
            self._do(lambda house: ActionDone(alert_writing.say(house, seq, Says(word))))

    def action_take_back(self) -> None:
        """As if nothing had been said."""
        from guardian.journal.feedback import Says

        self.action_say(Says.WITHDRAWN.value)

    def action_mark(self, word: str) -> None:
        """Kept or done; the same again: no mark."""
        from guardian.journal.marks import Marked
        from tui import alert_writing

        if (seq := self._seq()) is None or (alert := self.chosen_alert()) is None:
            return
        now = alert.mark
        marked = Marked.NONE if now is not None and now.mark.value == word else Marked(word)
        self._do(lambda house: ActionDone(alert_writing.mark(house, seq, marked, None)))

    def action_note(self) -> None:
        """A note, on a sheet."""
        from guardian.journal.marks import Marked
        from tui import alert_writing
        from tui.screens.alert_sheets import NoteSheet

        if (seq := self._seq()) is None or (alert := self.chosen_alert()) is None:
            return
        now = alert.mark
        marked, before = (now.mark, now.note) if now is not None else (Marked.NONE, "")

        def keep(note: str | None) -> None:
            if note is not None and note != before:
                self._do(lambda house: ActionDone(alert_writing.mark(house, seq, marked, note)))

        self.app.push_screen(NoteSheet(f"{alert.outcome.value}  {alert.sender or alert.name}", before), keep)

    def action_mute(self) -> None:
        """What the policies said here is not told for a while: a sheet asks what, how long and why."""
        from tui import alert_writing

        alert = self.chosen_alert()
        if self._is_sheet_coming:
            return
        if alert is None:
            self._tell(NO_ALERT)
        elif app_of(self).records is None:
            self._tell(NO_JOURNAL)
        elif not alert.policies:
            self._tell(NO_POLICY)
        else:
            self._do(lambda house: self._ask_mute(alert_writing.mute_scopes(house, alert)), for_sheet=True)

    def action_make_policy(self) -> None:
        """A new policy from the alert: a sheet asks why, what is fine, and what it does."""
        from tui import alert_writing

        if (seq := self._seq()) is not None:
            self._do(lambda house: self._ask_policy(alert_writing.policy_start(house, seq)), for_sheet=True)

    # Sheets; made at the desk, shown on the painting thread

    def _ask_mute(self, scopes: list[MuteScope]) -> ActionDone:
        from tui import alert_writing
        from tui.screens.alert_sheets import MuteSheet

        def keep(wish: MuteWish | None) -> None:
            if wish is not None:
                self._do(lambda house: ActionDone(alert_writing.mute(house, wish)))

        if not scopes:
            return ActionDone("the policies that matched here are gone, so there is nothing to mute", has_failed=True)
        return ActionDone("", then=lambda: self._show_sheet(MuteSheet(scopes), keep))

    def _ask_policy(self, start: Start) -> ActionDone:
        from tui import alert_writing
        from tui.screens.alert_sheets import NewPolicySheet

        def made(house: House, wish: PolicyWish) -> ActionDone:
            policy = alert_writing.make_policy(house, start, wish)
            words = f"made the policy {policy}, on trial; to undo it, delete its file"
            return ActionDone(words, then=lambda: app_of(self).open_policy(policy))

        def keep(wish: PolicyWish | None) -> None:
            if wish is not None:
                self._do(lambda house: made(house, wish))

        return ActionDone("", then=lambda: self._show_sheet(NewPolicySheet(start.why, start.text), keep))

    def _show_sheet(self, sheet: GuardianSheet[Wish], keep: Callable[[Wish | None], None]) -> None:
        """Show a sheet, unless the owner went elsewhere while it was being made ready."""
        if self.app.screen is self.screen:
            self.app.push_screen(sheet, keep)

    # Doing it

    def _seq(self) -> int | None:
        """The alert's number in the journal; where there is none, the owner is told why it is needed."""
        if self._is_sheet_coming:
            return None
        alert = self.chosen_alert()
        if alert is None:
            self._tell(NO_ALERT)
            return None
        if app_of(self).records is None:
            self._tell(NO_JOURNAL)
            return None
        if alert.seq is None:
            self._tell("this alert is not in the journal (yet), so nothing can be said of it; 4 shows how that stands")
        return alert.seq

    def _tell(self, words: str) -> None:
        self.app.notify(safe_line(words), severity="warning", markup=False, timeout=_LONGEST_WORDS_S)

    def _do(self, work: Callable[[House], ActionDone], *, for_sheet: bool = False) -> None:
        """Have it done at the desk, after what was asked for before. `for_sheet`: it makes a sheet ready."""
        self._is_sheet_coming = for_sheet
        if self._pending is None:
            self._pending = deque()
        self._pending.append(work)
        if len(self._pending) == 1:
            self._begin()

    def _begin(self) -> None:
        from tui.alert_writing import House

        app = app_of(self)
        if self._pending and app.records is not None:
            house = House(app.settings, app.records, app.bridge)
            app.desk.do("alert-action", partial(_done, self._pending[0], house), self)

    @on(ActionDone)
    def _action_done(self, message: ActionDone) -> None:
        message.stop()
        if self._pending:
            self._pending.popleft()
        if not self._pending:
            self._is_sheet_coming = False
        if message.has_failed:
            self._tell(message.line)
        elif message.line:
            self.app.notify(safe_line(message.line), markup=False)
        if message.then is not None:
            message.then()
        self._begin()


def _done(work: Callable[[House], Any], house: House, _job: Job) -> ActionDone:
    """The work's answer, whatever happens: the next one waits for it."""
    try:
        answer: ActionDone = work(house)
    except GuardianError as error:
        return ActionDone(safe_line(error.line()), has_failed=True)
    except Exception as error:
        return ActionDone(crash_line(error), has_failed=True)
    return answer
