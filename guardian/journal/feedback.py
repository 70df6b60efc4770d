"""The owner's word on a verdict: a record of its own that names the verdict's number.

Invariants: nothing is overwritten, so that a word can be changed and taken back, and both stand in the journal; the
latest word counts. Nothing is learned from it unless the owner asks (`guardian calibrate`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from guardian.errors import UsageError
from guardian.journal.record import Entry, Kind, Record, Spoke

LONGEST_NOTE_CHARACTERS: Final = 2_000


class Says(StrEnum):
    """What the owner says of a verdict."""

    RIGHT = "right"
    WRONG = "wrong"
    UNSURE = "unsure"
    WITHDRAWN = "withdrawn"
    """The word before is taken back: as if nothing had been said."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One word of the owner's."""

    of: int
    """Number of the verdict."""
    says: Says
    note: str = ""
    """In the owner's words."""
    at_ms: int = 0
    """When it was said, in milliseconds since 1970."""

    def to_record(self, program: str) -> Record:
        """As it stands in the journal. Raises UsageError for a note that is too long."""
        if len(self.note) > LONGEST_NOTE_CHARACTERS:
            raise UsageError(f"the note is longer than {LONGEST_NOTE_CHARACTERS:,} characters")
        note = self.note.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        body = {"of": self.of, "says": self.says.value, "note": note}
        return Record(Kind.FEEDBACK, self.at_ms, body, Spoke(program=program))


def feedback_of(entry: Entry) -> Feedback | None:
    """The word that an entry holds; None where it holds none that can be read."""
    record = entry.record
    if not isinstance(record, Record) or record.kind is not Kind.FEEDBACK:
        return None
    try:
        of, note = int(record.body["of"]), str(record.body.get("note", ""))
        return Feedback(of, Says(record.body["says"]), note, record.at_ms)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


class LatestFeedback:
    """The word that counts for each verdict, gathered from entries that come newest first, or oldest first."""

    def __init__(self) -> None:
        self._words: dict[int, tuple[int, Feedback]] = {}

    def add(self, entry: Entry) -> None:
        """Take in one entry of any kind."""
        feedback = feedback_of(entry)
        if feedback is not None and entry.seq > self._words.get(feedback.of, (-1, feedback))[0]:
            self._words[feedback.of] = (entry.seq, feedback)

    def of(self, seq: int) -> Feedback | None:
        """What is said of the verdict `seq`; None where nothing is, or it was taken back."""
        _, feedback = self._words.get(seq, (-1, None))
        return feedback if feedback is not None and feedback.says is not Says.WITHDRAWN else None
