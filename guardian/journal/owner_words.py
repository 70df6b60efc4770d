"""All that the owner says of verdicts, together: whether they were right, and how they are marked.

Invariant: what the owner says of a verdict stands behind it in the journal, so whoever reads newest first knows it
when the verdict comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from guardian.journal.feedback import Feedback, LatestFeedback, feedback_of
from guardian.journal.marks import LatestMarks, Mark, mark_of
from guardian.journal.record import Entry, Kind, kind_in

WORDS: Final = frozenset({Kind.FEEDBACK.value, Kind.MARK.value})
"""Kinds of the records that are words of the owner's on a verdict."""


@dataclass(frozen=True, slots=True)
class Said:
    """What counts of it for one verdict."""

    feedback: Feedback | None = None
    """None where nothing was said, or it was taken back."""
    mark: Mark | None = None
    """None where there is neither a mark nor a note with it."""

    @property
    def is_nothing(self) -> bool:
        """Whether there is neither."""
        return self.feedback is None and self.mark is None

    @property
    def notes(self) -> list[str]:
        """The owner's notes, those that are not empty."""
        return [word.note for word in (self.feedback, self.mark) if word is not None and word.note]


NOTHING_SAID: Final = Said()


class LatestWords:
    """What counts for each verdict, gathered from entries of any kind, in any order."""

    def __init__(self) -> None:
        self._feedback, self._marks = LatestFeedback(), LatestMarks()

    def add(self, entry: Entry) -> int | None:
        """Take in one entry. Returns the number of the verdict of which something else is said now."""
        of = self._feedback.add(entry)
        return self._marks.add(entry) if of is None else of

    def of(self, seq: int) -> Said:
        """What is said of the verdict `seq`."""
        feedback, mark = self._feedback.of(seq), self._marks.of(seq)
        return NOTHING_SAID if feedback is None and mark is None else Said(feedback, mark)

    def said_in(self, first: int, last: int) -> set[int]:
        """Numbers of the verdicts of which a word or mark stands in the records from `first` to `last`, both included:
        when those are forgotten, an earlier one may count again."""
        return self._feedback.said_in(first, last) | self._marks.said_in(first, last)


def may_be_word(data: bytes) -> bool:
    """Whether the record in these bytes (`Record.to_bytes`) is a word of the owner's, or calls itself one."""
    return kind_in(data) in WORDS


def verdict_spoken_of(entry: Entry) -> int | None:
    """Number of the verdict that an entry is a word on; None where it is none that can be read."""
    word = feedback_of(entry) or mark_of(entry)
    return None if word is None else word.of
