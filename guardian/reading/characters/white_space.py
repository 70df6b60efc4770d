"""White space that is none of the usual ones, between the words of a Latin text.

Left alone: no-break spaces of any width as typography has them (beside figures, marks and dashes), and wide spaces
among Chinese, Japanese or Korean letters.
"""

from __future__ import annotations

import re
from typing import Final

from guardian.reading.characters.base import INVISIBLE, NOTHING, WEAK, Edit, Look, Trace

_ODD: Final = "\u115f\u1160\u1680\u2000-\u200a\u205f\u2800\u3000\u3164\uffa0"
_FILLERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Blank signs that are no white space."""
_LETTER: Final = "A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff"
_GAP: Final = re.compile(f"(?<=[{_LETTER},.;:!?])[{_ODD}]+(?=[{_LETTER}])")
_SIGNS: Final = frozenset("\u115f\u1160\u1680\u205f\u2800\u3000\u3164\uffa0") | {
    chr(code) for code in range(0x2000, 0x200B)
}
_FEWEST: Final = 5
_FEWEST_FILLERS: Final = 3


def undo_white_space(text: str, present: frozenset[str]) -> Look:
    """Odd gaps as spaces, where they are most of the gaps or no white space at all."""
    if present.isdisjoint(_SIGNS):
        return NOTHING
    gaps = [*_GAP.finditer(text)]
    fillers = sum(not _FILLERS.isdisjoint(match.group()) for match in gaps)
    is_usual = len(gaps) < max(_FEWEST, text.count(" "))
    if is_usual and fillers < _FEWEST_FILLERS:
        return NOTHING
    edits = [Edit(*match.span(), " ") for match in gaps]
    say = "parts its words by white space that a filter does not know"
    return Look(edits, [Trace("white-space", INVISIBLE, gaps[0].start(), gaps[-1].end(), say, WEAK, "")])
