"""When something is told, and what together: rate limit, groups, quiet time and the day's budget.

The first alert is told at once. What comes in the `pause` after it is told together when that is over; an alert of high
severity waits for no pause but that of another one of high severity, so that nobody can hide it behind a trifle. What
comes in a quiet time is counted, and told in one notification at its end. A notification for several counts once.

Invariants: no clock, no thread and no desktop in here: the caller gives the moment, by the owner's clock, and says when
something was told; memory does not grow with the number of alerts; an alert that is not told is only counted here, for
the journal has it.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from guardian.alerts.level import Wait, budget_of, decide_way, is_quiet
from guardian.notifications.notable import Notable
from guardian.notifications.standing import Standing
from guardian.notifications.words import (
    Telling,
    telling_of_budget,
    telling_of_one,
    telling_of_quiet,
    telling_of_several,
)
from guardian.verdict import Outcome, Severity

if TYPE_CHECKING:
    from guardian.settings_live import AlertSettings

LOOK_EVERY: Final = timedelta(minutes=1)
"""How often the clock is looked at while a quiet time holds something back."""
_REMEMBERED: Final = 1000
"""Records of which it is known that they were taken: one that is screened again is not told again."""


@dataclass(slots=True)
class _Group:
    """What is to be told together."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    tactics: Counter[str] = field(default_factory=Counter)
    newest: Notable | None = None
    since: datetime | None = None
    has_high: bool = False

    def add(self, notable: Notable, now: datetime) -> None:
        self.counts[notable.outcome] += 1
        self.tactics.update(notable.tactics)
        self.newest, self.since = notable, self.since or now
        self.has_high = self.has_high or notable.severity is Severity.HIGH


@dataclass(frozen=True, slots=True)
class _Flight:
    """What `due` said and nobody has told yet. What comes meanwhile is for the next one."""

    telling: Telling
    counts: Counter[Outcome] = field(default_factory=Counter)
    is_quiet: bool = False
    """Whether it tells of a quiet time."""
    has_high: bool = False


class Pacer:
    """Of one owner. `due` says what is to be told now; `told` is called once that was done."""

    def __init__(self, rules: AlertSettings, pause: timedelta, standing: Standing) -> None:
        self._rules, self._pause = rules, pause
        self.standing = standing
        self._group = _Group()
        self._flight: _Flight | None = None
        self._is_full = False
        self._last: datetime | None = None
        self._last_high: datetime | None = None
        self._taken: deque[int] = deque(maxlen=_REMEMBERED)

    def use(self, rules: AlertSettings, pause: timedelta) -> None:
        """Go by these settings from now on."""
        self._rules, self._pause = rules, pause

    def take(self, notable: Notable, now: datetime) -> None:
        """One more verdict."""
        if notable.seq is not None:
            if notable.seq in self._taken:
                return
            self._taken.append(notable.seq)
        self.standing.turn_to(now.date())
        decision = decide_way(notable.outcome, notable.severity, self._rules, now, self.standing.told)
        if decision.interrupts:
            self._group.add(notable, now)
        elif decision.wait is Wait.QUIET:
            self.standing.quiet[notable.outcome] += 1
        elif decision.wait is Wait.BUDGET and not self.standing.is_full_said:
            self._is_full = True

    def due(self, now: datetime) -> Telling | None:
        """What is to be told now; the same again until `told` is called."""
        self.standing.turn_to(now.date())
        if is_quiet(self._rules, now):
            self._hold()
            return None
        self._flight = self._flight or self._next_flight(now)
        return self._flight.telling if self._flight is not None else None

    def told(self, now: datetime) -> None:
        """What `due` said last was told."""
        flight, self._flight = self._flight, None
        if flight is None:
            return
        self.standing.turn_to(now.date())
        if not flight.counts:
            self._is_full, self.standing.is_full_said = False, True
            return
        self.standing.told += 1
        self._last = now
        if flight.has_high:
            self._last_high = now
        if flight.is_quiet:
            self.standing.quiet -= flight.counts

    def next_look(self, now: datetime) -> datetime | None:
        """When `due` may answer otherwise, if nothing comes; None: not before something does."""
        if self._flight is not None or self.standing.quiet or self._is_full:
            return now + LOOK_EVERY
        if not self._group.counts:
            return None
        last = self._last_high if self._group.has_high else self._last
        return max(now, last + self._pause) if last is not None else now

    def _hold(self) -> None:
        """A quiet time began: what was to be told is told at its end."""
        flight, self._flight = self._flight, None
        if flight is not None and not flight.is_quiet:
            self.standing.quiet.update(flight.counts)
        self.standing.quiet.update(self._group.counts)
        self._group = _Group()

    def _next_flight(self, now: datetime) -> _Flight | None:
        group = self._group
        if self.standing.quiet:
            self.standing.quiet.update(group.counts)
            self._group = _Group()
            counts = Counter(self.standing.quiet)
            return _Flight(telling_of_quiet(counts), counts, is_quiet=True, has_high=group.has_high)
        if group.counts and self._may_tell(now):
            self._group = _Group()
            return _Flight(_telling_of(group, now), group.counts, has_high=group.has_high)
        if self._is_full:
            left = budget_of(Severity.HIGH, self._rules) - self.standing.told
            return _Flight(telling_of_budget(self.standing.told, left))
        return None

    def _may_tell(self, now: datetime) -> bool:
        last = self._last_high if self._group.has_high else self._last
        return last is None or now < last or now - last >= self._pause  # earlier than the last: the clock was put back


def _telling_of(group: _Group, now: datetime) -> Telling:
    if group.counts.total() == 1 and group.newest is not None:
        return telling_of_one(group.newest)
    since = now - group.since if group.since is not None else timedelta()
    return telling_of_several(group.counts, group.tactics, since)
