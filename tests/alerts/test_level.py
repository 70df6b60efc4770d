"""Promises of the alert level: what interrupts, what waits and why, and that nobody can spend the owner's attention."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.alerts.level import Wait, Way, budget_of, decide_way, is_quiet, owners_time
from guardian.settings_live import AlertSettings
from guardian.verdict import Outcome, Severity

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

# settings, outcome, severity, told today -> way, and why it waits
DECISIONS: list[tuple[dict[str, Any], Outcome, Severity | None, int, Way, Wait]] = [
    ({}, Outcome.FLAGGED, Severity.LOW, 0, Way.INTERRUPT, Wait.NO),
    ({}, Outcome.NOTICE, Severity.HIGH, 0, Way.DIGEST, Wait.LEVEL),
    ({}, Outcome.UNSCREENED, None, 0, Way.DIGEST, Wait.LEVEL),
    ({"interrupt": "notice"}, Outcome.UNSCREENED, None, 0, Way.INTERRUPT, Wait.NO),
    ({"interrupt": "notice"}, Outcome.UNSURE, None, 0, Way.INTERRUPT, Wait.NO),
    ({"interrupt": "none"}, Outcome.FLAGGED, Severity.HIGH, 0, Way.DIGEST, Wait.LEVEL),
    ({"interrupt_low": "none"}, Outcome.FLAGGED, Severity.LOW, 0, Way.DIGEST, Wait.LEVEL),
    ({"interrupt_low": "none"}, Outcome.FLAGGED, Severity.MEDIUM, 0, Way.INTERRUPT, Wait.NO),
    ({"interrupt": "none", "interrupt_high": "notice"}, Outcome.NOTICE, Severity.HIGH, 0, Way.INTERRUPT, Wait.NO),
    ({"interrupt": "none", "interrupt_high": "notice"}, Outcome.UNSURE, None, 0, Way.DIGEST, Wait.LEVEL),
    ({"quiet_until": "2026-11-23"}, Outcome.FLAGGED, Severity.HIGH, 0, Way.DIGEST, Wait.QUIET),
    ({"quiet_until": "2026-11-22"}, Outcome.FLAGGED, Severity.HIGH, 0, Way.INTERRUPT, Wait.NO),
    ({"quiet_hours": "11:00-13:00"}, Outcome.FLAGGED, Severity.HIGH, 0, Way.DIGEST, Wait.QUIET),
    ({"most_per_day": 4}, Outcome.FLAGGED, Severity.LOW, 2, Way.INTERRUPT, Wait.NO),
    ({"most_per_day": 4}, Outcome.FLAGGED, Severity.LOW, 3, Way.DIGEST, Wait.BUDGET),
    ({"most_per_day": 4}, Outcome.FLAGGED, Severity.HIGH, 3, Way.INTERRUPT, Wait.NO),
    ({"most_per_day": 4}, Outcome.FLAGGED, Severity.HIGH, 4, Way.DIGEST, Wait.BUDGET),
    ({"most_per_day": 0}, Outcome.FLAGGED, Severity.LOW, 10_000, Way.INTERRUPT, Wait.NO),
]


@pytest.mark.parametrize(("settings", "outcome", "severity", "told", "way", "wait"), DECISIONS)
def test_what_interrupts_and_why_the_rest_waits(
    settings: dict[str, Any], outcome: Outcome, severity: Severity | None, told: int, way: Way, wait: Wait
) -> None:
    decision = decide_way(outcome, severity, AlertSettings(**settings), NOON, told)
    assert (decision.way, decision.wait) == (way, wait)


rules = st.builds(
    AlertSettings,
    interrupt=st.sampled_from(["flagged", "notice", "none"]),
    interrupt_high=st.sampled_from(["same", "flagged", "notice", "none"]),
    most_per_day=st.integers(0, 20),
    quiet_hours=st.sampled_from(["", "22:00-07:00", "12:00-13:00"]),
)


@given(rules, st.sampled_from(Outcome), st.sampled_from([None, *Severity]), st.integers(0, 30), st.integers(0, 1439))
def test_nothing_is_ever_dropped_but_what_is_clean(
    settings: AlertSettings, outcome: Outcome, severity: Severity | None, told: int, minute: int
) -> None:
    now = NOON.replace(hour=minute // 60, minute=minute % 60)
    decision = decide_way(outcome, severity, settings, now, told)
    assert (decision.way is Way.NOTHING) == (outcome is Outcome.CLEAN)
    assert (decision.way is Way.DIGEST) == (decision.wait is not Wait.NO)
    if decision.interrupts and settings.most_per_day:
        assert told < settings.most_per_day


@pytest.mark.parametrize(("most", "low", "high"), [(12, 9, 12), (4, 3, 4), (3, 3, 3), (1, 1, 1)])
def test_the_last_part_of_the_budget_is_for_what_is_grave(most: int, low: int, high: int) -> None:
    settings = AlertSettings(most_per_day=most)
    assert (budget_of(Severity.LOW, settings), budget_of(None, settings)) == (low, low)
    assert budget_of(Severity.HIGH, settings) == high


# hours, moment -> whether it is quiet: the first minute is, the last is not
HOURS = [
    ("22:00-07:00", "21:59", False),
    ("22:00-07:00", "22:00", True),
    ("22:00-07:00", "00:00", True),
    ("22:00-07:00", "06:59", True),
    ("22:00-07:00", "07:00", False),
    ("12:00-13:00", "12:59", True),
    ("12:00-13:00", "13:00", False),
    ("", "03:00", False),
]


@pytest.mark.parametrize(("hours", "moment", "quiet"), HOURS)
def test_quiet_hours_go_over_midnight(hours: str, moment: str, quiet: bool) -> None:
    hour, minute = map(int, moment.split(":"))
    assert is_quiet(AlertSettings(quiet_hours=hours), NOON.replace(hour=hour, minute=minute)) == quiet


def test_hours_and_days_are_those_of_the_owners_zone() -> None:
    settings = AlertSettings(quiet_hours="22:00-07:00", time_zone="Asia/Tokyo")  # nine hours ahead of UTC, all year
    assert is_quiet(settings, owners_time(settings, NOON + timedelta(hours=2)))
    assert not is_quiet(settings, owners_time(settings, NOON))
    assert owners_time(settings, NOON + timedelta(hours=4)).date().day == 23
