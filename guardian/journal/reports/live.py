"""What comes into the journal while somebody looks on, from any program: the line-output twin of a live inbox.

Invariants: every record that the filter asks for comes once, and a verdict again when the owner's word on it, or its
mark, changes; no lock is held between two looks; that the file is gone, another one, or shorter than it was, is an
error and never silence.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from guardian.errors import JournalDamagedError, JournalError
from guardian.journal.filters.matching import Filter
from guardian.journal.journal import Journal
from guardian.journal.owner_words import LatestWords, verdict_spoken_of
from guardian.journal.record import Entry
from guardian.journal.reports.view import View, view_of
from guardian.journal.scan import Scan, shares
from guardian.journal.store_file import DAMAGE_HINT


class FileWatch:
    """Whether the journal's file has changed since it was last asked: one call of `stat`."""

    def __init__(self, path: Path) -> None:
        """Raises JournalError where there is no such file."""
        self._path = path
        self._first = self._now()
        self._seen: tuple[int, int, int] | None = None

    def has_changed(self) -> bool:
        """Also the first time. Raises JournalError where the file is gone, or another one is in its place."""
        now = self._now()
        if now[0] != self._first[0]:
            raise JournalError(f"another file is in the place of the journal {self._path}")
        seen, self._seen = self._seen, now
        return now != seen

    def _now(self) -> tuple[int, int, int]:
        """Inode, size, time of change."""
        try:
            facts = os.stat(self._path)
        except OSError:
            raise JournalError(f"the journal {self._path} is gone") from None
        return facts.st_ino, facts.st_size, facts.st_mtime_ns


class Newcomers:
    """The entries that a filter asks for, as they come."""

    def __init__(self, journal: Journal, wanted: Filter, start: int) -> None:
        """`start`: number of the first record that is new."""
        self._journal, self._wanted, self._next = journal, wanted, start

    def new(self) -> Iterator[View]:
        """What came since the last call, oldest first. Raises JournalError; then the next call goes on from there."""
        size = self._journal.size
        if size < self._next:
            words = f"the journal was cut short: it held {self._next:,} records, and holds {size:,}"
            raise JournalDamagedError(words, hint=DAMAGE_HINT)
        for share in shares(self._next, size, newest_first=False):
            entries = list(self._journal.entries(share.start, share.stop))
            said = LatestWords()
            for entry in entries:
                said.add(entry)
            for entry in entries:
                view = View.of(entry, said.of(entry.seq))
                if self._wanted.matches(entry, view.said):
                    yield view
                else:
                    yield from self._spoken_of(entry, share.start)
                self._next = entry.seq + 1
            self._next = share.stop

    def _spoken_of(self, entry: Entry, start: int) -> Iterator[View]:
        """The earlier verdict on which the owner said something just now."""
        of = verdict_spoken_of(entry)
        if of is not None and 0 <= of < start:
            view = view_of(Scan(self._journal, most_readers=0), self._journal.entry(of))
            if self._wanted.matches(view.entry, view.said):
                yield view
