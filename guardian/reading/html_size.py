"""Lengths of CSS in pixels, as far as it takes to tell something from next to nothing.

Invariant: nothing here raises for any value; what is not known is None. Source: CSS Values 4 (units, section 6;
calc(), min(), max(), clamp(), section 10). A page is taken to be 1280 pixels wide and 800 high.
"""

from __future__ import annotations

import re
from typing import Final

PAGE_WIDTH_PX: Final = 1280.0
PAGE_HEIGHT_PX: Final = 800.0
USUAL_FONT_PX: Final = 16.0
_LENGTH: Final = re.compile(r"([+-]?(?:\d{1,9}\.?\d{0,9}|\.\d{1,9}))(?:e([+-]?\d{1,2}))?(%|[a-z]{0,5})")
_FUNCTION: Final = re.compile(
    r"(?:-webkit-|-moz-)?(calc|min|max|clamp)\(([^()]{1,200}(?:\([^()]{0,100}\)[^()]{0,100}){0,4})\)"
)
_UNITS_PX: Final = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 9.6 / 2.54,
    "q": 2.4 / 2.54,
    "rem": USUAL_FONT_PX,
    "vw": PAGE_WIDTH_PX / 100,
    "vh": PAGE_HEIGHT_PX / 100,
    "vmin": PAGE_HEIGHT_PX / 100,
    "vmax": PAGE_WIDTH_PX / 100,
}
_OF_FONT: Final = {"em": 1.0, "ex": 0.5, "ch": 0.5, "lh": 1.2, "cap": 0.7, "ic": 1.0}
_NAMED_PX: Final = {
    "xx-small": 9.0,
    "x-small": 10.0,
    "small": 13.0,
    "medium": 16.0,
    "large": 18.0,
    "x-large": 24.0,
    "xx-large": 32.0,
    "xxx-large": 48.0,
    "initial": 16.0,
}
_FONT_SHORTHAND: Final = re.compile(
    r"(?:^|\s)((?:[+-]?[\d.]{1,12}(?:%|[a-z]{1,4})|0(?![\d.])|(?:xx?-)?(?:small|large)|medium))"
    r"(?:\s{0,4}/\s{0,4}([\d.]{1,12}[a-z%]{0,4}|normal))?\s+\S"
)


def length_px(value: str, font_px: float, whole_px: float) -> float | None:
    """A length in pixels: `font_px` is the size of the letters, `whole_px` what percentages are of."""
    function = _FUNCTION.fullmatch(value)
    if function is not None:
        return _calculated(function[1], function[2], font_px, whole_px)
    found = _LENGTH.fullmatch(value)
    return None if found is None else _of_match(found, font_px, whole_px)


def font_size_px(value: str, around_px: float) -> float:
    """The size of letters, given the size around; that size where the value is not known."""
    if value in _NAMED_PX:
        return _NAMED_PX[value]
    if value in ("smaller", "larger"):
        return around_px * (5 / 6 if value == "smaller" else 1.2)
    found = length_px(value, around_px, around_px)
    return around_px if found is None or found < 0 else min(found, 10_000.0)


def font_sizes(shorthand: str) -> tuple[str, str]:
    """The size and the height of a line in a `font`, each empty where it names none."""
    found = _FONT_SHORTHAND.search(shorthand)
    return (found[1], found[2] or "") if found else ("", "")


def first_number(value: str) -> float | None:
    """The number that a value begins with, a percentage as a share."""
    found = _LENGTH.match(value)
    if found is None:
        return None
    return _number(found) / (100 if found[3] == "%" else 1)


def _of_match(found: re.Match[str], font_px: float, whole_px: float) -> float | None:
    number, unit = _number(found), found[3]
    if unit == "%":
        return number / 100 * whole_px
    if unit in _OF_FONT:
        return number * _OF_FONT[unit] * font_px
    return number * _UNITS_PX[unit] if unit in _UNITS_PX else (0.0 if number == 0 else None)


def _number(found: re.Match[str]) -> float:
    return float(found[1]) * 10.0 ** int(found[2] or 0)


def _calculated(name: str, inside: str, font_px: float, whole_px: float) -> float | None:
    """A function of lengths: the bound of `min`, `max` and `clamp`; a `calc` where it adds or multiplies plainly."""
    if name == "calc":
        return _sum(inside, font_px, whole_px)
    sizes = [_sum(part, font_px, whole_px) for part in inside.split(",")]
    known = [size for size in sizes if size is not None]
    if len(known) != len(sizes) or not known:
        return None
    if name == "clamp":
        return max(known[0], min(known[1], known[-1])) if len(known) == 3 else None
    return min(known) if name == "min" else max(known)


def _sum(source: str, font_px: float, whole_px: float) -> float | None:
    total, sign, factor = 0.0, 1.0, None
    for word in source.replace("*", " * ").replace("(", " ").replace(")", " ").split():
        if word in ("+", "-"):
            total, factor, sign = total + (factor or 0.0), None, 1.0 if word == "+" else -1.0
        elif word != "*":
            found = _LENGTH.fullmatch(word)
            size = None if found is None else _of_match(found, font_px, whole_px)
            if size is None:
                return None
            factor = sign * size if factor is None else factor * size
    return total + (factor or 0.0)
