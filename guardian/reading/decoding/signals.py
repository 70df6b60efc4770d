"""Letters written as other signs: Morse (ITU-R M.1677-1) and Braille (English, uncontracted)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from guardian.reading.decoding.base import Candidate, Room

_DOTS: Final = ".\u00b7\u2022\u2219\u22c5"
_DASHES: Final = "\u2010-\u2015\u2212_\u2500-"
_MARK: Final = f"[{_DOTS}{_DASHES}]"
_SIGN: Final = f"{_MARK}{{1,7}}+"
_MORSE: Final = re.compile(rf"{_MARK}(?<!\S{_MARK}){_MARK}{{0,6}}+(?:[/|\r\n\u00a0 \t]++{_SIGN}){{4,}}+(?![^\s/|?!])")
_MORSE_GAP: Final = re.compile(r"\s*[/|\r\n]\s*|[ \t\u00a0]{2,}")
_TO_DOT: Final = re.compile(f"[{_DOTS}]")
_TO_DASH: Final = re.compile(f"[{_DASHES}]")
_MORSE_CODE: Final = (
    "a.- b-... c-.-. d-.. e. f..-. g--. h.... i.. j.--- k-.- l.-.. m-- n-. o--- p.--. q--.- r.-. s... t- u..- v...- "
    "w.-- x-..- y-.-- z--.. 0----- 1.---- 2..--- 3...-- 4....- 5..... 6-.... 7--... 8---.. 9----. ..-.-.- ,--..-- "
    "?..--.. '.----. !-.-.-- /-..-. (-.--. )-.--.- :---... =-...- +.-.-. --....- @.--.-."
)
_MOST_UNKNOWN: Final = 0.1
"""Share of signs that may be none of the code."""

_BRAILLE: Final = re.compile("[\u2800-\u28ff](?:[\u2800-\u28ff \t]*[\u2800-\u28ff]){3,}")
_BRAILLE_CELLS: Final = (
    "a1 b12 c14 d145 e15 f124 g1245 h125 i24 j245 k13 l123 m134 n1345 o135 p1234 q12345 r1235 s234 t2345 u136 v1236 "
    "w2456 x1346 y13456 z1356 ,2 ;23 :25 .256 !235 ?236 '3 -36"
)
_CAPITAL: Final = "\u2820"
_NUMBER: Final = "\u283c"
_DIGITS: Final = dict(zip("abcdefghij", "1234567890", strict=True))


def find_signals(text: str, room: Room) -> Iterator[Candidate]:
    """Runs of Morse, and of Braille."""
    del room
    codes = {entry[1:]: entry[0] for entry in _MORSE_CODE.split()}
    for match in _MORSE.finditer(text):
        decoded = _from_morse(match.group(), codes)
        if decoded:
            yield Candidate("morse", *match.span(), decoded)
    if text.isascii():
        return
    for match in _BRAILLE.finditer(text):
        yield Candidate("braille", *match.span(), _from_braille(match.group()))


def _from_morse(run: str, codes: dict[str, str]) -> str:
    """Words parted by a slash, a bar, a line's end or two blanks; empty where too many signs are none."""
    plain = _TO_DASH.sub("-", _TO_DOT.sub(".", run))
    words = [word.split() for word in _MORSE_GAP.split(plain)]
    signs = sum(map(len, words))
    unknown = sum(sign not in codes for word in words for sign in word)
    if unknown > _MOST_UNKNOWN * signs:
        return ""
    return " ".join("".join(codes.get(sign, "") for sign in word) for word in words)


def _from_braille(run: str) -> str:
    cells = {chr(0x2800 + sum(1 << int(dot) - 1 for dot in entry[1:])): entry[0] for entry in _BRAILLE_CELLS.split()}
    letters, in_number = [], False
    for cell in run:
        if cell in (_CAPITAL, _NUMBER):
            in_number = cell == _NUMBER
            continue
        letter = cells.get(cell, " " if cell in "\u2800 \t" else "\ufffd")
        in_number = in_number and letter in _DIGITS
        letters.append(_DIGITS[letter] if in_number else letter)
    return "".join(letters)
