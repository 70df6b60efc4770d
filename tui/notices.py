"""Notices inside the app: what came and was not seen, told without ever taking the keys away from their owner.

Invariants: for the painting thread; what was not seen stays in the list until it was, over restarts too; during the
owner's quiet time nothing is told and everything is listed; an alert on which the owner has said a word was seen.
Closing or ignoring a notice makes no rule and changes nothing but what was seen.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from textual import events
from textual.message import Message as AppMessage
from textual.signal import Signal
from textual.timer import Timer

from guardian.alerts.level import is_quiet, owners_time
from guardian.errors import GuardianError, JournalError
from guardian.safe_text import safe_line
from tui import seen as seen_file
from tui.messages import Reach
from tui.notice_board import NoticeBoard, is_listed, is_told
from tui.seen import Ranges, Seen

if TYPE_CHECKING:
    from guardian.alerts.alert import Alert
    from guardian.settings_live import AlertSettings
    from tui.app import GuardianApp
    from tui.desk import Job
    from tui.state import HouseState

SAVE_AFTER_S: Final = 2.0
"""What is seen in one go is one write."""
LOOK_AT_CLOCK_S: Final = 60.0
"""A quiet time begins and ends by the clock, also in an app that is never closed."""
_READABLE: Final = frozenset({Reach.READING, Reach.OPEN})


class Notices:
    """Of one app. `begin` starts it once the app runs."""

    def __init__(self, app: GuardianApp) -> None:
        self._app = app
        self.seen = Seen(self._was_seen)
        self.changed: Signal[None] = Signal(app, "notices")
        """What the bar or the count says is another thing now."""
        self._board = NoticeBoard()
        self._unseen: set[int] = set()
        self._came_s: dict[int, float] = {}
        """When alerts came that came while the app was open."""
        self._raised: set[int] = set()
        """Alerts that are what they are by the judge's late word."""
        self._touched_s = time.monotonic()
        self._waits_for_eyes: int | None = None
        self._highest = -1
        self._journal_id: str | None = None
        self._is_reading = False
        self._has_greeted = False
        self._rules = app.settings.alerts
        self._leaving: Timer | None = None
        self._saving: Timer | None = None

    def begin(self) -> None:
        """Follow the app's alerts, and how its journal stands."""
        self._app.alerts_changed.subscribe(self._app, self._alerts_changed)
        self._app.watch(self._app, "state", self._state_changed)
        self._app.set_interval(LOOK_AT_CLOCK_S, self.look_at_settings)
        self.look_at_settings()

    def end(self) -> None:
        """Keep what was seen, at once: the app is being left."""
        if self._journal_id and not self.seen.is_saved:
            self._save(self._journal_id, self.seen.ranges, None)

    @property
    def line(self) -> str:
        """What the bar says; empty where there is nothing to say."""
        return self._board.line(time.monotonic())

    @property
    def is_grave(self) -> bool:
        """Whether the bar says something that stays until it was seen."""
        return self._board.is_grave

    @property
    def count(self) -> int:
        """How many alerts were not seen."""
        return len(self._unseen)

    def unseen(self) -> list[Alert]:
        """What was not seen, newest first."""
        found = [alert for key in self._unseen if (alert := self._app.book.get(key)) is not None]
        return sorted(found, key=lambda alert: (alert.at_ms, abs(alert.key)), reverse=True)

    def shown(self, key: int) -> None:
        """The Inbox shows an alert; it is seen with the first key or move of the mouse there after it came.

        A list that follows the newest shows what comes to whoever sits there, and to an empty chair.
        """
        if self._came_s.get(key, -1.0) < self._touched_s and self._is_inbox_shown:
            self.seen.see(key)
        else:
            self._waits_for_eyes = key

    def touched(self) -> None:
        """The owner pressed a key, or moved the mouse."""
        self._touched_s = time.monotonic()
        if self._waits_for_eyes is not None and self._is_inbox_shown:
            key, self._waits_for_eyes = self._waits_for_eyes, None
            self.seen.see(key)

    @property
    def _is_inbox_shown(self) -> bool:
        return self._app.current_mode == "inbox" and len(self._app.screen_stack) == 1

    def see_all(self) -> None:
        """Everything that is listed now was seen."""
        self.seen.see(*sorted(self._unseen))

    @property
    def is_quiet(self) -> bool:
        """Whether the owner wants nothing to interrupt them now."""
        rules = self._app.settings.alerts
        return is_quiet(rules, self._now(rules))

    @staticmethod
    def _now(rules: AlertSettings) -> datetime:
        return owners_time(rules, datetime.now().astimezone())

    def _quiet_words(self) -> str:
        rules = self._app.settings.alerts
        until, now = rules.quiet_until_day, self._now(rules)
        if not is_quiet(rules, now):
            return ""
        if until is not None and now.date() < until:
            return f"quiet until {until:%a} {until.day}"
        return f"quiet until {rules.quiet_hours.partition('-')[2]}"

    def look_at_settings(self) -> None:
        """What the owner set, or the day, may be another one now."""
        words = self._quiet_words()
        if words != self._app.state.quiet:
            self._app.state = replace(self._app.state, quiet=words)
        if words:
            self._board.clear()
        if self._app.settings.alerts != self._rules:
            self._rules = self._app.settings.alerts
            self._board.clear()
            self._list([alert.key for alert in self._app.book.everything()])
        self._show()

    # What happens

    def _state_changed(self, state: HouseState) -> None:
        if state.reach in _READABLE and self._journal_id is None and not self._is_reading:
            self._is_reading = True
            self._app.desk.do("seen", self._load, self._app)
        if state.reach is Reach.OPEN:
            self._greet()

    def _alerts_changed(self, keys: tuple[int, ...]) -> None:
        book = self._app.book
        raised = self._raised_now(keys)
        self._list(keys)
        for key in keys:
            alert = book.get(key)
            if alert is not None and (key in raised or self._is_news(key)) and key in self._unseen:
                self._came_s[key] = time.monotonic()
                self._tell(alert)
        self._highest = max([self._highest, *(key for key in keys if book.screened(key) is None)])
        self._board.take_down(key for key in keys if key not in self._unseen)
        self._show()

    def _raised_now(self, keys: Iterable[int]) -> set[int]:
        """What the judge has raised just now: news, and unseen again where it was seen as something milder."""
        book = self._app.book
        raised = {key for key in keys if (alert := book.get(key)) is not None and alert.is_raised_late}
        new = raised - self._raised if self._app.state.reach is Reach.OPEN else set()
        self._raised |= raised
        self.seen.unsee(*new)
        return new

    def _is_news(self, key: int) -> bool:
        """Whether it came just now: screened in this run, or newer than all that the journal held."""
        if key in self._came_s:
            return False
        is_open = self._app.state.reach is Reach.OPEN
        return self._app.book.screened(key) is not None or (is_open and key > self._highest)

    def _list(self, keys: Iterable[int]) -> None:
        for key in keys:
            alert = self._app.book.get(key)
            if alert is None or alert.says or self.seen.is_seen(key) or not is_listed(alert, self._rules):
                self._unseen.discard(key)
            else:
                self._unseen.add(key)

    def _tell(self, alert: Alert) -> None:
        if is_told(alert, self._rules) and not self.is_quiet:
            self._board.post(alert, time.monotonic())

    def _greet(self) -> None:
        """What was left unseen in an earlier run is told once, where it is grave."""
        if self._has_greeted or self._is_reading:
            return
        self._has_greeted = True
        for alert in reversed(self.unseen()):
            self._tell(alert)
        self._show()

    def _was_seen(self, keys: tuple[int, ...]) -> None:
        self._unseen.difference_update(keys)
        self._board.take_down(keys)
        if self._saving is None and self._journal_id and not self.seen.is_saved:
            self._saving = self._app.set_timer(SAVE_AFTER_S, self._keep)
        self._show()

    def _show(self) -> None:
        """Paint, and come back when the line changes by itself."""
        if self._leaving is not None:
            self._leaving.stop()
            self._leaving = None
        self._board.line(time.monotonic())  # lets go of what has had its time
        until_s = self._board.next_change_s()
        if until_s is not None:
            self._leaving = self._app.set_timer(max(until_s - time.monotonic(), 0.05), self._show)
        self.changed.publish(None)

    # The file

    def _keep(self) -> None:
        self._saving = None
        if self._journal_id and not self.seen.is_saved:
            self.seen.is_saved = True
            self._app.desk.do("keep-seen", partial(self._save, self._journal_id, self.seen.ranges), self._app)

    def _load(self, job: Job) -> AppMessage:
        """At the desk: what an earlier run kept for this journal."""
        from guardian.journal.opening import open_journal

        settings = self._app.settings
        try:
            with open_journal(settings, unlock=False) as journal:
                name = journal.id.hex()
        except JournalError:
            return events.Callback(callback=partial(self._loaded, "", ()))
        return events.Callback(callback=partial(self._loaded, name, seen_file.load(settings.paths.seen_file, name)))

    def _loaded(self, journal_id: str, ranges: Ranges) -> None:
        self._journal_id, self._is_reading = journal_id, False
        self.seen.take(ranges)
        self._list([alert.key for alert in self._app.book.everything()])
        self._board.take_down([alert.key for alert in self._app.book.everything() if alert.key not in self._unseen])
        if self._app.state.reach is Reach.OPEN:
            self._greet()
        self._show()

    def _save(self, journal_id: str, ranges: Ranges, job: Job | None) -> AppMessage | None:
        """At the desk, or at the end."""
        try:
            seen_file.save(self._app.settings.paths.seen_file, journal_id, ranges)
        except GuardianError as error:
            say = partial(self._app.notify, safe_line(error.line()), severity="warning", markup=False)
            return events.Callback(callback=say)
        return None
