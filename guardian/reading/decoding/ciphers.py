"""Words written otherwise: shifted in the alphabet (rot13 and the other Caesar shifts), mirrored in it (Atbash), turned
round, and spelled out (the alphabet of NATO).

Everyday English words, as each of these ways writes them, are looked up in one pass; only lines that have two of one
way are looked at again. What comes out must be English by its words and by its letters, and more so than what stood.

Invariants: linear; deterministic; nothing is found in a line of everyday English.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from string import ascii_lowercase, ascii_uppercase
from typing import Final

from guardian.reading.decoding.base import Candidate, Room
from guardian.reading.decoding.meaning import letter_bits
from guardian.reading.decoding.words import COMMON, KNOWN, VERBS

_SHIFTS: Final = tuple(range(1, 26))
_ROT13: Final = 13
_ATBASH: Final = 26
_TURNED: Final = 27
"""Numbers of the ways; those below 26 are the letters that a word is shifted by to be read."""

_RUN_OF_LETTERS: Final = re.compile(b"[a-z]+")
_ANY_WORD: Final = re.compile("[A-Za-z]+(?:'[A-Za-z]+)?")
_LINE: Final = re.compile(r"[^\n.!?]{5,1500}")
_TO_LETTERS: Final = bytes(code | 0x20 if chr(code).isalpha() and code < 128 else ord(" ") for code in range(256))
"""Letters to small ones, everything else to blanks."""
_BLOCK: Final = 8192
"""Characters that are looked at together at most."""
_FEWEST_SIGNS: Final = 2
"""Different words of one way that a line must have."""
_FEWEST_LETTERS: Final = 8
_FEWEST_TURNED: Final = 10
"""Letters of what is turned round: shells end what they begin by turning its name round."""
_KNOWN_SHARE: Final = 0.5
"""Share of the words that must be known once decoded."""
_FEWEST_BITS: Final = 0.2
_GAINED_BITS: Final = 0.5
"""By how much the decoded letters must be likelier than those that stand there."""
_LEAD_WORDS: Final = "a an the your my our this these any all to in on at for with"
_LEADS: Final = frozenset(_LEAD_WORDS.split())
"""Words that stand ahead of a noun: they tell forward from backward."""

_SPELLING: Final = """
    alfa bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec romeo
    sierra tango uniform victor whiskey xray yankee zulu alpha juliet x-ray whisky
