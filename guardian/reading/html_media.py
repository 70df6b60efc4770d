"""Which of a style sheet's rules hold for which reader: one at a desk, one with a telephone, one with a dark screen.

Invariants: a condition that is not known holds for no reader, so that nothing is hidden or shown by it; nothing here
raises. Source: Media Queries 4.
"""

from __future__ import annotations

import re
from enum import IntFlag
from typing import Final

from guardian.reading.html_size import PAGE_WIDTH_PX, USUAL_FONT_PX, length_px

_PHONE_WIDTH_PX: Final = 375.0
_FEATURE: Final = re.compile(r"\(\s*([a-z-]{1,40})\s*(?::\s*([^()]{1,40}?)\s*)?\)")
_MOST_CHARACTERS: Final = 1000


class Reader(IntFlag):
    """For whom a rule holds."""

    NOBODY = 0
    DESK = 1
    """A wide, light screen: what counts as what a person sees."""
    PHONE = 2
    DARK = 4
    EVERYBODY = 7


OTHERS: Final = (Reader.PHONE, Reader.DARK)


def readers_of(conditions: str) -> Reader:
    """Those for whom a list of media queries holds; everybody where it is empty."""
    queries = conditions[:_MOST_CHARACTERS].lower().split(",")
    if not conditions.strip():
        return Reader.EVERYBODY
    held = Reader.NOBODY
    for query in queries:
        held |= _readers_of_one(query.strip())
    return held


def _readers_of_one(query: str) -> Reader:
    is_negated = query.startswith("not ")
    words = _FEATURE.sub(" ", query).split()
    rest = [word for word in words if word not in ("only", "and", "not")]
    held = Reader.EVERYBODY if all(word in ("all", "screen") for word in rest) else Reader.NOBODY
    for name, value in _FEATURE.findall(query):
        held &= _readers_with(name, value)
    return Reader.EVERYBODY & ~held if is_negated else held


def _readers_with(name: str, value: str) -> Reader:
    if name == "prefers-color-scheme":
        return Reader.DARK if value == "dark" else Reader.DESK | Reader.PHONE
    if name in ("hover", "any-hover"):
        return Reader.PHONE if value == "none" else Reader.DESK | Reader.DARK
    if name in ("pointer", "any-pointer"):
        return Reader.PHONE if value == "coarse" else Reader.DESK | Reader.DARK
    if name.endswith("width"):
        bound = length_px(value, USUAL_FONT_PX, PAGE_WIDTH_PX)
        if bound is None:
            return Reader.NOBODY
        is_least = name.startswith("min-")
        wide = bound <= PAGE_WIDTH_PX if is_least else bound >= PAGE_WIDTH_PX
        narrow = bound <= _PHONE_WIDTH_PX if is_least else bound >= _PHONE_WIDTH_PX
        return (Reader.DESK | Reader.DARK if wide else Reader.NOBODY) | (Reader.PHONE if narrow else Reader.NOBODY)
    if "device-pixel-ratio" in name or name in ("min-resolution", "orientation"):
        return Reader.PHONE  # what mail writers mean by it; a desk may have it too
    return Reader.NOBODY
