"""The owner's word on a verdict: a record of its own that names the verdict's number.

Invariants: nothing is overwritten, so that a word can be changed and taken back, and both stand in the journal; the
latest word counts. Nothing is learned from it unless the owner asks (`guardian adapt`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from guardian.errors import UsageError
from guardian.journal.latest import Latest
from guardian.journal.record import Entry, Kind, Record, Spoke

LONGEST_NOTE_CHARACTERS: Final = 2_000
"""Longest note of the owner's on a verdict."""


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

    @property
    def is_withdrawal(self) -> bool:
        """Whether it takes back the word before."""
        return self.says is Says.WITHDRAWN

    def to_record(self, program: str) -> Record:
        """As it stands in the journal. Raises UsageError for a note that is too long."""
        body = {"of": self.of, "says": self.says.value, "note": recordable_note(self.note)}
        return Record(Kind.FEEDBACK, self.at_ms, body, Spoke(program=program))


def recordable_note(note: str) -> str:
    """A note as a record holds it: a lone surrogate becomes U+FFFD. Raises UsageError for one that is too long."""
    if len(note) > LONGEST_NOTE_CHARACTERS:
        raise UsageError(f"the note is longer than {LONGEST_NOTE_CHARACTERS:,} characters")
    return note.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


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


class LatestFeedback(Latest[Feedback]):
    """The word that counts for each verdict."""

    def __init__(self) -> None:
        super().__init__(feedback_of)
