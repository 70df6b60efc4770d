"""What of a style takes an element away from a person's eyes, with all that is inside it.

Invariants: nothing here raises for any style; what is not known takes nothing away. Sources: CSS 2.2 (visual
formatting), CSS Masking 1, CSS Transforms 2, CSS Filter Effects 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from guardian.reading.html_size import PAGE_HEIGHT_PX, PAGE_WIDTH_PX, first_number, length_px

MARKED_HIDDEN: Final = "marked as hidden"
NO_BOX: Final = "a box of no size"
FAR_OFF: Final = "far off the page"
_FAR_OFF_PX: Final = 900.0
"""Left of the page or above it, where nothing scrolls; what people write is -9999px."""
_FAR_PAST_PX: Final = 4000.0
"""Right of the page or below it, where nobody scrolls."""
_NOTHING_PX: Final = 1.0
"""Side of a box that shows no letter."""
_LEAST_SCALE: Final = 0.1
_BLURRED_PX: Final = 8.0
_PLACED: Final = frozenset({"absolute", "fixed", "relative", "sticky"})
_CUTTING: Final = frozenset({"hidden", "clip", "scroll", "auto"})
_CALL: Final = re.compile(r"([a-z0-9-]{1,20})\(([^()]{0,200}(?:\([^()]{0,100}\)[^()]{0,100}){0,4})\)")
_SPLIT: Final = re.compile(r"[\s,]+")


def taken_away_by(style: Mapping[str, str], font_px: float) -> str:
    """In words; empty where nothing does. Opacity is not among it, since it adds up."""
    display = style.get("display")
    if display == "none":
        return "display: none"
    if display == "marked":
        return MARKED_HIDDEN
    if style.get("content-visibility") == "hidden":
        return "content-visibility: hidden"
    if _is_cut_off(style, font_px) or _is_clipped(style, font_px):
        return NO_BOX
    if _is_far_off(style, font_px):
        return FAR_OFF
    return _shrunk_by(style, font_px) or _veiled_by(style)


def _is_cut_off(style: Mapping[str, str], font_px: float) -> bool:
    """Whether a box has next to no size and shows nothing beyond its edge."""
    overflow = style.get("overflow", "")
    if not overflow or _CUTTING.isdisjoint(overflow.split()):
        return False
    for side in ("height", "max-height", "width", "max-width", "line-height"):
        value = style.get(side)
        size = None if value is None else length_px(value, font_px, PAGE_WIDTH_PX)
        if size is not None and side == "line-height" and value is not None and not value[-1:].isalpha():
            size *= font_px  # a bare number is of the size of the letters
        if size is not None and size <= _NOTHING_PX:
            return True
    indent = style.get("text-indent")
    return indent is not None and _size(indent, font_px, PAGE_WIDTH_PX) >= PAGE_WIDTH_PX


def _is_clipped(style: Mapping[str, str], font_px: float) -> bool:
    """Whether `clip` or `clip-path` leaves nothing."""
    clip = style.get("clip", "")
    if clip.startswith("rect(") and style.get("position") != "static":
        sides = [_size(part, font_px, 100.0) for part in _SPLIT.split(clip[5:].rstrip(") ").strip())]
        if len(sides) == 4 and "auto" not in clip and (sides[1] - sides[3]) * (sides[2] - sides[0]) <= _NOTHING_PX:
            return True
    call = _CALL.match(style.get("clip-path", ""))
    if call is None:
        return False
    shape, parts = call[1], _SPLIT.split(call[2].strip())
    if shape == "inset":
        sides = [_size(part, font_px, 100.0) for part in call[2].partition("round")[0].split()[:4]] or [0.0]
        down, across = (
            sides[0] + sides[2 % len(sides)],
            sides[1 % len(sides)] + sides[3 if len(sides) > 3 else 1 % len(sides)],
        )
        return max(down, across) >= 100.0 and "%" in call[2]
    if shape in ("circle", "ellipse"):
        radius = length_px(parts[0], font_px, 100.0)
        return radius is not None and radius <= _NOTHING_PX
    return shape == "polygon" and _is_flat(call[2], font_px)


def _is_flat(points: str, font_px: float) -> bool:
    """Whether all points of a polygon lie on one line across or down."""
    pairs = [pair.split() for pair in points.split(",")]
    pairs = [pair for pair in pairs if len(pair) == 2]
    return bool(pairs) and any(len({_size(pair[axis], font_px, 100.0) for pair in pairs}) == 1 for axis in (0, 1))


def _is_far_off(style: Mapping[str, str], font_px: float) -> bool:
    """Whether a box stands where no window reaches."""
    for side, whole in (("margin-left", PAGE_WIDTH_PX), ("margin-top", PAGE_WIDTH_PX), ("text-indent", PAGE_WIDTH_PX)):
        if side in style and _size(style[side], font_px, whole) <= -_FAR_OFF_PX:
            return True
    if "text-indent" in style and _size(style["text-indent"], font_px, PAGE_WIDTH_PX) >= _FAR_PAST_PX:
        return True
    if style.get("position", "absolute") not in _PLACED:
        return False
    for near, far, whole in (("left", "right", PAGE_WIDTH_PX), ("top", "bottom", PAGE_HEIGHT_PX)):
        for side, sign in ((near, 1.0), (far, -1.0)):
            place = sign * _size(style[side], font_px, whole) if side in style else 0.0
            if place <= -_FAR_OFF_PX or place >= _FAR_PAST_PX:
                return True
    is_placed = style.get("position") in _PLACED
    layer = first_number(style.get("z-index", ""))
    return is_placed and layer is not None and layer <= -1


def _shrunk_by(style: Mapping[str, str], font_px: float) -> str:
    """What a transformation does to a box, where nothing is left to see."""
    for name in ("zoom", "scale"):
        values = [first_number(part) for part in style.get(name, "").split()]
        if any(value is not None and abs(value) <= _LEAST_SCALE for value in values):
            return NO_BOX
    moves = [style["translate"]] if "translate" in style else []
    for name, inside in _CALL.findall(style.get("transform", ""))[:8]:
        parts = _SPLIT.split(inside.strip())
        numbers = [first_number(part) for part in parts]
        if name.startswith("scale") and any(each is not None and abs(each) <= _LEAST_SCALE for each in numbers[:2]):
            return NO_BOX
        if name.startswith("matrix") and numbers[0] is not None and abs(numbers[0]) <= _LEAST_SCALE:
            return NO_BOX
        if name in ("rotatex", "rotatey") and _is_edgewise(parts[0]):
            return "turned edgewise"
        if name.startswith("translate"):
            moves.append(" ".join(parts))
    far = (abs(_size(part, font_px, PAGE_WIDTH_PX)) > _FAR_OFF_PX for move in moves for part in move.split()[:2])
    return FAR_OFF if any(far) else ""


def _is_edgewise(angle: str) -> bool:
    number = first_number(angle.replace("deg", "")) if angle.endswith("deg") else None
    return number is not None and number % 180 == 90


def _veiled_by(style: Mapping[str, str]) -> str:
    for name, inside in _CALL.findall(style.get("filter", ""))[:8]:
        number = first_number(inside)
        if number is not None and name == "opacity" and number <= 0.05:
            return "opacity of nothing"
        if number is not None and name == "blur" and number >= _BLURRED_PX:
            return "blurred beyond reading"
    mask = style.get("mask-image", "")
    return "masked away" if "gradient(" in mask and re.search(r"\((?:transparent[,\s)]*)+$", mask) else ""


def _size(value: str, font_px: float, whole_px: float) -> float:
    """In pixels; 0 where it is not known."""
    return length_px(value, font_px, whole_px) or 0.0
