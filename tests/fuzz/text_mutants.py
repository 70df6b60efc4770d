"""Mutants of anything that is text or a frame: tokens put in, runs cut out, repeated, joined, and bytes flipped.

Invariants: the same seed gives the same mutants; none is longer than `LARGEST_BYTES`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random
from typing import Final

LARGEST_BYTES: Final = 64 * 1024

_TOKENS: Final = tuple(
    token.encode("utf-8")
    for token in (
        *(
            "\0",
            "\n",
            "\r\n",
            "\t",
            " ",
            '"',
            "'",
            "\\",
            "/",
            "=",
            "{",
            "}",
            "[",
            "]",
            "(",
            ")",
            "<",
            ">",
            "&",
            "#",
            "%",
        ),
        *("0", "-1", "1e999", "NaN", "99999999999999999999", "0x7fffffff", "true", "null", "[]", "{}", '"""', "'''"),
        *("\ufeff", "\u200b", "\u200d", "\u00ad", "\u202e", "\u2066", "\u2028", "\u0301", "\u034f", "\u3164", "\ufe0f"),
        *(
            "\U000e0041",
            "\U000e007f",
            "\U000e0100",
            "\ud7ff",
            "\ufffe",
            "\U0010ffff",
            "İ",
            "ß",
            "ﬁ",
            "Ǆ",
            "а",
            "𝐚",
            "ⓐ",
            "🅰",
        ),
        *("🇩🇪", "👩\u200d👧", "1\ufe0f\u20e3", "⠏⠁⠽", ".--. .- -.--", "01110000", "cGF5IG5vdw==", "70 61 79", "%70%61"),
        *(
            "\\x70",
            "\\u0070",
            "&#112;",
            "&lt;",
            "+AHA-",
            "=70",
            "H4sIAAAA",
            "data:text/plain;base64,",
            "xn--",
            "cnl abj",
        ),
        *(
            "<p>",
            "</p>",
            "<!--",
            "-->",
            "<style>",
            "</style>",
            'style="',
            "display:none",
            "<svg>",
            "<table>",
            "<template>",
        ),
        *(
            "~o flagged",
            "~p",
            "~d 7d",
            "~m",
            "!",
            "|",
            "..",
            '"a b"',
            "~n 1..2",
            "[match]",
            "[[exception]]",
            "patterns = [",
        ),
    )
)
_NUMBER: Final = re.compile(rb"\d{1,19}")
_NUMBERS: Final = (
    b"0",
    b"-1",
    b"1",
    b"255",
    b"65536",
    b"4294967296",
    b"9223372036854775808",
    b"1e308",
    b"9" * 400,
    b"",
)


def text_mutant_of(seeds: Sequence[bytes], random: Random) -> bytes:
    """A changed copy of one of the texts."""
    raw = random.choice(seeds)
    for _ in range(random.randint(1, 6)):
        raw = _changed(raw, seeds, random)[:LARGEST_BYTES]
    return raw


def _changed(raw: bytes, seeds: Sequence[bytes], random: Random) -> bytes:
    place = random.randint(0, len(raw))
    size = random.choice((1, 2, 8, 60, 500))
    match random.randrange(9):
        case 0 | 1:
            return raw[:place] + random.choice(_TOKENS) * random.choice((1, 1, 1, 2, 100)) + raw[place:]
        case 2:
            return raw[:place] + raw[place + size :]
        case 3:
            return raw[:place] + raw[place : place + size] * random.choice((2, 3, 50)) + raw[place + size :]
        case 4:
            return (
                raw[:place] + random.randbytes(random.choice((1, 1, 4, 16))) + raw[place + random.choice((0, 1, 4)) :]
            )
        case 5:
            other = random.choice(seeds)
            return raw[:place] + other[random.randint(0, len(other)) :]
        case 6:
            return raw[:place]
        case 7:
            other = random.choice(seeds)
            start = random.randint(0, len(other))
            return raw[:place] + other[start : start + size] + raw[place:]
        case _:
            found = list(_NUMBER.finditer(raw[:20_000]))
            if not found:
                return raw + random.choice(_NUMBERS)
            number = random.choice(found)
            return raw[: number.start()] + random.choice(_NUMBERS) + raw[number.end() :]
