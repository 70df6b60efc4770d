"""Leet: digits and signs that stand for letters, `p4y`, `acc0unt`, `$end`.

Left alone: `b4`, `gr8`, sizes, units, part numbers, e-mail addresses, variables, and passwords as examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guardian.reading.characters.base import LOOKALIKE, NOTHING, PLAIN, WEAK, Edit, Look, Trace
from guardian.reading.characters.vocabulary import asks, is_word, word_for

_LISTED: Final = "0123456789@$!|+€£§¢(µ¥"
_SIGNS: Final = re.escape(_LISTED)
_RUN: Final = re.compile(f"[{_SIGNS}]+")
_TOKEN: Final = re.compile(
    f"(?<![^\\s\"'(\\[,.:;>*–—_-])(?=[A-Za-z]*+[{_SIGNS}])(?=[{_SIGNS}]*+[A-Za-z])"
    f"[A-Za-z{_SIGNS}]{{3,24}}+(?![^\\s\"')\\],.:;?!…<>*–—_-])"
)
_CHARACTERS: Final = frozenset(f"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ{_LISTED}")
_LONGEST: Final = 24
_SHORTEST: Final = 3
"""Letters of a common word that says nothing alone: `b1g`, `n0w`."""
_REPEATED: Final = re.compile(r"(.)\1{2,}")
_TAIL: Final = "!|+("
_MEASURE: Final = re.compile(r"[+$€£(]*[0-9]+[a-z]{1,3}|[A-Za-z]{1,2}[0-9]+|[a-z]{1,4}[0-9]{2,}", re.IGNORECASE)
_PLAIN_LETTERS: Final = str.maketrans("0134578@$!|+€£69§¢(µ¥", "oieastbasiltelggsccuy")
_EXAMPLE_LIST = "password passwords passwort passcode login logins secret secrets security secure"
_EXAMPLES: Final = frozenset(_EXAMPLE_LIST.split())
"""What passwords that are shown as bad examples are made of."""
_SPEAKS_OF_PASSWORDS: Final = re.compile(r"\b(?:pass(?:word|phrase)s?|passwort|passw[oö]rter)\b", re.IGNORECASE)
_MANY: Final = 3


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    written: str
    read: str
    """The known word; empty where it is none."""


def undo_leet(text: str, present: frozenset[str]) -> Look:
    """Digits and signs as letters, in known words; in all such words where several are known."""
    found = [*_tokens(text)]
    known = [each for each in found if each.read]
    distinct = {each.read for each in known if len(each.read) > _SHORTEST or asks(each.read)}
    if not distinct:
        return NOTHING
    if len(distinct) >= 2:
        known = [each if each.read else _plainly(each) for each in found]
    score = _score(text, distinct)
    edits = [Edit(each.start, each.end, _cased(each)) for each in known]
    say = "writes digits and signs in place of letters"
    traces = [Trace("leet", LOOKALIKE, each.start, each.end, say, score) for each in known if score]
    return Look(edits, traces, any(asks(word) for word in distinct))


def _tokens(text: str) -> Iterator[_Word]:
    done = 0
    for run in _RUN.finditer(text):
        before, behind = run.start() - 1, run.end()
        is_inside = (before >= done and text[before].isalpha()) or text[behind : behind + 1].isalpha()
        match = _TOKEN.match(text, _begin(text, run.start(), done)) if is_inside and run.start() >= done else None
        if match is None:
            continue
        done = match.end()
        token = match.group().rstrip(_TAIL)
        lead = len(token) - len(token.lstrip("("))
        token = token[lead:]
        start = match.start() + lead
        end = start + len(token)
        if len(token) < 3 or token.isalpha() or _is_ordinary(token, text[end : end + 2]):
            continue
        yield _Word(start, end, token, _word(token))


def _word(token: str) -> str:
    """The known word that a token is written for, also where signs in it are repeated; empty where there is none."""
    read = word_for(token)
    if read is None and _REPEATED.search(token):
        read = word_for(_REPEATED.sub(r"\1", token))
    return read or ""


def _begin(text: str, place: int, lowest: int) -> int:
    """Where the run of letters and signs begins in which `place` lies; looked for as far back as a word is long."""
    lowest = max(lowest, place - _LONGEST)
    while place > lowest and text[place - 1] in _CHARACTERS:
        place -= 1
    return place


def _is_ordinary(token: str, behind: str) -> bool:
    """Whether it is a measure, a number of something, an address, or a word with a number behind it."""
    stem = token.rstrip("0123456789")
    if _MEASURE.fullmatch(token) and word_for(token) is None:
        return True
    if stem != token and (is_word(stem, 2) and stem.isalpha()):
        return True
    is_address = "@" in token[1:] and behind[:1] == "." and behind[1:].isalnum()
    return is_address or sum(letter.isalpha() for letter in token) < 1


def _plainly(each: _Word) -> _Word:
    return _Word(each.start, each.end, each.written, each.written.lower().translate(_PLAIN_LETTERS))


def _cased(each: _Word) -> str:
    letters = [letter for letter in each.written if letter.isalpha()]
    if len(letters) > 1 and all(letter.isupper() for letter in letters):
        return each.read.upper()
    return each.read.capitalize() if each.written[0].isupper() else each.read


def _score(text: str, distinct: set[str]) -> float:
    asked = {word for word in distinct if asks(word)} - _EXAMPLES
    speaks = _SPEAKS_OF_PASSWORDS.search(text) is not None
    if len(asked) >= 2 or len(distinct) > _MANY or (asked and len(distinct) >= _MANY):
        return WEAK if speaks and len(distinct) <= 2 * _MANY else PLAIN
    return WEAK if asked and not speaks else 0.0
