"""When: the values of `~d` as a span of time.

    7d  24h  2w             not older than that
    2026-11-01              on that day
    2026-11-01..2026-11-21  from the one to the end of the other
    14d..7d                 from 14 days ago to 7 days ago; dates and ages mix
    2026-11-01..  ..7d      one end may be left out

Days are those of the owner's own clock, summer time included.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from guardian.policy.problem import quoted

EXPECTED: Final = "an age (7d, 24h, 2w), a day (2026-11-01) or a range (2026-11-01..2026-11-21)"

BEFORE_ALL_MS: Final = -(10**17)
AFTER_ALL_MS: Final = 10**17
_AGE: Final = re.compile(r"([0-9]{1,5})([hdw])")
_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_UNITS: Final = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def parse_span(text: str, now: datetime) -> tuple[int, int]:
    """First millisecond, and the one after the last. `now` may be naive: then it is the machine's local time.

    Raises ValueError, whose words say what is wrong with `text`.
    """
    first, dots, last = text.partition("..")
    if not dots:
        return _start(first, now), _end(first, now) if _DAY.fullmatch(first) else AFTER_ALL_MS
    if not first and not last:
        raise ValueError(f"expected {EXPECTED}, not {quoted(text)}")
    start = _start(first, now) if first else BEFORE_ALL_MS
    end = _end(last, now) if last else AFTER_ALL_MS
    if start >= end:
        raise ValueError(f"impossible: {quoted(text)} ends before it begins")
    return start, end


def _start(text: str, now: datetime) -> int:
    age, day = _AGE.fullmatch(text), _DAY.fullmatch(text)
    if age is not None:
        return _ms(now) - int(age[1]) * _UNITS[age[2]] // timedelta(milliseconds=1)
    if day is not None:
        return _ms(_midnight(_day(text), now))
    raise ValueError(f"expected {EXPECTED}, not {quoted(text)}")


def _end(text: str, now: datetime) -> int:
    return _ms(_midnight(_day(text) + timedelta(days=1), now)) if _DAY.fullmatch(text) else _start(text, now)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not 1971 <= day.year <= 9000:
        raise ValueError(f"there is no day {quoted(text)}")
    return day


def _midnight(day: date, now: datetime) -> datetime:
    return datetime.combine(day, time(), tzinfo=now.tzinfo)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
