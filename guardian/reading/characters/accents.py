"""English words under accents that English does not write, so that a filter reads no word.

Left alone: every language that has accents. Only where most accented words of a text are English words, an ask among
them, are the accents taken for a disguise.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Final

from guardian.reading.characters.base import LOOKALIKE, NOTHING, PLAIN, WEAK, Edit, Look, Trace
from guardian.reading.characters.lookalike_table import BARRED
from guardian.reading.characters.vocabulary import asks, is_word

_LETTER: Final = "A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_ACCENTED: Final = re.compile(f"(?<![{_LETTER}])[A-Za-z]*+[\u00c0-\u024f\u1e00-\u1eff][{_LETTER}]*+")
_ACCENT: Final = re.compile("[\u0300-\u036f]")
_FEWEST: Final = 3
_LONG: Final = 4
"""Letters of a word that counts: shorter ones mean something in many languages."""
_MANY: Final = 8
"""Different English words, from which on no ask among them is needed."""
_SHARE: Final = 0.6
"""Share of the long accented words that are English ones without their accents."""
_MANY_ACCENTS: Final = 3
"""Accents in one word, from which on one word is enough."""


@cache
def _barred() -> Mapping[int, str]:
    return {ord(sign): letter for sign, letter in zip(BARRED[::2], BARRED[1::2], strict=True)}


def undo_accents(text: str, present: frozenset[str]) -> Look:
    """English words without their accents."""
    if text.isascii() or not any("\u00c0" <= sign <= "\u024f" or "\u1e00" <= sign <= "\u1eff" for sign in present):
        return NOTHING
    found = [(match, _bare(match.group())) for match in _ACCENTED.finditer(text)]
    long = sum(len(bare) >= _LONG for _, bare in found)
    words = [(match, bare) for match, bare in found if is_word(bare, _LONG) or asks(bare)]
    distinct = {bare.lower() for _, bare in words}
    is_laden = any(
        asks(bare) and sum(not letter.isascii() for letter in match.group()) >= _MANY_ACCENTS for match, bare in words
    )
    has_ask = any(asks(bare) for _, bare in words) or len(distinct) >= _MANY
    if len(words) < _SHARE * long or not has_ask or not (len(distinct) >= _FEWEST or is_laden):
        return NOTHING
    score = PLAIN if len(distinct) >= _FEWEST else WEAK
    say = "puts accents on letters so that no filter reads the words"
    edits = [Edit(*match.span(), bare) for match, bare in found]
    return Look(edits, [Trace("accents", LOOKALIKE, *match.span(), say, score) for match, _ in words])


def _bare(word: str) -> str:
    return _ACCENT.sub("", unicodedata.normalize("NFD", word)).translate(_barred())
