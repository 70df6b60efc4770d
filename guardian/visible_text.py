"""Untrusted text for reading closely: what nobody could see in it becomes visible, and can be counted by name.

`safe_text` makes safe what a terminal would act upon. This goes further, for the eyes: characters without a shape
(zero width, fillers, runs of variation selectors, soft hyphens) become escapes too. Left alone is what honest writing
needs: joiners of emoji and of scripts that join letters, and one variation selector behind a character.

Invariants: the result is `safe_text` of itself; nothing is dropped: a run of one invisible character stands as its
escape with its number; linear in the length of the text.

Sources: Unicode 16 chapters 23.2, 23.4, 23.8, 23.9; Boucher et al. 2021; `guardian.reading.characters` judges them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Final

from guardian.safe_text import safe_text

_SHAPELESS: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e01ef"
)
_JOINED: Final = "\u0590-\u109f\u1780-\u180a\u180f-\u1cff\u2190-\u2bff\u3030-\u303d\ufe0f\U0001f000-\U0001faff"
"""Scripts that join their letters, and signs that are put together."""
_HARMLESS: Final = (
    f"(?<=[{_JOINED}])[\u200c\u200d](?=[{_JOINED}\\s])|(?<![\\s{_SHAPELESS}])[\ufe00-\ufe0f](?![\ufe00-\ufe0f])"
)
_RUN: Final = re.compile(f"({_HARMLESS})|([{_SHAPELESS}])\\2*")
_UNSEEN: Final = re.compile(
    f"({_HARMLESS}|\r(?=\n))|[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{_SHAPELESS}]"
)
_FEWEST_IN_RUN: Final = 4
"""Of one invisible character, from which on their number is told and not each of them shown."""
_MOST_NAMED: Final = 8

_CONTROLS: Final = {
    0x00: "null",
    0x07: "bell",
    0x08: "backspace",
    0x0D: "carriage return",
    0x1B: "escape (it steers a terminal)",
    0x7F: "delete",
    0x90: "device control string",
    0x9B: "control sequence introducer (it steers a terminal)",
    0x9D: "operating system command (it steers a terminal)",
}


def visible_text(text: str) -> str:
    """`text`, safe for a terminal, with every invisible character as an escape such as `\\u{200b}`."""
    return safe_text(_RUN.sub(_shown, text))


def unseen_characters(text: str) -> Counter[str]:
    """How many of each kind of character nobody sees, or a terminal would act upon, by a name in plain words."""
    found: Counter[str] = Counter()
    for match in _UNSEEN.finditer(text):
        if match[1] is None:
            found[match[0]] += 1
    named: Counter[str] = Counter()
    for char, count in found.items():
        named[character_name(char)] += count
    return named


def unseen_words(found: Counter[str]) -> str:
    """The same in one line: `12 zero width space (U+200B), 3 right-to-left override (U+202E)`."""
    shown = [f"{count:,} {name}" for name, count in found.most_common(_MOST_NAMED)]
    more = len(found) - _MOST_NAMED
    return ", ".join(shown) + (f", and {more} more kinds" if more > 0 else "")


def character_name(char: str) -> str:
    """What a character is called, with its number. Characters that are sent in long runs share a name."""
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:
        return "bytes that are no text"
    if 0xE0000 <= code <= 0xE007F:
        return "tag characters (U+E0000 to U+E007F)"
    if 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        return "variation selectors"
    name = _CONTROLS.get(code) or unicodedata.name(char, "control character").lower()
    return f"{name} (U+{code:04X})"


def _shown(match: re.Match[str]) -> str:
    if match[1] is not None:
        return match[0]
    escape = f"\\u{{{ord(match[2]):x}}}" if ord(match[2]) >= 0x100 else f"\\x{ord(match[2]):02x}"
    number = len(match[0])
    return escape * number if number < _FEWEST_IN_RUN else f"{escape}×{number:,}"
