"""Whether an alert interrupts its owner or waits for the digest: one rule for the desktop and for the app.

Invariants: pure; what is not told at once is never lost: it stands in the journal, in the app's list and in the digest;
what could not be judged counts as `notice` does, and never as clean. A last part of the day's budget is kept for alerts
of high severity, so that nobody can spend it with trifles before the grave one comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from guardian.settings_rules_live import hours_of
from guardian.verdict import Outcome, Severity

if TYPE_CHECKING:
    from guardian.settings_live import AlertSettings

KEPT_FOR_HIGH: Final = 4
"""The last quarter of the budget is for alerts of high severity."""
_LOUD: Final = {
    "flagged": frozenset({Outcome.FLAGGED}),
    "notice": frozenset(Outcome) - {Outcome.CLEAN},
    "none": frozenset[Outcome](),
}


class Way(StrEnum):
    """What becomes of a verdict."""

    NOTHING = "nothing"
    """It is clean: there is nothing to tell."""
    DIGEST = "digest"
    """It waits until the owner looks."""
    INTERRUPT = "interrupt"
    """It is told at once."""


class Wait(StrEnum):
    """Why an alert waits."""

    NO = ""
    LEVEL = "level"
    """The owner does not want to be interrupted for such an outcome."""
    QUIET = "quiet"
    """It is the owner's quiet time."""
    BUDGET = "budget"
    """So many interrupted today already."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it interrupts, and if not, why."""

    way: Way
    wait: Wait = Wait.NO

    @property
    def interrupts(self) -> bool:
        """Whether it is told at once."""
        return self.way is Way.INTERRUPT


def decide_way(
    outcome: Outcome, severity: Severity | None, rules: AlertSettings, now: datetime, told_today: int = 0
) -> Decision:
    """What becomes of an alert. `severity`: of the gravest policy that matched, None where none did; `now`: by the
    owner's clock (`owners_time`); `told_today`: how many interrupted on this day."""
    if outcome is Outcome.CLEAN:
        return Decision(Way.NOTHING)
    if not is_loud(outcome, severity, rules):
        return Decision(Way.DIGEST, Wait.LEVEL)
    if is_quiet(rules, now):
        return Decision(Way.DIGEST, Wait.QUIET)
    if rules.most_per_day and told_today >= budget_of(severity, rules):
        return Decision(Way.DIGEST, Wait.BUDGET)
    return Decision(Way.INTERRUPT)


def is_loud(outcome: Outcome, severity: Severity | None, rules: AlertSettings) -> bool:
    """Whether the owner wants such an outcome to interrupt, whatever the hour."""
    own = {
        Severity.LOW: rules.interrupt_low,
        Severity.MEDIUM: rules.interrupt_medium,
        Severity.HIGH: rules.interrupt_high,
    }
    level = own[severity] if severity is not None else "same"
    return outcome in _LOUD[rules.interrupt if level == "same" else level]


def is_quiet(rules: AlertSettings, now: datetime) -> bool:
    """Whether `now`, by the owner's clock, lies in a quiet time."""
    until, hours = rules.quiet_until_day, hours_of(rules.quiet_hours)
    if until is not None and now.date() < until:
        return True
    if hours is None:
        return False
    (first, last), moment = hours, now.time()
    return first <= moment < last if first < last else moment >= first or moment < last


def budget_of(severity: Severity | None, rules: AlertSettings) -> int:
    """How many alerts may interrupt on one day before one of this severity has to wait."""
    kept = 0 if severity is Severity.HIGH else rules.most_per_day // KEPT_FOR_HIGH
    return rules.most_per_day - kept


def owners_time(rules: AlertSettings, at: datetime) -> datetime:
    """A moment on the owner's clock. `at` is aware."""
    return at.astimezone(owners_zone(rules))


def owners_zone(rules: AlertSettings) -> tzinfo | None:
    """The owner's time zone; None is this machine's."""
    if not rules.time_zone:
        return None
    from zoneinfo import ZoneInfo  # here: only who sets a zone pays for it

    return ZoneInfo(rules.time_zone)
