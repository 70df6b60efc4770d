"""Words for numbers: ages, shares, durations. Pure."""

from __future__ import annotations

from datetime import datetime

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400


def age_words(at_ms: int, now_ms: int) -> str:
    """`just now`, `5 minutes ago`, `3 hours ago`, `9 days ago`; a time that is yet to come is `in the future`."""
    age_s = (now_ms - at_ms) / 1000
    if age_s < -_MINUTE_S:
        return "in the future, by this machine's clock"
    if age_s < _MINUTE_S:
        return "just now"
    if age_s < _HOUR_S:
        return counted(int(age_s // _MINUTE_S), "minute") + " ago"
    if age_s < 2 * _DAY_S:
        return counted(int(age_s // _HOUR_S), "hour") + " ago"
    return counted(int(age_s // _DAY_S), "day") + " ago"


def clock_words(at_ms: int, now_ms: int) -> str:
    """`17:45` today, else `20 Nov 17:45`, by this machine's clock; `?` for a time that no calendar has."""
    try:
        moment, now = (datetime.fromtimestamp(each / 1000).astimezone() for each in (at_ms, now_ms))
    except (ValueError, OverflowError, OSError):
        return "?"
    return moment.strftime("%H:%M") if moment.date() == now.date() else f"{moment.day} {moment:%b %H:%M}"


def ms_words(value_ms: float) -> str:
    """`14 ms` or `2.1 s`."""
    return f"{value_ms:.0f} ms" if value_ms < 1000 else f"{value_ms / 1000:.1f} s"


def share_words(part: int, whole: int) -> str:
    """`3 of 120 (2.5 %)`."""
    return f"{part:,} of {whole:,} ({part / whole:.1%})" if whole else "none yet"


def size_words(size_bytes: float) -> str:
    """`1.4 GB`, in units of 1,000."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size_bytes < 1000:
            return f"{size_bytes:,.0f} {unit}" if unit == "bytes" else f"{size_bytes:,.1f} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:,.1f} TB"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 hour`, `2 hours`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
