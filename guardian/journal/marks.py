"""The owner's mark on a verdict: kept, to come back to, or done; with or without a note. A record of its own.

A mark says neither right nor wrong, so nothing is ever counted or learned from it; that is `feedback`'s.

Invariants: nothing is overwritten, so that a mark can be changed and taken away, and all of it stands in the journal;
the latest one counts, with its note.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from guardian.journal.feedback import recordable_note
from guardian.journal.latest import Latest
from guardian.journal.record import Entry, Kind, Record, Spoke


class Marked(StrEnum):
    """How the owner marked a verdict."""

    KEPT = "kept"
    """To come back to."""
    DONE = "done"
    """Nothing is left to do about it."""
    NONE = "none"
    """No mark, or not any more; a note may stand alone."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark."""

    of: int
    """Number of the verdict."""
    mark: Marked
    note: str = ""
    """In the owner's words."""
    at_ms: int = 0
    """When it was made, in milliseconds since 1970."""

    @property
    def is_withdrawal(self) -> bool:
        """Whether nothing is left of the mark before, nor of its note."""
        return self.mark is Marked.NONE and not self.note

    @property
    def word(self) -> str:
        """For a list: kept, done; `note` where there is nothing else."""
        return "note" if self.mark is Marked.NONE else self.mark.value

    def to_record(self, program: str) -> Record:
        """As it stands in the journal. Raises UsageError for a note that is too long."""
        body = {"of": self.of, "mark": self.mark.value, "note": recordable_note(self.note)}
        return Record(Kind.MARK, self.at_ms, body, Spoke(program=program))


def mark_of(entry: Entry) -> Mark | None:
    """The mark that an entry holds; None where it holds none that can be read."""
    record = entry.record
    if not isinstance(record, Record) or record.kind is not Kind.MARK:
        return None
    try:
        of, note = int(record.body["of"]), str(record.body.get("note", ""))
        return Mark(of, Marked(record.body["mark"]), note, record.at_ms)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


class LatestMarks(Latest[Mark]):
    """The mark that counts for each verdict."""

    def __init__(self) -> None:
        super().__init__(mark_of)
