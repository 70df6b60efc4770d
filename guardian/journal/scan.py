"""A straight scan over the opened records of a journal, that parses only those worth it.

Measured (4.3 KB a record): to parse a record's JSON costs about as much again as all else that a scan does, so a test
on the opened bytes comes first. Threads that open seals ahead gained nothing: they wait for each other's turn.

Invariant: what a scan yields is what `Journal.entries` yields, in its order, without the records of whose bytes
`where` says False.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import final

from guardian.journal.chain import read_entry, unsealed
from guardian.journal.journal import Journal
from guardian.journal.record import Entry, Record, Unreadable
from guardian.journal.seal import SealError
from guardian.journal.view import Where


@final
class Scan:
    """Reads one unlocked journal (`guardian.journal.view.Readable`)."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def entries(
        self, start: int = 0, stop: int | None = None, *, newest_first: bool = False, where: Where | None = None
    ) -> Iterator[Entry]:
        """The entries, one by one; records of whose bytes `where` says False are left out, unparsed.

        Raises JournalError where the journal is locked or can't be read.
        """
        keys, size = self._journal.keys, self._journal.size
        stop = size if stop is None else min(stop, size)
        for row, wrap in self._journal.store.pairs(start, stop, newest_first=newest_first):
            if wrap.epoch != keys.wrapper.epoch:  # another process may have renewed the master key
                keys, row, wrap = self._journal.current(row, wrap)
            try:
                data = unsealed(keys, row, wrap)
            except (SealError, ValueError):  # forgotten or damaged: the journal has the words for it
                yield read_entry(keys, row, wrap)
                continue
            if where is None or where(row.seq, data):
                yield Entry(row.seq, row.leaf, _parsed(data))


def _parsed(data: bytes) -> Record | Unreadable:
    try:
        return Record.from_bytes(data)
    except ValueError:
        return Unreadable("its content is not a record")
