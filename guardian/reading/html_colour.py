"""Colours of CSS: what a value names, what lies over what, and whether a person can tell two apart.

Invariants: nothing here raises for any value; what is not known is None and never a guess. Source: CSS Color 4 (names,
section 6.1; hexadecimal, 5.2; rgb() and hsl(), 5.1 and 7).
"""

from __future__ import annotations

import colorsys
import re
from typing import Final, NamedTuple


class Colour(NamedTuple):
    """Red, green and blue from 0 to 255, and how much of what lies behind it a colour covers."""

    red: int
    green: int
    blue: int
    alpha: float = 1.0


BLACK: Final = Colour(0, 0, 0)
WHITE: Final = Colour(255, 255, 255)
LINK_BLUE: Final = Colour(0, 0, 238)
CLEAR: Final = Colour(0, 0, 0, 0.0)
CLEAR_ALPHA: Final = 0.05
"""Opacity of letters that nobody sees: black ones on white are then lighter than #f2f2f2."""
_ALIKE: Final = 20
"""Difference per channel (of 255) that letters cannot be read by: #ebebeb on white has a contrast of 1.2 to 1, where
WCAG 2 (1.4.3) asks for 4.5 to 1 and calls nothing below 3 to 1 readable."""
_FUNCTION: Final = re.compile(r"(rgb|hsl)a?\(([^()]{1,80})\)")
_HEXADECIMAL: Final = re.compile(r"#?(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_IN_GRADIENT: Final = re.compile(r"(?:rgb|hsl)a?\([^()]{1,80}\)|#[0-9a-f]{3,8}\b|\b[a-z]{3,20}\b")
_PARTS: Final = re.compile(r"[\s,/]+")
_NUMBER: Final = re.compile(r"([+-]?(?:\d{1,9}\.?\d{0,9}|\.\d{1,9}))(%|deg|turn|rad|grad)?")
_MOST_IN_GRADIENT: Final = 16
# fmt: off
_NAME_LIST: Final = (
    "aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque ffe4c4"
    " black 000000 blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a burlywood deb887 cadetblue 5f9ea0"
    " chartreuse 7fff00 chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc crimson dc143c cyan 00ffff"
    " darkblue 00008b darkcyan 008b8b darkgoldenrod b8860b darkgray a9a9a9 darkgrey a9a9a9 darkgreen 006400"
    " darkkhaki bdb76b darkmagenta 8b008b darkolivegreen 556b2f darkorange ff8c00 darkorchid 9932cc darkred 8b0000"
    " darksalmon e9967a darkseagreen 8fbc8f darkslateblue 483d8b darkslategray 2f4f4f darkslategrey 2f4f4f"
    " darkturquoise 00ced1 darkviolet 9400d3 deeppink ff1493 deepskyblue 00bfff dimgray 696969 dimgrey 696969"
    " dodgerblue 1e90ff firebrick b22222 floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc"
    " ghostwhite f8f8ff gold ffd700 goldenrod daa520 gray 808080 grey 808080 green 008000 greenyellow adff2f"
    " honeydew f0fff0 hotpink ff69b4 indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa"
    " lavenderblush fff0f5 lawngreen 7cfc00 lemonchiffon fffacd lightblue add8e6 lightcoral f08080 lightcyan e0ffff"
    " lightgoldenrodyellow fafad2 lightgray d3d3d3 lightgrey d3d3d3 lightgreen 90ee90 lightpink ffb6c1"
    " lightsalmon ffa07a lightseagreen 20b2aa lightskyblue 87cefa lightslategray 778899 lightslategrey 778899"
    " lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00 limegreen 32cd32 linen faf0e6 magenta ff00ff maroon 800000"
    " mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db mediumseagreen 3cb371"
    " mediumslateblue 7b68ee mediumspringgreen 00fa9a mediumturquoise 48d1cc mediumvioletred c71585 midnightblue 191970"
    " mintcream f5fffa mistyrose ffe4e1 moccasin ffe4b5 navajowhite ffdead navy 000080 oldlace fdf5e6 olive 808000"
    " olivedrab 6b8e23 orange ffa500 orangered ff4500 orchid da70d6 palegoldenrod eee8aa palegreen 98fb98"
    " paleturquoise afeeee palevioletred db7093 papayawhip ffefd5 peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd"
    " powderblue b0e0e6 purple 800080 rebeccapurple 663399 red ff0000 rosybrown bc8f8f royalblue 4169e1"
    " saddlebrown 8b4513 salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d silver c0c0c0"
    " skyblue 87ceeb slateblue 6a5acd slategray 708090 slategrey 708090 snow fffafa springgreen 00ff7f steelblue 4682b4"
    " tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 turquoise 40e0d0 violet ee82ee wheat f5deb3 white ffffff"
    " whitesmoke f5f5f5 yellow ffff00 yellowgreen 9acd32 canvas ffffff canvastext 000000 window ffffff"
    " windowtext 000000"
)
# fmt: on
_NAMES: Final = dict(zip(_NAME_LIST.split()[::2], _NAME_LIST.split()[1::2], strict=True))


def read_colour(value: str) -> Colour | None:
    """The colour that a value in lower case names; None where it is not known."""
    if value == "transparent":
        return CLEAR
    function = _FUNCTION.match(value)
    if function is not None:
        return _of_function(function[1], function[2])
    digits = _NAMES.get(value)
    if digits is None:
        if not _HEXADECIMAL.fullmatch(value):
            return None
        digits = value.removeprefix("#")
    if len(digits) < 6:
        digits = "".join(2 * digit for digit in digits)
    alpha = int(digits[6:8], 16) / 255 if len(digits) == 8 else 1.0
    return Colour(int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16), alpha)


