"""Ways of writing a text so that a person still reads it and a filter does not: characters and spacing.

Each function takes an honest string and gives its disguised copy. Deterministic: `random.Random(seed of the text)`.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable

_WORD = re.compile(r"[^\W_]{3,}")
_HOMOGLYPHS = str.maketrans("aceopxyiABCEHKMOPTX", "асеорхуіАВСЕНКМОРТХ")
_SMALL_CAPITALS = dict(zip("abcdefghijklmnopqrtuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀᴛᴜᴠᴡʏᴢ", strict=True))
_LEET = str.maketrans("aeiostAEIOST", "43105743105 7".replace(" ", ""))
_CYCLE = ("\u0300", "\u0301", "\u0302", "\u0308", "\u0330", "\u0331", "\u0323", "\u0336")


def _in_words(text: str, change: Callable[[str], str]) -> str:
    return _WORD.sub(lambda match: change(match[0]), text)


def _joined(glue: str) -> Callable[[str], str]:
    return lambda text: _in_words(text, glue.join)


zero_width_spaces = _joined("\u200b")
zero_width_joiners = _joined("\u200d")
word_joiners = _joined("\u2060")
soft_hyphens = _joined("\u00ad")
hangul_fillers = _joined("\u3164")
hair_spaces = _joined("\u200a")


def tag_letters(text: str) -> str:
    """The text in the tag block, behind a sentence that anybody may see."""
    return "See you at the market on Saturday." + "".join(chr(0xE0000 + ord(c)) for c in text if 32 <= ord(c) < 127)


def variation_selectors(text: str) -> str:
    """The bytes of the text as variation selectors behind an emoji."""
    hidden = "".join(chr(0xFE00 + byte if byte < 16 else 0xE0100 + byte - 16) for byte in text.encode())
    return f"Lovely pictures \U0001f60a{hidden} from the garden."


def bidi_override(text: str) -> str:
    """Every line stored backwards, and shown forwards by an override."""
    return "\n".join(f"\u202e{line[::-1]}\u202c" for line in text.split("\n"))


def mark_flood(text: str) -> str:
    """Four combining marks on every letter."""
    return "".join(
        c + "".join(_CYCLE[(at + n) % 7] for n in range(4)) if c.isalpha() else c for at, c in enumerate(text)
    )


def struck_through(text: str) -> str:
    """A stroke through every letter."""
    return "".join(c + "\u0336" if c.isalpha() else c for c in text)


def homoglyphs(text: str) -> str:
    """Latin letters by the Cyrillic ones that look the same."""
    return text.translate(_HOMOGLYPHS)


def _offset(upper: int, lower: int, digit: int = 0) -> Callable[[str], str]:
    def change(text: str) -> str:
        found = []
        for c in text:
            if "A" <= c <= "Z":
                found.append(chr(upper + ord(c) - 65))
            elif "a" <= c <= "z":
                found.append(chr(lower + ord(c) - 97))
            elif digit and "0" <= c <= "9":
                found.append(chr(digit + ord(c) - 48))
            else:
                found.append(c)
        return "".join(found)

    return change


full_width = _offset(0xFF21, 0xFF41, 0xFF10)
mathematical_bold = _offset(0x1D400, 0x1D41A, 0x1D7CE)
circled = _offset(0x24B6, 0x24D0)
squared = _offset(0x1F130, 0x1F130)
_regional = _offset(0x1F1E6, 0x1F1E6)


def regional_letters(text: str) -> str:
    """Flag letters, parted so that no two make a flag."""
    return _in_words(text, lambda word: "\u200a".join(_regional(word)))


def small_capitals(text: str) -> str:
    """Letters by phonetic small capitals."""
    return "".join(_SMALL_CAPITALS.get(c, c) for c in text)


def letter_spacing(text: str) -> str:
    """A space behind every letter, three behind a word."""
    return "   ".join(" ".join(word) for word in text.split())


def dotted(text: str) -> str:
    """A full stop between letters."""
    return _in_words(text, ".".join)


def underscored(text: str) -> str:
    """An underscore between letters."""
    return _in_words(text, "_".join)


def one_letter_a_line(text: str) -> str:
    """A line break behind every letter, an empty line behind a word."""
    return "\n\n".join("\n".join(word) for word in text.split())


def leet(text: str) -> str:
    """Letters by digits that look like them; addresses and numbers stay."""
    return _in_words(text, lambda word: word.translate(_LEET))


def repeated_letters(text: str) -> str:
    """One letter in each word of four and more, three times."""

    def stretch(word: str) -> str:
        at = random.Random(zlib.crc32(word.encode())).randrange(1, len(word))
        return word[:at] + word[at] * 4 + word[at + 1 :] if len(word) >= 4 else word

    return _in_words(text, stretch)


def odd_white_space(text: str) -> str:
    """Every space by one that is none in ASCII."""
    odd = ("\u2003", "\u2007", "\u3000", "\u205f", "\u1680")
    return "".join(odd[at % len(odd)] if c == " " else c for at, c in enumerate(text))
