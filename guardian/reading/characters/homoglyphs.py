"""Letters of one alphabet inside the words of another, where they look the same.

A word is in disguise when it mixes alphabets and every foreign letter of it looks like a Latin one (or, in a Russian
word, every Latin letter like a Cyrillic one), or when it is wholly foreign, looks like a word that asks are made of,
and stands in a Latin text. Left alone: units and formulas (µm, kΩ, Δt), a stem with an ending (WhatsAppом), words
quoted from another language, phonetic transcription.

Source: Unicode Technical Standard 39 sections 4 and 5 (skeletons, mixed scripts).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from guardian.reading.characters.base import LOOKALIKE, NOTHING, PLAIN, WEAK, Edit, Look, Trace
from guardian.reading.characters.lookalike_table import BARRED, HOMOGLYPHS
from guardian.reading.characters.vocabulary import asks, is_word

_FOREIGN: Final = (
    "\u0250-\u02af\u0370-\u058f\u07c0-\u07ff\u0c80-\u0d7f\u0e80-\u0eff\u10a0-\u10ff\u13a0-\u167f\u1d00-\u1d2b\u1e9f\u2c80-\u2dff"
    "\ua4d0-\ua4ff\ua640-\ua69f\ua720-\ua7ff\uab30-\uabbf\U00010280-\U000118ff\U00016e00-\U00016fff"
)
_MIXED: Final = re.compile(f"[A-Za-z][{_FOREIGN}]|[{_FOREIGN}][A-Za-z]")
_ANY_FOREIGN: Final = re.compile(f"[{_FOREIGN}]")
_LATIN_RUN: Final = re.compile("[A-Za-z]+")
_FOREIGN_RUN: Final = re.compile(f"[{_FOREIGN}]+")
_WORD: Final = re.compile(f"(?<![^\\W_])(?=[A-Za-z0-9]*+[{_FOREIGN}])(?:[^\\W_]|[\u0300-\u036f])++")
_SWITCH: Final = re.compile(f"[A-Za-z]+|[{_FOREIGN}]+")
_PHONETIC: Final = re.compile("[\u0250-\u02af]")
_SPEECH: Final = frozenset("ˈˌː/[]")
"""What stands around a word of phonetic transcription."""
_TO_CYRILLIC: Final = str.maketrans("aceopxyijsABCEHKMOPTXymkhbt", "асеорхуіјѕАВСЕНКМОРТХумкнвт")
_LOOSE: Final = frozenset("квнмтпьиязшщєёйїηωμλθβө")
"""Small letters that look like others only at a glance: they count where a word mixes alphabets, not alone."""
_GREEK: Final = re.compile("[\u0370-\u03ff\u00b5]")
_GREEK_UNIT: Final = re.compile("[\u03bc\u03c3\u03a9\u0394\u00b5]")
_LONGEST_UNIT: Final = 4
_SHORTEST: Final = 3
"""Letters of a word that counts by itself; shorter ones are read where another word is in disguise."""
_MANY: Final = 3
"""Such words, from which on no slip of the keyboard explains them."""


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    read: str
    is_sure: bool
    """Whether it reads as a known word."""


@cache
def _letters() -> Mapping[int, str]:
    pairs = BARRED + HOMOGLYPHS
    letters = {ord(sign): letter for sign, letter in zip(pairs[::2], pairs[1::2], strict=True)}
    return letters | {0x131: "i"}


def undo_homoglyphs(text: str, present: frozenset[str]) -> Look:
    """Words in one alphabet again."""
    if text.isascii() or not _ANY_FOREIGN.search(text):
        return NOTHING
    latin = sum(map(len, _LATIN_RUN.findall(text)))
    foreign = sum(map(len, _FOREIGN_RUN.findall(text)))
    is_latin = latin > foreign
    if not _MIXED.search(text) and not latin:
        return NOTHING
    mixed, whole, single = [], [], []
    for match in _WORD.finditer(text):
        if _LATIN_RUN.search(match.group()):
            mixed.append(_mixed(match, text, is_latin))
        elif len(match.group()) == 1:
            single.append(match)
        elif is_latin or foreign < 3 * latin:
            whole.append(_whole(match))
    found = [each for each in mixed if each is not None and len(each.read) >= _SHORTEST]
    found += [each for each in mixed if each is not None and len(each.read) < _SHORTEST and found]
    alone = [each for each in whole if each is not None]
    found += [each for each in alone if asks(each.read) or found]
    look = _look(sorted(found, key=lambda each: each.start))
    return Look(sorted([*look.edits, *_singles(single)], key=lambda edit: edit.start), look.traces)


def _look(found: list[_Found]) -> Look:
    score = PLAIN if len(found) >= _MANY or any(asks(each.read) for each in found) else WEAK
    say = "uses letters of another alphabet that look like the ones you expect"
    edits = [Edit(each.start, each.end, each.read) for each in found]
    return Look(edits, [Trace("homoglyphs", LOOKALIKE, each.start, each.end, say, score) for each in found])


def _singles(found: list[re.Match[str]]) -> Iterator[Edit]:
    """Letters that stand alone: of spelled words, whose gaps are closed in a later step."""
    for match in found:
        read = "" if match.group() in _LOOSE else _latin(match.group())
        if read:
            yield Edit(*match.span(), read)


def _mixed(match: re.Match[str], text: str, is_latin: bool) -> _Found | None:
    word = match.group()
    read = _latin(word)
    switches = len(_SWITCH.findall(word)) - 1
    if not read:
        read = word.translate(_TO_CYRILLIC)
        is_slip = switches < 2 or _LATIN_RUN.search(read) is not None
        return None if is_slip else _Found(*match.span(), read, False)
    is_known = is_word(read, 2) and (len(read) >= _SHORTEST or not _GREEK_UNIT.search(word))
    if is_known and not _is_speech(match, text):
        return _Found(*match.span(), read, True)
    if _PHONETIC.search(word) or (_GREEK.search(word) and (len(word) <= _LONGEST_UNIT or switches < 2)):
        return None
    if len(word) < _LONGEST_UNIT or not read.isalpha():
        return None
    if switches < 2 and not (is_latin and len(word) >= 4 and _is_inside_latin(word)):
        return None
    return _Found(*match.span(), read, False)


def _is_inside_latin(word: str) -> bool:
    """Whether one or two foreign letters begin or end a Latin word: no stem with a foreign ending is like that."""
    runs = _FOREIGN_RUN.findall(word)
    return len(runs) == 1 and len(runs[0]) <= 2 and not word[0].isupper()


def _whole(match: re.Match[str]) -> _Found | None:
    word = match.group()
    if len(word) < 3 or any(letter in _LOOSE for letter in word) or _PHONETIC.search(word):
        return None
    read = _latin(word)
    return _Found(*match.span(), read, True) if read and is_word(read) else None


def _latin(word: str) -> str:
    """The word in Latin letters; empty where some letter of it looks like none."""
    read = word.translate(_letters())
    if _ANY_FOREIGN.search(read):
        return ""
    return unicodedata.normalize("NFC", read)


def _is_speech(match: re.Match[str], text: str) -> bool:
    if not _PHONETIC.search(match.group()):
        return False
    around = text[max(match.start() - 1, 0) : match.start()] + text[match.end() : match.end() + 1]
    return any(sign in _SPEECH for sign in around)
