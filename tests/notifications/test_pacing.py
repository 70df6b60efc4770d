"""Promises of the pacing: first at once, then together; quiet times and the budget hold back, and nothing is lost."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.notifications.notable import Notable
from guardian.notifications.pacing import Pacer
from guardian.notifications.standing import Standing, load_standing, save_standing
from guardian.notifications.words import counted
from guardian.settings_live import AlertSettings
from guardian.verdict import Outcome, Severity

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PAUSE = timedelta(minutes=10)


def a_pacer(now: datetime = NOON, **settings: Any) -> Pacer:
    return Pacer(AlertSettings(**settings), PAUSE, Standing(now.date()))


def an_alert(seq: int, severity: Severity = Severity.LOW, outcome: Outcome = Outcome.FLAGGED) -> Notable:
    return Notable(outcome, severity, ("Urgency",), ("Pressure to pay",), seq)


def titles(pacer: Pacer, now: datetime) -> list[str]:
    """Everything that is told at a moment, as it is told."""
    found: list[str] = []
    while (telling := pacer.due(now)) is not None:
        found.append(telling.title)
        pacer.told(now)
    return found


def test_the_first_is_told_at_once_and_what_follows_together_after_the_pause() -> None:
    pacer = a_pacer()
    pacer.take(an_alert(1), NOON)
    assert titles(pacer, NOON) == ["Flagged: Pressure to pay"]
    for seq in range(2, 5):
        pacer.take(an_alert(seq), NOON + timedelta(minutes=1))
    assert titles(pacer, NOON + timedelta(minutes=9)) == []
    assert pacer.next_look(NOON + timedelta(minutes=9)) == NOON + PAUSE
    assert titles(pacer, NOON + PAUSE) == ["3 messages flagged in the last 9 minutes"]
    assert pacer.next_look(NOON + PAUSE) is None


def test_one_that_came_alone_in_the_pause_is_told_as_one() -> None:
    pacer = a_pacer()
    for seq, minute in ((1, 0), (2, 3)):
        pacer.take(an_alert(seq), NOON + timedelta(minutes=minute))
        titles(pacer, NOON + timedelta(minutes=minute))
    assert titles(pacer, NOON + PAUSE) == ["Flagged: Pressure to pay"]


def test_a_grave_one_waits_for_no_trifle() -> None:
    pacer = a_pacer()
    pacer.take(an_alert(1), NOON)
    titles(pacer, NOON)
    later = NOON + timedelta(seconds=5)
    pacer.take(an_alert(2, Severity.HIGH), later)
    assert titles(pacer, later) == ["Flagged: Pressure to pay"]
    pacer.take(an_alert(3, Severity.HIGH), later)
    assert titles(pacer, later) == []
    assert titles(pacer, later + PAUSE) == ["Flagged: Pressure to pay"]


def test_the_same_record_is_told_once() -> None:
    pacer = a_pacer()
    pacer.take(an_alert(7), NOON)
    titles(pacer, NOON)
    pacer.take(an_alert(7), NOON + PAUSE)
    assert titles(pacer, NOON + PAUSE) == []


def test_a_quiet_time_is_told_in_one_at_its_end() -> None:
    night = NOON.replace(hour=23)
    pacer = a_pacer(night, quiet_hours="22:00-07:00", interrupt="notice")
    for seq, outcome in enumerate([Outcome.FLAGGED, Outcome.FLAGGED, Outcome.UNSCREENED]):
        pacer.take(an_alert(seq, outcome=outcome), night)
    assert titles(pacer, night) == []
    assert pacer.next_look(night) is not None
    morning = night + timedelta(hours=8)
    assert titles(pacer, morning) == ["3 messages: 2 flagged, 1 not judged in your quiet time"]
    assert titles(pacer, morning) == []


def test_what_was_about_to_be_told_when_the_quiet_time_began_waits_for_its_end() -> None:
    evening = NOON.replace(hour=21, minute=55)
    pacer = a_pacer(evening, quiet_hours="22:00-07:00")
    pacer.take(an_alert(1), evening)
    assert pacer.due(evening) is not None  # and the desktop does not take it
    pacer.take(an_alert(2), evening)
    assert titles(pacer, evening + timedelta(minutes=10)) == []
    assert titles(pacer, evening + timedelta(hours=10)) == ["2 messages flagged in your quiet time"]


def test_beyond_the_budget_one_notice_says_that_the_rest_waits() -> None:
    pacer, now, found = a_pacer(most_per_day=4), NOON, []
    for seq in range(8):
        pacer.take(an_alert(seq), now)
        found += titles(pacer, now)
        now += PAUSE
    assert found == ["Flagged: Pressure to pay"] * 3 + ["3 notifications today: further alerts wait"]
    pacer.take(an_alert(100, Severity.HIGH), now)
    assert titles(pacer, now) == ["Flagged: Pressure to pay"]
    pacer.take(an_alert(101, Severity.HIGH), now + PAUSE)
    assert titles(pacer, now + PAUSE) == []
    tomorrow = now + timedelta(days=1)
    pacer.take(an_alert(102), tomorrow)
    assert titles(pacer, tomorrow) == ["Flagged: Pressure to pay"]


def test_what_the_desktop_did_not_take_is_told_again_and_what_came_meanwhile_is_not_lost() -> None:
    pacer = a_pacer()
    pacer.take(an_alert(1), NOON)
    first = pacer.due(NOON)
    pacer.take(an_alert(2), NOON)
    assert pacer.due(NOON) == first
    pacer.told(NOON)
    assert titles(pacer, NOON + PAUSE) == ["Flagged: Pressure to pay"]


def test_a_clock_that_is_put_back_silences_nothing() -> None:
    pacer = a_pacer()
    pacer.take(an_alert(1), NOON)
    titles(pacer, NOON)
    earlier = NOON - timedelta(hours=5)
    pacer.take(an_alert(2), earlier)
    assert titles(pacer, earlier) == ["Flagged: Pressure to pay"]


events = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from([Outcome.FLAGGED, Outcome.NOTICE, Outcome.UNSURE])), max_size=60
)


@given(events)
def test_every_loud_alert_is_told_once_alone_or_in_a_group(came: list[tuple[int, Outcome]]) -> None:
    pacer, now, told = a_pacer(interrupt="notice", most_per_day=0, quiet_hours="13:00-14:00"), NOON, 0
    for seq, (minutes, outcome) in enumerate(came):
        now += timedelta(minutes=minutes)
        pacer.take(an_alert(seq, outcome=outcome), now)
        told += sum(map(_how_many, titles(pacer, now)))
    end = now + timedelta(days=1)
    told += sum(map(_how_many, titles(pacer, end.replace(hour=15))))
    assert told == len(came)


def _how_many(title: str) -> int:
    first = title.split()[0]
    return int(first) if first.isdigit() else 1


# counts -> words
COUNTED = [
    ({Outcome.FLAGGED: 1}, "1 message flagged"),
    ({Outcome.FLAGGED: 1200}, "1,200 messages flagged"),
    (
        {Outcome.NOTICE: 1, Outcome.FLAGGED: 2, Outcome.UNSCREENED: 3},
        "6 messages: 2 flagged, 3 not judged, 1 worth a second look",
    ),
]


@pytest.mark.parametrize(("counts", "words"), COUNTED)
def test_a_group_says_what_it_holds_worst_first(counts: dict[Outcome, int], words: str) -> None:
    assert counted(counts) == words


def test_the_days_budget_outlasts_the_process(tmp_path: Path) -> None:
    path, today = tmp_path / "told.json", date(2026, 11, 22)
    standing = Standing(today, told=5, is_full_said=True, quiet=Counter({Outcome.FLAGGED: 2}))
    save_standing(path, standing)
    assert load_standing(path, today) == standing
    assert path.stat().st_mode & 0o777 == 0o600
    tomorrow = load_standing(path, date(2026, 11, 23))
    assert (tomorrow.told, tomorrow.is_full_said, tomorrow.quiet) == (0, False, Counter({Outcome.FLAGGED: 2}))


@pytest.mark.parametrize(
    "damaged", ["", "[]", "{", '{"v": 2}', '{"v": 1, "day": "2026-11-22", "told": -1, "quiet": {}}', "[" * 5000]
)
def test_a_damaged_file_begins_the_day_anew(tmp_path: Path, damaged: str) -> None:
    path = tmp_path / "told.json"
    path.write_text(damaged)
    path.chmod(0o600)
    assert load_standing(path, date(2026, 11, 22)) == Standing(date(2026, 11, 22))
