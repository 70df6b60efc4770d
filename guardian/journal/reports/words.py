"""How words are looked for: one rule for the straight scan and for the index, and a test on a record's bytes.

The rule: letter case and accents do not matter; a *phrase* is one or more words that stand one after another, its
first begins where a word begins, and its last may go on (`gift car` finds "Gift cards", `card` does not find
"discard"). A word is a run of letters, digits and the marks on them.

Invariants: `RawWords.may_stand_in` is never false of a record that holds the words, so that it saves the parsing
of most records and loses none; nothing here keeps a text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

SEPARATOR: Final = "\ue000"
"""Stands between two texts of one record, so that no phrase reaches from one into the next. A private-use character:
`folded` takes it out of every text, and no word holds it."""

_MARKS: Final = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
"""The five Unicode blocks of combining diacritical marks (an accent, once NFD has taken it off its letter)."""
_WORD: Final = re.compile(r"[^\W_]+")
_BETWEEN: Final = rf"(?:[^\w{SEPARATOR}]|_)+"


def folded(text: str) -> str:
    """`text` without letter case, accents and `SEPARATOR`: what is compared with what."""
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", unicodedata.normalize("NFD", text.lower())).replace(SEPARATOR, " ")


def words_of(text: str) -> list[str]:
    """The folded words of `text`, in order."""
    return _WORD.findall(folded(text))


def haystack(texts: Iterable[str]) -> str:
    """Several texts, folded, as one that a `Phrase` can be looked for in."""
    return f" {SEPARATOR} ".join(map(folded, texts))


class Phrase:
    """What is looked for."""

    def __init__(self, text: str) -> None:
        """Raises ValueError where `text` holds no word."""
        self.words: Final = tuple(words_of(text))
        if not self.words:
            raise ValueError("no letter or digit to look for")
        self._pattern = re.compile(r"(?<![^\W_])" + _BETWEEN.join(map(re.escape, self.words)))

    def stands_in(self, folded_text: str) -> bool:
        """Whether the phrase stands in a `haystack` (or in one folded text)."""
        return self._pattern.search(folded_text) is not None

    def to_fts(self) -> str:
        """The phrase as an FTS5 query that holds no syntax of the owner's: quoted words, the last a prefix."""
        return " + ".join(f'"{word}"' for word in self.words) + " *"


class RawWords:
    """Whether a record's canonical JSON may hold some words: a fast test before the JSON is parsed.

    Canonical JSON is ASCII: a letter with an accent stands there as an escape (`\\u00e9`). Only where a record has
    such escapes, and the plain test failed, are they folded and the test is done again.
    """

    def __init__(self, folded_words: Iterable[str]) -> None:
        self._needles = tuple(needle for word in folded_words if (needle := _longest_ascii_run(word)))

    def may_stand_in(self, data: bytes) -> bool:
        """`data` is what `Record.to_bytes` made. True also where the record's text stands there in base64."""
        lower = data.lower()
        if all(needle in lower for needle in self._needles) or b'"encoding":"base64"' in lower:
            return True
        if _FOLDING.search(lower) is None:
            return False
        plain = _FOLDING.sub(_fold_escape, lower)
        return all(needle in plain for needle in self._needles)


def _longest_ascii_run(word: str) -> bytes:
    return max((run.encode() for run in re.findall(r"[a-z0-9]+", word)), key=len, default=b"")


_FOLDING: Final = re.compile(rb"\\u(?:00[c-f]|0[1-3][0-9a-f]|1[a-e][0-9a-f]|20[d-f]|212|fe2)[0-9a-f]")
"""Escapes of characters that may fold to ASCII letters or to nothing: Latin letters with accents, combining marks,
the signs for kelvin and angstrom."""


def _fold_escape(match: re.Match[bytes]) -> bytes:
    return _fold_code(int(match.group()[2:], 16))


@lru_cache(maxsize=4096)
def _fold_code(code: int) -> bytes:
    return folded(chr(code)).encode("ascii", "ignore")
