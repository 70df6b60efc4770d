"""What a check of the journal found: problems, each with its place, and a report.

Invariants: a problem names the part of the file and, where there is one, the record; one column of one record is named
once; however much is wrong, a report stays small and still knows how much it was. Nothing here comes from a sealed
record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from guardian.safe_text import safe_line

MOST_PROBLEMS: Final = 1_000
"""Problems that a report keeps; the others are counted."""
_LONGEST_WORDS: Final = 300


class Part(StrEnum):
    """Where something can be wrong, in the order in which a report names it."""

    FILE = "file"
    HEADER = "header"
    HEAD = "head"
    """The end of the journal, and its signature."""
    RECORD = "record"
    KEY = "key of record"
    """A record's sealed key."""
    COUNTS = "counts"
    META = "meta"
    MERGED = "merged"
    SEEN = "seen"
    ANCHOR = "checkpoint outside"
    """The checkpoint that Guardian keeps outside the file."""
    AGAINST = "checkpoint given"
    """The checkpoint that was given to compare with."""
    WAITING = "waiting"
    MASTER_KEY = "master key"


_ORDER: Final = {part: number for number, part in enumerate(Part)}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    part: Part
    what: str
    """One lower-case clause."""
    seq: int | None = None
    """The record, or the first one of several."""
    last: int | None = None
    """The last record of several; None where it is one."""
    column: str = ""
    """The column of the record or of its key; empty where it is the record as such."""

    def line(self) -> str:
        """The problem as one line."""
        place = self.part.value
        if self.seq is not None:
            one, several = (place, f"{place}s") if self.part is Part.RECORD else (place, "keys of records")
            place = f"{one} {self.seq}" if self.last is None else f"{several} {self.seq} to {self.last}"
        return f"{place}: {safe_line(self.what, _LONGEST_WORDS)}"

    def to_json(self) -> dict[str, Any]:
        """The problem as JSON values."""
        return {
            "part": self.part.value,
            "record": self.seq,
            "last": self.last if self.last is not None else self.seq,
            "column": self.column or None,
            "what": safe_line(self.what, _LONGEST_WORDS),
        }


class Problems:
    """Gathers problems while a check goes on."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Part, int | None, str], Problem] = {}
        self.total = 0

    def add(self, part: Part, what: str, seq: int | None = None, *, last: int | None = None, column: str = "") -> None:
        """One more; dropped where the same column of the same record is already named."""
        place = (part, seq, column or what)
        if place in self._kept:
            return
        self.total += 1
        if len(self._kept) < MOST_PROBLEMS:
            self._kept[place] = Problem(part, what, seq, last, column)

    def has(self, part: Part, seq: int) -> bool:
        """Whether anything is already named of this record."""
        return self.total > 0 and any(each.part is part and each.seq == seq for each in self._kept.values())

    def sorted(self) -> tuple[Problem, ...]:
        """In the order of the parts, and of the records."""
        return tuple(sorted(self._kept.values(), key=lambda each: (_ORDER[each.part], each.seq or 0)))


class Compared(StrEnum):
    """What came of the comparison with a checkpoint."""

    NONE = "none"
    """There was none."""
    NOT_ASKED = "not_asked"
    """It could not be asked for."""
    CONTINUES = "continues"
    """The journal continues it, or ends in it."""
    DIFFERS = "differs"
    """It does not, or the checkpoint is another's."""
    NOT_COMPARED = "not_compared"
    """The records up to it are not all there."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found."""

    problems: tuple[Problem, ...]
    """At most `MOST_PROBLEMS`."""
    total: int
    """How many problems there are."""
    journal: str = ""
    """The journal's id, 32 hex digits; empty where it could not be read."""
    records: int = 0
    forgotten: int = 0
    contents: int = 0
    """Records whose sealed content was held against its hash."""
    opened: int = 0
    """Records that were opened with the key and held against their commitments."""
    signed_ms: int | None = None
    """When the head was signed; None where its signature does not hold."""
    anchor: Compared = Compared.NONE
    anchor_size: int | None = None
    anchor_why: str = ""
    """Why the checkpoint outside could not be asked for."""
    against: Compared = Compared.NONE
    against_size: int | None = None
    waiting: int = 0
    """Records that wait outside the journal."""

    @property
    def is_intact(self) -> bool:
        """Whether nothing is wrong."""
        return self.total == 0

    def with_problem(self, part: Part, what: str) -> Report:
        """The same report with one more problem, for what stands beside the file."""
        problems = sorted([*self.problems, Problem(part, what)], key=lambda each: (_ORDER[each.part], each.seq or 0))
        return replace(self, problems=tuple(problems[:MOST_PROBLEMS]), total=self.total + 1)

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "intact": self.is_intact,
            "journal": self.journal or None,
            "records": self.records,
            "forgotten": self.forgotten,
            "contents_checked": self.contents,
            "opened": self.opened,
            "signed_ms": self.signed_ms,
            "anchor": {"compared": self.anchor.value, "size": self.anchor_size, "why_not": self.anchor_why or None},
            "against": {"compared": self.against.value, "size": self.against_size},
            "waiting": self.waiting,
            "problem_count": self.total,
            "problems": [problem.to_json() for problem in self.problems],
        }
