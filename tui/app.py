"""The app: its screens, what they share, and the wiring between threads and screens.

Invariants: no slow work here; the first paint waits for nothing but Textual; a crash is one line without anybody's
words (`crash.py`), and the screen is restored before it is said.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final

from rich.console import RenderableType
from textual import events, on
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.css.query import NoMatches
from textual.reactive import reactive
from textual.screen import Screen
from textual.signal import Signal

from guardian.events import CellRestarted, JournalNotice, NotJournaled, PoliciesChanged
from guardian.safe_text import safe_line
from guardian.settings import Settings
from tui import messages, themes
from tui.beginning import begin
from tui.book import AlertBook
from tui.bridge import Bridge
from tui.commands import own_commands
from tui.desk import Desk
from tui.house_watch import HouseWatch
from tui.keymap import apply_keymap
from tui.keys import APP_KEYS
from tui.notices import Notices
from tui.opening import Opener, own_gate
from tui.records import Records
from tui.screens.ask import AskScreen
from tui.screens.base import GuardianScreen
from tui.screens.help import help_words
from tui.screens.inbox import InboxScreen
from tui.screens.sheet import Sheet
from tui.state import HouseState, Phase

CRASHED: Final = 2
"""The app's return code after a crash: `ExitCode.USAGE`, as for any internal error of the command line."""


class PanicError(Exception):
    """Textual, or its driver, gave up."""


def _policies() -> GuardianScreen:
    from tui.screens.policies import PoliciesScreen  # here, as below: the first paint does not wait for it

    return PoliciesScreen()


def _journal() -> GuardianScreen:
    from tui.screens.journal import JournalScreen

    return JournalScreen()


def _health() -> GuardianScreen:
    from tui.screens.health import HealthScreen

    return HealthScreen()


