"""Latin letters in another dress: full-width, mathematical, small capitals, in circles and squares, as flags.

Left alone: single letters (formulas, bullets, the signs for parking and blood groups), flags, keycaps, and full-width
letters among Chinese, Japanese or Korean ones. People write like that for show too, so a finding is weak at most,
unless one word mixes dressed letters with bare ones.

Sources: Unicode 16 sections 22.2, 22.10; table from confusables.txt and compatibility forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from guardian.reading.characters import lookalike_table as table
from guardian.reading.characters.base import LOOKALIKE, NOTHING, PLAIN, WEAK, Edit, Look, Trace
from guardian.reading.characters.vocabulary import asks, is_word

_DRESSES: Final = (
    ("mathematical", table.MATHEMATICAL),
    ("full-width", table.FULL_WIDTH),
    ("enclosed", table.ENCLOSED),
    ("small-capitals", table.SMALL_CAPITALS),
    ("raised", table.RAISED),
)
_SAYS: Final = {
    "mathematical": "writes words in mathematical letters",
    "full-width": "writes words in full-width letters",
    "enclosed": "writes words in letters with circles or squares around them",
    "small-capitals": "writes words in phonetic small capitals",
    "raised": "writes words in raised or lowered letters",
}
_EAST_ASIAN: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SHORTEST_SHOWN: Final = 4
"""Letters of a word that is a word whatever it says."""


@cache
def _letters() -> Mapping[int, str]:
    return {ord(sign): letter for _, each in _DRESSES for sign, letter in zip(each[::2], each[1::2], strict=True)}


@cache
def _dress_of() -> Mapping[str, str]:
    return {sign: name for name, each in _DRESSES for sign in each[::2]}


@cache
def _word() -> re.Pattern[str]:
    dressed = "".join(_dress_of())
    bare = "A-Za-z0-9"
    return re.compile(f"(?<![{bare}])[{bare}]*+[{dressed}][\ufe0e\ufe0f]?(?:[{dressed}][\ufe0e\ufe0f]?|[{bare}])*")


def undo_dress(text: str, present: frozenset[str]) -> Look:
    """Dressed letters as bare ones."""
    if text.isascii() or present.isdisjoint(_dress_of()):
        return NOTHING
    edits, found = [], []
    for match in _word().finditer(text):
        written = match.group().replace("\ufe0e", "").replace("\ufe0f", "")
        read = written.translate(_letters())
        edits.append(Edit(*match.span(), read))
        if _is_dressed(written, read):
            found.append((match, written, read))
    is_asian = _EAST_ASIAN.search(text) is not None
    return Look(edits, [*_traces(found, is_asian)])


def _traces(found: list[tuple[re.Match[str], str, str]], is_asian: bool) -> Iterator[Trace]:
    words = sum(is_word(read) for _, _, read in found)
    shown = sum(len(read) >= _SHORTEST_SHOWN and read.isalpha() for _, _, read in found)
    has_ask = any(asks(read) for _, _, read in found)
    if not (has_ask or words >= 2 or (shown >= 2 and not is_asian)):
        return
    if is_asian and words < 3:
        return
    dress_of = _dress_of()
    for match, written, read in found:
        dress = next(dress_of[sign] for sign in written if sign in dress_of)
        is_mixed = 0 < sum(sign in dress_of for sign in written) < len(written) and asks(read)
        yield Trace(dress, LOOKALIKE, *match.span(), _SAYS[dress], PLAIN if is_mixed else WEAK)


def _is_dressed(written: str, read: str) -> bool:
    """Whether it is a word in another dress. A few small capitals or raised letters stand in phonetics and formulas."""
    letters = sum(letter.isalpha() for letter in read)
    dresses = [dress for sign in written if (dress := _dress_of().get(sign))]
    is_loose = dresses[0] in ("small-capitals", "raised")
    return letters >= 3 and (not is_loose or 2 * len(dresses) > letters)
