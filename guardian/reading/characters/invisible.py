"""Words that are broken apart by characters without a shape: zero-width ones, fillers, hidden hyphens.

Left alone: joiners in the scripts that need them (Persian, Hindi, Thai, Khmer, emoji), and soft hyphens between
syllables.

Sources: Unicode 16 sections 23.2 and 23.8; Boucher et al. 2021 (imperceptible perturbations).
"""

from __future__ import annotations

import re
from typing import Final

from guardian.reading.characters.base import INVISIBLE, NOTHING, PLAIN, WEAK, Edit, Look, Trace
from guardian.reading.characters.vocabulary import asks, is_word

_SIGNS: Final = (
    "\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e01ef"
)
_HAS_SIGN: Final = re.compile(f"[{_SIGNS}]")
_STRIP: Final = re.compile(f"[{_SIGNS}\u00ad]+")
_FILLER: Final = re.compile("[\u115f\u1160\u3164\uffa0]+")
_LATIN: Final = "0-9A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u052f"
"""Scripts that need no joiners."""
_RIGHT_TO_LEFT: Final = "\u05d0-\u05ea\u0620-\u064a\u066e-\u06d3"
# Possessive, and never begun inside a word: a megabyte of one letter costs one pass, not one for each letter.
_BROKEN: Final = re.compile(f"(?<![{_LATIN}])[{_LATIN}]++(?:[{_SIGNS}\u00ad]++[{_LATIN}]++)++")
_BROKEN_EAST: Final = re.compile(
    f"(?<![{_RIGHT_TO_LEFT}])[{_RIGHT_TO_LEFT}]++(?:[\u200b\u2060-\u2064\u3164\ufeff]++[{_RIGHT_TO_LEFT}]++)++"
)
_BESIDE: Final = re.compile(f"(?<=[{_LATIN}])[{_SIGNS}]+(?=\\s)|(?<=\\s)[{_SIGNS}]+(?=[{_LATIN}])")
_MOST_BROKEN: Final = 3
"""Broken words, from which on no accident of copying explains them."""
_SHORT_CHUNK: Final = 2.6
"""Letters between two hyphens, on the average, below which they part no syllables."""


def undo_invisible(text: str, present: frozenset[str]) -> Look:
    """Broken words made whole."""
    if text.isascii():
        return NOTHING
    has_signs = _HAS_SIGN.search(text) is not None
    if not has_signs and "\u00ad" not in present:
        return NOTHING
    words = list(_BROKEN.finditer(text))
    broken = [match for match in words if _HAS_SIGN.search(match.group())]
    eastern = [*_BROKEN_EAST.finditer(text)] if has_signs else []
    edits, traces = _broken([*broken, *eastern])
    is_telling = False
    for match in words:
        if _HAS_SIGN.search(match.group()):
            continue
        whole = _STRIP.sub("", match.group())
        edits.append(Edit(*match.span(), whole))
        chunks = match.group().count("\u00ad") + 1
        if chunks >= 3 and len(whole) < _SHORT_CHUNK * chunks:
            say = "breaks words apart with hidden hyphens"
            traces.append(Trace("soft-hyphens", INVISIBLE, *match.span(), say, PLAIN))
        is_telling = is_telling or asks(whole)
    if traces:
        edits += [Edit(*match.span(), "") for match in _BESIDE.finditer(text)]
    edits.sort(key=lambda edit: edit.start)
    return Look(edits, traces, is_telling)


def _broken(found: list[re.Match[str]]) -> tuple[list[Edit], list[Trace]]:
    edits = [Edit(*match.span(), _whole(match.group())) for match in found]
    shattered = any(len(_STRIP.findall(match.group())) >= 2 for match in found)
    score = PLAIN if len(found) >= _MOST_BROKEN or shattered else WEAK
    say = "breaks words apart with characters that you cannot see"
    return edits, [Trace("zero-width", INVISIBLE, *match.span(), say, score) for match in found]


def _whole(word: str) -> str:
    """The word without the signs. Fillers are as wide as a letter: between two words they are the gap."""
    whole = _STRIP.sub("", word)
    if _FILLER.search(word) and not is_word(whole):
        return _STRIP.sub("", _FILLER.sub(" ", word))
    return whole