class GuardianApp(App[None]):
    """Guardian on a terminal.

    `paths` are files and folders to screen at the start. `opener` opens the gate; leave it out to have the owner's
    own. `with_journal=False` neither reads nor writes the journal. `first_alert`: the alert to open at the start.
    """

    TITLE = "Guardian"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(APP_KEYS)
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "inbox": InboxScreen,
        "ask": AskScreen,
        "policies": _policies,
        "journal": _journal,
        "health": _health,
    }
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [  # type: ignore[misc]  # Textual forgot ClassVar
        (0, "-narrow"),
        (100, "-wide"),
    ]

    state: reactive[HouseState] = reactive(HouseState())

    def __init__(
        self,
        settings: Settings,
        paths: Sequence[Path] = (),
        opener: Opener | None = None,
        *,
        with_journal: bool = True,
        first_alert: int | None = None,
    ) -> None:
        super().__init__()
        self.settings, self.first_alert = settings, first_alert
        self.paths = tuple(paths)
        self.book = AlertBook()
        """Every alert that is known."""
        self.desk = Desk()
        """For slow work."""
        self.records = Records(settings, self.post_message) if with_journal else None
        """The journal; None where this run is to leave it alone."""
        gate = opener or own_gate(self.records)
        self.bridge = Bridge(settings, self.paths, self.post_message, gate, serves=with_journal and not opener)
        self.house = HouseWatch(self)
        """What the app measures of itself."""
        self.alerts_changed: Signal[tuple[int, ...]] = Signal(self, "alerts")
        """Keys of the alerts that are new, changed or gone."""
        self.notices = Notices(self)
        """What came and was not seen; `seen` says what was."""
        self.seen = self.notices.seen
        self.crash: Exception | None = None
        self._is_house_open = False

    def on_mount(self) -> None:
        """Paint first, then open the gate."""
        themes.dress(self, os.environ)
        apply_keymap(self)
        self.notices.begin()
        self.switch_mode("inbox")
        self.call_after_refresh(begin, self)
        self.house.begin()
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))  # Textual leaves it empty

    async def on_event(self, event: events.Event) -> None:
        """Note that the owner is there; everything else as Textual does it. Who has left does nothing any more."""
        if isinstance(event, events.InputEvent):
            if self._exit:
                return
            self.notices.touched()
        await super().on_event(event)

    def on_unmount(self) -> None:
        """Tell the threads to end."""
        self.notices.end()
        self.bridge.stop()
        self.desk.close()

    def set_up(self) -> None:
        """The four screens of the first run, at the first start or again."""
        from tui.screens.first_run import FirstRun

        if not self.screen.is_modal:
            self.push_screen(FirstRun(), lambda _: self.open_house())

    def open_house(self) -> None:
        """Begin to screen, unless that was begun already."""
        if not self._is_house_open:
            self._is_house_open = True
            self.bridge.start()

    # What the threads say

    @on(messages.HouseLoaded)
    def _house_loaded(self, message: messages.HouseLoaded) -> None:
        self._change(model=message.model, policies=message.policies, policy_set=message.policy_set)

    @on(messages.JournalFound)
    def _journal_found(self, message: messages.JournalFound) -> None:
        self._change(journal=message.key, has_weak_key=message.is_weak)
        if message.waiting:
            words = f"{message.waiting} verdicts wait for the journal's key; guardian journal list asks for it"
            self.notify(words, severity="warning", markup=False)

    @on(messages.JournalStands)
    def _journal_stands(self, message: messages.JournalStands) -> None:
        self._change(reach=message.reach, reach_trouble=message.trouble)

    @on(messages.ReasonsWanted)
    def _reasons_wanted(self, message: messages.ReasonsWanted) -> None:
        first = safe_line(message.policies[0], 64)
        others = f" (and {len(message.policies) - 1} more)" if len(message.policies) > 1 else ""
        self.notify(f"why did you change {first}{others}? press 3, then a", markup=False)

    @on(messages.GateOpened)
    def _gate_opened(self) -> None:
        self.state = self.state.with_gate_open()
        if self.state.problems:
            words = f"{len(self.state.problems)} problems in your policies; press 3 to read them"
            self.notify(words, severity="warning", markup=False)

    @on(messages.GateFailed)
    def _gate_failed(self, message: messages.GateFailed) -> None:
        self._change(phase=Phase.DOWN, trouble=message.line, is_open=False, stalled="")

    @on(messages.CoreEvent)
    def _core_event(self, message: messages.CoreEvent) -> None:
        before, self.state = self.state, self.state.with_event(message.event)
        if isinstance(message.event, PoliciesChanged) and message.event.policy_set != before.policy_set:
            self.notify(f"your policies changed; in force now: {message.event.policies}", markup=False)
        elif isinstance(message.event, CellRestarted):
            self.house.restarted(message.event.reason)
            words = f"the model was started again: {safe_line(message.event.reason)}"
            self.notify(words, severity="warning", markup=False)
        elif isinstance(message.event, JournalNotice):
            self.notify(safe_line(message.event.line), markup=False)
        elif isinstance(message.event, NotJournaled) and self.state.not_journaled == 1:
            self.notify(safe_line(message.event.line), severity="warning", markup=False)

    @on(messages.InboxListed)
    def _inbox_listed(self, message: messages.InboxListed) -> None:
        self._change(total=message.total)

    @on(messages.InboxScreened)
    def _inbox_screened(self, message: messages.InboxScreened) -> None:
        self.state = self.state.with_counted(message.screened).with_verdict(message.screened.verdict)
        self.house.count(message.screened)
        alert = self.book.add_screened(message.screened, time.time_ns() // 1_000_000)
        self.alerts_changed.publish((alert.key,))

    @on(messages.InboxFailed)
    def _inbox_failed(self, message: messages.InboxFailed) -> None:
        self._change(inbox_trouble=message.line)

    @on(messages.AlertsRead)
    def _alerts_read(self, message: messages.AlertsRead) -> None:
        changed = self.book.add(message.alerts)
        self.state = self.state.with_screened(max((alert.at_ms for alert in message.alerts), default=0))
        self.alerts_changed.publish(tuple(alert.key for alert in changed))

    @on(messages.AlertsForgotten)
    def _alerts_forgotten(self, message: messages.AlertsForgotten) -> None:
        self.alerts_changed.publish(tuple(self.book.forget(message.ranges)))

    @on(messages.OtherScreened)  # its alert comes through the journal, as every alert of another program does
    @on(messages.Answered)
    def _answered(self, message: messages.Answered | messages.OtherScreened) -> None:
        self.state = self.state.with_verdict(message.screened.verdict)
        self.house.count(message.screened)

    @on(messages.TextGiven)
    def _text_given(self, message: messages.TextGiven) -> None:
        self.bridge.ask(message)

    # What the owner does

    def action_show(self, mode: str) -> None:
        """Go to a screen."""
        if len(self.screen_stack) == 1 or not self.screen.is_modal:
            self.switch_mode(mode)

    def open_policy(self, policy_id: str) -> None:
        """Go to the Policies screen, and show the editor of a policy there."""
        self.call_next(self._open_policy, policy_id)

    async def _open_policy(self, policy_id: str) -> None:
        from tui.screens.policies import PoliciesScreen

        await self.switch_mode("policies")
        next(screen for screen in self.screen_stack if isinstance(screen, PoliciesScreen)).open(policy_id)

    def action_help(self) -> None:
        """The keys that work here, and what the words mean."""
        self.push_screen(Sheet("Help", help_words(self.screen)))

    def action_notices(self) -> None:
        """What has not been seen yet."""
        from tui.screens.notices import NoticesSheet

        if not self.screen.is_modal:
            self.push_screen(NoticesSheet(self.notices))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything that has a key, by name, and Textual's own."""
        yield from own_commands(self, os.environ)
        yield from (each for each in super().get_system_commands(screen) if each.title not in ("Quit", "Theme"))

    # How the house stands

    def _change(self, **parts: object) -> None:
        self.state = replace(self.state, **parts)  # type: ignore[arg-type]  # the names are those of its fields

    # How it ends when it fails

    def _handle_exception(self, error: Exception) -> None:
        """In place of Textual's own, which prints the local variables of every frame."""
        if self._exit and isinstance(error, NoMatches):
            return  # a late message found its widget taken away: the app is being left, and nothing failed
        self._return_code = CRASHED
        if self.crash is None:
            self.crash = error
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    def panic(self, *renderables: RenderableType) -> None:
        """In place of Textual's own, which prints whatever it is given."""
        self._handle_exception(PanicError())
