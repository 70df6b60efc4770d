"""Follows the journal: the alerts that are there, newest first, and then what any program adds.

Invariants: every verdict comes exactly once, and again whenever the owner's word on it or its mark changes; what was
forgotten is told by its numbers; a record that can't be read, or that says that something is missing, is told and ends
nothing; reading holds no lock between two batches, and takes little time for one, so that the caller may give way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from guardian.alerts.alert import Alert, alert_of_bytes
from guardian.errors import JournalDamagedError
from guardian.journal.journal import Journal
from guardian.journal.owner_words import LatestWords, may_be_word, verdict_spoken_of
from guardian.journal.record import Entry, Kind, Record, Unreadable, kind_in
from guardian.journal.scan import Scan, shares
from guardian.journal.store_file import DAMAGE_HINT
from guardian.safe_text import safe_line

BATCH: Final = 200
"""Records that are read together: about a hundredth of a second."""
FIRST_BATCH: Final = 100
"""The first ones are waited for."""
_WHY_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True)
class Gap:
    """A place of the journal where something is wrong."""

    seq: int
    """Number of the record that can't be read, or that says so."""
    why: str
    """One safe line."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new."""

    alerts: tuple[Alert, ...] = ()
    """New ones, and known ones on which the owner's word or mark changed."""
    forgotten: tuple[tuple[int, int], ...] = ()
    """First and last number of what was forgotten, both included."""
    gaps: tuple[Gap, ...] = ()
    """What can't be read, and what is missing."""


class Follower:
    """Reads one unlocked journal. For one thread."""

    def __init__(self, journal: Journal) -> None:
        self._journal, self._scan = journal, Scan(journal, most_readers=0)
        self._words = LatestWords()
        self._next = self._first = journal.size
        self._untold: list[Gap] = []

    def earlier(self) -> Iterator[tuple[Alert, ...]]:
        """What was there when this was made, newest first, in batches; between two of them the caller may sleep.

        What is wrong with these records is in the next `new()`. Raises JournalError.
        """
        start = max(self._first - FIRST_BATCH, 0)
        first = shares(start, self._first, newest_first=True)
        for share in [*first, *shares(0, start, newest_first=True, size=BATCH)]:
            found = _Found()
            self._read(share, found)
            self._untold += found.gaps
            if found.alerts:
                yield tuple(found.alerts.values())

    def new(self) -> Changes:
        """What came since the last call. Raises JournalError; then the next call tells all of it."""
        size, found = self._journal.size, _Found()
        if size < self._next:
            words = f"the journal was cut short: it held {self._next:,} records, and holds {size:,}"
            raise JournalDamagedError(words, hint=DAMAGE_HINT)
        for share in shares(self._next, size, newest_first=False):
            self._read(share, found)
        again = found.spoken_of | self._unsaid(found.forgotten)
        for seq in sorted(again):
            self._read(range(seq, min(seq + 1, size)), found)
        gaps = tuple(dict.fromkeys((*self._untold, *found.gaps)))
        self._next, self._untold = size, []
        return Changes(tuple(found.alerts.values()), tuple(found.forgotten), gaps)

    def _read(self, share: range, found: _Found) -> None:
        """Read some places, what the owner says in them first: they may come oldest first."""
        contents = list(self._scan.contents(share)) if share else []
        for seq, content in contents:
            if isinstance(content, Unreadable):
                found.gaps.append(Gap(seq, safe_line(content.why, _WHY_CHARACTERS)))
            elif isinstance(content, bytes) and kind_in(content) != Kind.VERDICT:
                self._take(Entry(seq, b"", _parsed(content)), found)
        for seq, content in contents:
            if isinstance(content, bytes) and kind_in(content) == Kind.VERDICT:
                try:
                    found.alerts[seq] = alert_of_bytes(seq, content, self._words.of(seq))
                except ValueError:
                    found.gaps.append(Gap(seq, "its content is not a verdict"))

    def _take(self, entry: Entry, found: _Found) -> None:
        """What is no verdict."""
        record = entry.record
        about = verdict_spoken_of(entry)
        if about is not None and about >= 0:
            self._words.add(entry)
            found.spoken_of.add(about)
        elif not isinstance(record, Record):
            found.gaps.append(Gap(entry.seq, record.why))
        elif record.kind is Kind.GAP:
            found.gaps.append(Gap(entry.seq, safe_line(str(record.body.get("why", "")), _WHY_CHARACTERS)))
        elif record.kind is Kind.FORGOTTEN:
            found.forgotten += _ranges(record)

    def _unsaid(self, forgotten: Iterable[tuple[int, int]]) -> set[int]:
        """The verdicts that are still there, and of which a word was forgotten: an earlier one may count again."""
        ranges = list(forgotten)
        of = {seq for first, last in ranges for seq in self._words.said_in(first, last)}
        left = {seq for seq in of if not any(first <= seq <= last for first, last in ranges)}
        if left:
            self._words = LatestWords()
            for entry in self._scan.entries(where=lambda _seq, data: may_be_word(data)):
                self._words.add(entry)
        return left


@dataclass(slots=True)
class _Found:
    """What was read."""

    alerts: dict[int, Alert] = field(default_factory=dict)
    spoken_of: set[int] = field(default_factory=set)
    forgotten: list[tuple[int, int]] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


def _parsed(data: bytes) -> Record | Unreadable:
    try:
        return Record.from_bytes(data)
    except ValueError:
        return Unreadable("its content is not a record")


def _ranges(record: Record) -> list[tuple[int, int]]:
    try:
        return [(int(first), int(last)) for first, last in record.body["seqs"]]
    except (KeyError, TypeError, ValueError, OverflowError):
        return []
