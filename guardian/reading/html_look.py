"""How text looks at one place of an HTML document: whether a person sees it.

Invariants: a look is a plain value, inherited from the element around; nothing here raises for any style. What is not
known (a colour by an unknown name, a picture as background) counts as seen.

Sources: CSS Display 3, CSS Color 4, CSS 2.2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

Colour = tuple[int, int, int]

PROPERTIES = frozenset(
    {
        *("display", "visibility", "opacity", "font-size", "color", "background", "background-color"),
        *("overflow", "overflow-y", "height", "max-height", "width", "max-width"),
        *("text-indent", "left", "top", "margin-left", "margin-top", "clip", "clip-path"),
    }
)
"""The properties that are read; the rest of a style is not kept."""

_NUMBER = re.compile(r"([+-]?(?:\d{1,9}\.?\d{0,9}|\.\d{1,9}))(%|[a-z]*)")
_FUNCTION = re.compile(r"rgba?\(([^()]{1,80})\)")
# fmt: off
_NAMED_COLOURS = {
    "black": "000000", "silver": "c0c0c0", "gray": "808080", "grey": "808080", "white": "ffffff", "maroon": "800000",
    "red": "ff0000", "purple": "800080", "fuchsia": "ff00ff", "green": "008000", "lime": "00ff00", "olive": "808000",
    "yellow": "ffff00", "navy": "000080", "blue": "0000ff", "teal": "008080", "aqua": "00ffff", "snow": "fffafa",
    "whitesmoke": "f5f5f5", "ivory": "fffff0", "ghostwhite": "f8f8ff", "floralwhite": "fffaf0",
}
# fmt: on
"""The names of CSS 1 and the near-whites that text is hidden with."""

_WHITE: Colour = (255, 255, 255)
_LINK_BLUE: Colour = (0, 0, 238)
_SAME_COLOUR = 8
"""Difference per channel (of 255) that nobody sees."""
_CLEAR_ALPHA = 0.02
"""Opacity that nobody sees."""
_UNREADABLE_PX = 1.0
"""Font size in pixels or points that nobody can read."""
_FAR_OFF_PX = -900.0
"""Position left of or above the page where nothing shows; what people write is -9999px."""
_ABOUT_PX = {"em": 16.0, "rem": 16.0, "vw": 10.0, "vh": 10.0, "%": 10.0}
"""Pixels in one of a unit, about."""


@dataclass(frozen=True, slots=True)
class Look:
    """How text looks at one place of the tree."""

    is_gone: bool = False
    """Taken away with all that is inside: nothing inside can come back."""
    gone_by: str = ""
    """By what, in words; empty unless it is."""
    is_invisible: bool = False
    """`visibility`: an element inside can be visible again."""
    is_unreadable: bool = False
    """Font of no size: an element inside can have a size again."""
    is_clear: bool = False
    """The colour of the text is transparent; an element inside can have another."""
    colour: Colour | None = (0, 0, 0)
    """Colour of the text; None where it is not known."""
    background: Colour | None = _WHITE
    """Colour behind it; None where it is not known."""

    @property
    def is_shown(self) -> bool:
        """Whether a person sees the text."""
        if self.is_gone or self.is_invisible or self.is_unreadable or self.is_clear:
            return False
        if self.colour is None or self.background is None:
            return True
        return any(abs(a - b) > _SAME_COLOUR for a, b in zip(self.colour, self.background, strict=True))

    @property
    def why_unseen(self) -> str:
        """By what the text is kept from a person's eyes, in words; empty where they see it."""
        if self.is_shown:
            return ""
        if self.is_gone:
            return self.gone_by
        if self.is_invisible:
            return "visibility: hidden"
        if self.is_unreadable:
            return "letters of no size"
        if self.is_clear:
            return "transparent letters"
        return "white on white" if self.background == _WHITE else "letters in the colour behind them"

    def as_link(self) -> Look:
        """The look of a link before any style."""
        return replace(self, colour=_LINK_BLUE, is_clear=False)

    def taken_away(self, by: str) -> Look:
        """The same, taken away; `by` says by what, where nothing around it was before."""
        return replace(self, is_gone=True, gone_by=self.gone_by or by)

    def styled(self, style: Mapping[str, str]) -> Look:
        """The look inside an element with this style (properties and values in lower case)."""
        look = _coloured(self, style)
        if "visibility" in style:
            look = replace(look, is_invisible=style["visibility"] in ("hidden", "collapse"))
        if "font-size" in style:
            look = replace(look, is_unreadable=_is_unreadable(style["font-size"], look.is_unreadable))
        gone_by = _gone_by(style)
        return look.taken_away(gone_by) if gone_by else look


