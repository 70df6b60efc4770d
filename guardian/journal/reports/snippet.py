"""The words round a hit, so that the owner sees why an entry was found.

Invariant: what is shown has passed `safe_line`.
"""

from __future__ import annotations

from typing import Final

from guardian.journal.reports.facts import searched_texts
from guardian.journal.reports.view import View
from guardian.journal.reports.words import Phrase, folded
from guardian.safe_text import safe_line

_BEFORE: Final = 6
"""Words that are shown before the hit."""
_AFTER: Final = 12
_MOST_WORDS: Final = 20_000
"""How far into a text the hit is looked for."""
_CHARACTERS: Final = 140


def snippet(view: View, phrase: Phrase) -> str:
    """Where the phrase stands, on one line; empty where it does not stand in the texts (but in the sender, say)."""
    for text in searched_texts(view.record, view.said.notes) if view.record is not None else ():
        if not phrase.stands_in(folded(text)):
            continue
        words = text.split(maxsplit=_MOST_WORDS)[:_MOST_WORDS]
        width = len(phrase.words)  # one word of a phrase is one word of the text at most
        for place in range(len(words)):
            if phrase.stands_in(folded(" ".join(words[place : place + width]))):
                first, last = max(place - _BEFORE, 0), place + width + _AFTER
                dots = "… " if first else "", " …" if last < len(words) else ""
                return safe_line(dots[0] + " ".join(words[first:last]) + dots[1], _CHARACTERS)
    return ""
