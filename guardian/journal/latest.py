"""Which of several words of the owner's on one verdict counts: the latest, whatever order they are read in.

Invariants: nothing is overwritten in the journal, so a word can be changed and taken back; one that was taken back, or
never said, is None. What an entry says is read by whoever makes this (`feedback`, `marks`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from guardian.journal.record import Entry


class Word(Protocol):
    """Something that the owner says of a verdict, in a record of its own."""

    @property
    def of(self) -> int:
        """Number of the verdict."""

    @property
    def is_withdrawal(self) -> bool:
        """Whether it only takes back what was said before."""


Said = TypeVar("Said", bound=Word)


class Latest(Generic[Said]):
    """The word that counts for each verdict, gathered from entries of any kind, in any order."""

    def __init__(self, read: Callable[[Entry], Said | None]) -> None:
        """`read` gives the word that an entry holds; None where it holds none that can be read."""
        self._read = read
        self._words: dict[int, tuple[int, Said]] = {}

    def add(self, entry: Entry) -> int | None:
        """Take in one entry. Returns the number of the verdict whose word it changed; None where it changed none."""
        word = self._read(entry)
        if word is None:
            return None
        before = self._words.get(word.of)
        if before is not None and not self._is_outdone(*before, entry.seq, word):
            return None
        self._words[word.of] = (entry.seq, word)
        return word.of

    def _is_outdone(self, seq: int, word: Said, by_seq: int, by: Said) -> bool:
        """Whether the word of record `seq` counts no more, because of that of record `by_seq`: the later one counts."""
        return by_seq > seq

    def of(self, seq: int) -> Said | None:
        """What is said of the verdict `seq`; None where nothing is, or it was taken back."""
        found = self._words.get(seq)
        return None if found is None or found[1].is_withdrawal else found[1]

    def said_in(self, first: int, last: int) -> set[int]:
        """Numbers of the verdicts whose word stands in the records from `first` to `last`, both included."""
        return {of for of, (seq, _) in self._words.items() if first <= seq <= last}
