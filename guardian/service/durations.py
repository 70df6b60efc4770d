"""Lengths of time as the owner writes them: `90s`, `10m`, `2h`; `0` for never."""

from __future__ import annotations

import re
from typing import Final

_DURATION: Final = re.compile(r"(0|[1-9][0-9]{0,6})([smh]?)")
_SECONDS: Final = {"": 60, "s": 1, "m": 60, "h": 3600}
LONGEST_S: Final = 7 * 24 * 3600


def seconds_of(text: str) -> int | None:
    """The length of time in seconds, 0 for `0`; a bare number is minutes. None where it is none, or beyond a week."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    seconds = int(match[1]) * _SECONDS[match[2]]
    return seconds if seconds <= LONGEST_S else None


def in_words(seconds: float) -> str:
    """A length of time, roughly: `45 s`, `12 min`, `3 h`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.0f} h"
