"""Letters written over and over, `paaaay`, or each of them twice, `ppaayy`, inside the words of an ask.

Left alone: `nooo`, `sooo good`, `hmmm`, `www`, numerals: how people write when they are glad or cross.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby, product
from string import ascii_letters
from typing import Any, Final

from guardian.reading.characters.base import LOOKALIKE, NOTHING, PLAIN, WEAK, Edit, Look, Trace
from guardian.reading.characters.vocabulary import asks, is_word

_HINT: Final = re.compile(r"([A-Za-z])\1(?:\1|([A-Za-z])\2)")
_LONG: Final = re.compile(r"(?<![A-Za-z])[A-Za-z]*?([A-Za-z])\1(?:\1|([A-Za-z])\2)[A-Za-z]*+")
_WORD: Final = re.compile(r"[A-Za-z]+")
_MOST_RUNS: Final = 5
"""Runs of one letter, each of which is tried once and twice."""
_MANY: Final = 3
_SHARE: Final = 0.3


def undo_repeats(text: str, present: frozenset[str]) -> Look:
    """Repeated letters once, or twice, as the word has them."""
    if not (_ascii_hint().search(text) if text.isascii() else _HINT.search(text)):
        return NOTHING
    found = []
    for match in _LONG.finditer(text):
        read = _once(match.group())
        if read:
            found.append((match, read))
    asked = {read.lower() for _, read in found if asks(read)}
    if not asked and len(found) < _MANY:
        return NOTHING
    is_everywhere = len(found) > _MANY and len(found) >= _SHARE * len(_WORD.findall(text))
    score = PLAIN if is_everywhere or len(asked) >= _MANY else WEAK if asked else 0.0
    edits = [Edit(*match.span(), read) for match, read in found]
    say = "repeats letters so that a filter reads no word"
    traces = [Trace("repeats", LOOKALIKE, *match.span(), say, score) for match, _ in found if score]
    return Look(edits, traces, bool(asked))


@cache
def _ascii_hint() -> Any:
    """The same as `_HINT`, by an automaton that reads a letter once: RE2 has no back-references."""
    import re2

    doubles = "|".join(letter * 2 for letter in ascii_letters)
    triples = "|".join(letter * 3 for letter in ascii_letters)
    return re2.compile(f"{triples}|(?:{doubles})(?:{doubles})")


def _once(word: str) -> str:
    """The known word that is left when letters are not repeated; empty where there is none."""
    runs = [("".join(run)) for _, run in groupby(word)]
    long = [index for index, run in enumerate(runs) if len(run) > 1]
    if is_word(word, 2) or len(runs) < 2:
        return ""
    plain = "".join(run[0] for run in runs)
    if is_word(plain):
        return plain
    if len(long) > _MOST_RUNS:
        return ""
    for choice in product((1, 2), repeat=len(long)):
        sizes = dict(zip(long, choice, strict=True))
        read = "".join(run[: sizes.get(index, 1)] for index, run in enumerate(runs))
        if is_word(read):
            return read
    return ""