"""
_NATO: Final = _SPELLING.split()
_NATO_WORDS: Final = frozenset(word.encode("ascii") for word in _NATO)
_NATO_RUN: Final = re.compile(
    rf"\b(?:{'|'.join(_NATO)}|space)(?:[\s,.;/|-]{{1,3}}(?:{'|'.join(_NATO)}|space)\b){{3,}}", re.IGNORECASE
)


def find_ciphers(text: str, room: Room) -> Iterator[Candidate]:
    """Runs of words that read as English once they are written the other way."""
    del room
    letters = text.encode("ascii", "replace").translate(_TO_LETTERS)  # one byte a character, so places stay true
    for start, end in _blocks(text):
        words = set(letters[start:end].split())
        hits = _signs().keys() & words
        votes = Counter(way for word in hits for way in _signs()[word])
        ways = {way for way, count in votes.items() if count >= _FEWEST_SIGNS}
        if ways:
            signs = {word for word in hits if not ways.isdisjoint(_signs()[word])}
            for line in _LINE.finditer(text, start, end):
                yield from _in_line(line.group(), letters[line.start() : line.end()], line.start(), signs)
        if len(_NATO_WORDS & words) > _FEWEST_SIGNS:
            for match in _NATO_RUN.finditer(text, start, end):
                spelled = re.findall(r"x-ray|\w+", match.group().lower())
                said = "".join(" " if word == "space" else word[0] for word in spelled)
                yield Candidate("nato", *match.span(), said)


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """The text in blocks that end with a line or a sentence, so that words far apart are not put together."""
    start = 0
    while start < len(text):
        end = start + _BLOCK
        if end < len(text):
            end = max(text.rfind("\n", start, end), text.rfind(". ", start, end)) + 1 or end
        yield start, end
        start = end


@cache
def _signs() -> dict[bytes, tuple[int, ...]]:
    """Words as the ways write them, with the ways; none that is an English word itself."""
    small = [word for word in COMMON if 3 <= len(word) <= 4]
    known = [word for word in KNOWN if len(word) >= 3]
    signs: dict[bytes, tuple[int, ...]] = {}
    for way in (*_SHIFTS, _ATBASH, _TURNED):
        for word in known if way in (_ROT13, _ATBASH, _TURNED) else small:
            written = word[::-1] if way == _TURNED else word.translate(_writing(way))
            if written not in KNOWN:
                key = written.encode("ascii")
                signs[key] = (*signs.get(key, ()), way)
    return signs


@cache
def _reading(way: int) -> dict[int, int]:
    """The translation that reads a text of one way."""
    alphabet = ascii_lowercase[::-1] if way == _ATBASH else ascii_lowercase[way:] + ascii_lowercase[:way]
    return str.maketrans(ascii_lowercase + ascii_uppercase, alphabet + alphabet.upper())


@cache
def _writing(way: int) -> dict[int, int]:
    return _reading(way if way == _ATBASH else 26 - way)


def _in_line(line: str, letters: bytes, offset: int, signs: set[bytes]) -> Iterator[Candidate]:
    """What one line says in the way of which it has most words. `letters`: it in small letters and blanks."""
    found = signs.intersection(letters.split())
    if len(found) < _FEWEST_SIGNS:
        return
    votes = Counter(way for word in found for way in _signs()[word])
    for way, count in votes.most_common(2):
        if count < _FEWEST_SIGNS:
            return
        start, end = _extent(letters, {word for word in found if way in _signs()[word]})
        run = line[start:end]
        decoded = _turned(run) if way == _TURNED else run.translate(_reading(way))
        if _is_english(decoded, run, _FEWEST_TURNED if way == _TURNED else _FEWEST_LETTERS):
            kind = {_ROT13: "rot13", _ATBASH: "atbash", _TURNED: "reversed"}.get(way, "caesar")
            yield Candidate(kind, offset + start, offset + end, decoded)
            return


def _extent(letters: bytes, signs: set[bytes]) -> tuple[int, int]:
    """From the first of the signs to the last, with the words beside them that are not plain English."""
    words = [(*match.span(), match.group()) for match in _RUN_OF_LETTERS.finditer(letters)]
    places = [number for number, (_, _, word) in enumerate(words) if word in signs]
    first, last = places[0], places[-1]
    while first and words[first - 1][2].decode("ascii") not in KNOWN:
        first -= 1
    while last + 1 < len(words) and words[last + 1][2].decode("ascii") not in KNOWN:
        last += 1
    return words[first][0], words[last][1]


def _is_english(decoded: str, run: str, fewest_letters: int) -> bool:
    words = _ANY_WORD.findall(decoded.lower())
    if sum(map(len, words)) < fewest_letters:
        return False
    known = sum(map(KNOWN.__contains__, words))
    was_known = sum(map(KNOWN.__contains__, _ANY_WORD.findall(run.lower())))
    if known < _KNOWN_SHARE * len(words) or known <= 2 * was_known:
        return False
    bits = letter_bits(decoded)
    return bits > _FEWEST_BITS and bits > letter_bits(run) + _GAINED_BITS


def _turned(run: str) -> str:
    """The run turned round as a whole, or word by word, whichever puts small words ahead of nouns."""
    whole, by_word = run[::-1], _ANY_WORD.sub(lambda match: match.group()[::-1], run)
    return by_word if _leads(by_word) > _leads(whole) else whole


def _leads(text: str) -> int:
    """How many signs there are that the words stand in their order."""
    words = _ANY_WORD.findall(text.lower())
    pairs = pairwise(words)
    ahead = sum(first in _LEADS and second not in _LEADS and second not in VERBS for first, second in pairs)
    return ahead + text[:1].isupper() - (words[-1:] != [] and words[-1] in _LEADS)
