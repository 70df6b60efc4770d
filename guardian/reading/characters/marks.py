"""Letters under floods of combining marks, or struck through so that a filter reads no word.

Left alone: the marks of every language, of stress and of phonetic alphabets: at most three on a letter, none of them
drawn through it.

Source: Unicode 16 sections 7.9 and 23.4.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from guardian.reading.characters.base import LOOKALIKE, NOTHING, PLAIN, WEAK, Edit, Look, Trace
from guardian.reading.characters.vocabulary import asks

_MARKS: Final = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"
_LINES: Final = "\u0305\u0332-\u0338\u033f\u0347-\u034e\u0353-\u0362\u0488\u0489\u1abe\u20d0-\u20f0\ufe20-\ufe2f"
"""Marks that no alphabet uses: lines over, under and through, rings and frames around."""
_MARK: Final = re.compile(f"[{_MARKS}]")
_LINE: Final = re.compile(f"[{_LINES}]")
_FLOOD: Final = re.compile(f"[^\\W\\d_][{_MARKS}]{{4,}}")
_WORD: Final = re.compile(f"(?:[^\\W_][{_MARKS}]*+)++")


def undo_marks(text: str, present: frozenset[str]) -> Look:
    """Words without the marks that hide them."""
    if text.isascii() or not _MARK.search(text):
        return NOTHING
    edits, traces = [], []
    for match in _WORD.finditer(text):
        word = match.group()
        lines = len(_LINE.findall(word))
        is_flood = _FLOOD.search(word) is not None
        letters = sum(letter.isalpha() for letter in word)
        if not is_flood and (lines < 2 or lines * 2 < letters):
            continue
        bare = _bare(word) if is_flood else unicodedata.normalize("NFC", _LINE.sub("", word))
        edits.append(Edit(*match.span(), bare))
        kind, say = (
            ("combining-marks", "buries letters under marks")
            if is_flood
            else ("strike-through", "draws lines through letters so that no filter reads the word")
        )
        score = PLAIN if asks(_bare(bare)) else WEAK
        traces.append(Trace(kind, LOOKALIKE, *match.span(), say, score))
    return Look(edits, traces)


def _bare(word: str) -> str:
    return _MARK.sub("", unicodedata.normalize("NFD", word))