def read_background(value: str) -> Colour | None:
    """The colour that a `background` shows; None for a picture, and for a gradient between colours that differ."""
    if "gradient(" in value:
        found = [read_colour(word) for word in _IN_GRADIENT.findall(value, value.index("gradient("))]
        colours = [colour for colour in found if colour is not None][:_MOST_IN_GRADIENT]
        return colours[0] if colours and all(is_alike(colours[0], other) for other in colours) else None
    if "url(" in value:
        return None
    function = _FUNCTION.search(value)
    words = [function.group()] if function else value.split()[:_MOST_IN_GRADIENT]
    return next((colour for word in words if (colour := read_colour(word)) is not None), None)


def laid_over(front: Colour, back: Colour, opacity: float = 1.0) -> Colour:
    """What a person sees of `front` in front of `back`, the front's opacity lessened by `opacity`."""
    share = front.alpha * opacity
    mixed = [round(share * a + (1 - share) * b) for a, b in zip(front[:3], back[:3], strict=True)]
    return Colour(mixed[0], mixed[1], mixed[2])


def is_alike(one: Colour, other: Colour) -> bool:
    """Whether letters of the one colour on the other cannot be read."""
    return all(abs(a - b) <= _ALIKE for a, b in zip(one[:3], other[:3], strict=True))


def _of_function(kind: str, inside: str) -> Colour | None:
    numbers = [_NUMBER.match(part) for part in _PARTS.split(inside.strip())]
    if len(numbers) not in (3, 4) or any(number is None for number in numbers):
        return None
    parts = [(float(number[1]), number[2] or "") for number in numbers if number is not None]
    alpha = min(max(_share(parts[3], 1.0), 0.0), 1.0) if len(parts) == 4 else 1.0
    if kind == "rgb":
        red, green, blue = (_channel(_share(part, 255.0)) for part in parts[:3])
        return Colour(red, green, blue, alpha)
    turn = {"turn": 1.0, "rad": 6.283185307179586, "grad": 400.0}.get(parts[0][1], 360.0)
    saturation, lightness = (min(max(number / 100, 0.0), 1.0) for number, _ in parts[1:3])
    channels = colorsys.hls_to_rgb(parts[0][0] / turn % 1.0, lightness, saturation)
    red, green, blue = (_channel(255 * channel) for channel in channels)
    return Colour(red, green, blue, alpha)


def _share(part: tuple[float, str], whole: float) -> float:
    number, unit = part
    return number / 100 * whole if unit == "%" else number


def _channel(value: float) -> int:
    return min(max(round(value), 0), 255)