def _coloured(look: Look, style: Mapping[str, str]) -> Look:
    value = style.get("color")
    if value is not None and value != "inherit":
        look = replace(look, colour=_colour(value), is_clear=_is_clear(value))
    for name in ("background", "background-color"):
        value = style.get(name)
        if value is not None and not _is_clear(value) and value not in ("none", "inherit", "initial"):
            look = replace(look, background=_background(value))
    return look


def _gone_by(style: Mapping[str, str]) -> str:
    """What of a style takes its element away, in words; empty where nothing does."""
    if style.get("display") == "none":
        return "display: none"
    if _is_at_most(style.get("opacity"), _CLEAR_ALPHA):
        return "opacity of nothing"
    if _is_clipped(style):
        return "a box of no size"
    return "far off the page" if _is_far_off(style) else ""


def _is_clipped(style: Mapping[str, str]) -> bool:
    """Whether a box is cut down to nothing."""
    if style.get("overflow") in ("hidden", "clip") or style.get("overflow-y") == "hidden":
        sizes = ("height", "max-height", "width", "max-width")
        if any(_is_at_most(style.get(name), 0) for name in sizes):
            return True
    clip = re.sub(r"px|[\s,]", "", style.get("clip", ""))  # the screen-reader idiom, in its spellings
    return clip in ("rect(0000)", "rect(1111)") or style.get("clip-path") in ("inset(50%)", "inset(100%)")


def _is_far_off(style: Mapping[str, str]) -> bool:
    """Whether a box stands where no window reaches."""
    sides = ("text-indent", "left", "top", "margin-left", "margin-top")
    numbers = (_NUMBER.match(style[side]) for side in sides if side in style)
    return any(float(n[1]) * _ABOUT_PX.get(n[2], 1.0) <= _FAR_OFF_PX for n in numbers if n is not None)


def _is_unreadable(value: str, inherited: bool) -> bool:
    number = _NUMBER.match(value)
    if number is None:
        return inherited and value in ("inherit", "smaller", "larger")
    size, unit = float(number[1]), number[2]
    if unit in ("%", "em", "ex", "ch"):  # of the size around
        return inherited or size == 0
    return size <= _UNREADABLE_PX if unit in ("", "px", "pt") else size == 0


def _is_at_most(value: str | None, bound: float) -> bool:
    number = _NUMBER.match(value) if value else None
    return number is not None and float(number[1]) / (100 if number[2] == "%" else 1) <= bound


def _is_clear(value: str) -> bool:
    if value == "transparent":
        return True
    function = _FUNCTION.match(value)
    if function is None:
        return value.startswith("#") and (
            (len(value) == 5 and value[-1] == "0") or (len(value) == 9 and value[-2:] == "00")
        )
    parts = re.split(r"[\s,/]+", function[1].strip())
    return len(parts) == 4 and _is_at_most(parts[3], _CLEAR_ALPHA)


def _background(value: str) -> Colour | None:
    if "url(" in value or "gradient" in value:
        return None
    function = _FUNCTION.search(value)
    words = [function.group()] if function else value.split()
    return next((colour for word in words if (colour := _colour(word)) is not None), None)


def _colour(value: str) -> Colour | None:
    """The colour that a value names; None where it is not known."""
    function = _FUNCTION.match(value)
    if function is not None:
        numbers = _NUMBER.findall(function[1])[:3]
        channels = [min(max(int(float(number) * (2.55 if unit == "%" else 1)), 0), 255) for number, unit in numbers]
        return (channels[0], channels[1], channels[2]) if len(channels) == 3 else None
    digits = _NAMED_COLOURS.get(value) or value.removeprefix("#")
    if re.fullmatch("[0-9a-f]{3,4}", digits):
        digits = "".join(2 * digit for digit in digits)
    if not re.fullmatch("[0-9a-f]{6}(?:[0-9a-f]{2})?", digits):
        return None
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
