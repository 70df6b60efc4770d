"""All that is said of verdicts later, together: by the owner, whether they were right and how they are marked; and by
the owner's judge, where its opinion came late.

Invariant: what is said of a verdict stands behind it in the journal, so whoever reads newest first knows it when the
verdict comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from guardian.journal.feedback import Feedback, LatestFeedback, feedback_of
from guardian.journal.marks import LatestMarks, Mark, mark_of
from guardian.journal.opinion import LateOpinion, LatestOpinions, opinion_of
from guardian.journal.record import Entry, Kind, kind_in

WORDS: Final = frozenset({Kind.FEEDBACK.value, Kind.MARK.value, Kind.OPINION.value})
"""Kinds of the records that are words on a verdict."""


@dataclass(frozen=True, slots=True)
class Said:
    """What counts of it for one verdict."""

    feedback: Feedback | None = None
    """None where nothing was said, or it was taken back."""
    mark: Mark | None = None
    """None where there is neither a mark nor a note with it."""
    opinion: LateOpinion | None = None
    """What the judge said late; None where it did not."""

    @property
    def is_nothing(self) -> bool:
        """Whether there is none of them."""
        return self.feedback is None and self.mark is None and self.opinion is None

    @property
    def notes(self) -> list[str]:
        """The owner's notes, those that are not empty."""
        return [word.note for word in (self.feedback, self.mark) if word is not None and word.note]


NOTHING_SAID: Final = Said()


class LatestWords:
    """What counts for each verdict, gathered from entries of any kind, in any order."""

    def __init__(self) -> None:
        self._feedback, self._marks, self._opinions = LatestFeedback(), LatestMarks(), LatestOpinions()

    def add(self, entry: Entry) -> int | None:
        """Take in one entry. Returns the number of the verdict of which something else is said now."""
        found = (latest.add(entry) for latest in (self._feedback, self._marks, self._opinions))
        return next((of for of in found if of is not None), None)

    def of(self, seq: int) -> Said:
        """What is said of the verdict `seq`."""
        said = Said(self._feedback.of(seq), self._marks.of(seq), self._opinions.of(seq))
        return NOTHING_SAID if said.is_nothing else said

    def said_in(self, first: int, last: int) -> set[int]:
        """Numbers of the verdicts of which something is said in the records from `first` to `last`, both included: when
        those are forgotten, an earlier word may count again."""
        return set().union(*(each.said_in(first, last) for each in (self._feedback, self._marks, self._opinions)))


def may_be_word(data: bytes) -> bool:
    """Whether the record in these bytes (`Record.to_bytes`) is a word on a verdict, or calls itself one."""
    return kind_in(data) in WORDS


def verdict_spoken_of(entry: Entry) -> int | None:
    """Number of the verdict that an entry is a word on; None where it is none that can be read."""
    word = feedback_of(entry) or mark_of(entry) or opinion_of(entry)
    return None if word is None else word.of
