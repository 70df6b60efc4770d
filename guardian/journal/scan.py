"""A straight scan over the opened records of a journal, that parses only those worth it.

Measured (4.3 KB a record): to parse a record's JSON costs several times what opening its seal costs, so a test on the
opened bytes comes first.

Invariant: what a scan yields is what `Journal.entries` yields, without the records of whose bytes `where` says False.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import final

from guardian.journal.chain import read_entry, unsealed
from guardian.journal.journal import Journal
from guardian.journal.record import Entry, Record
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
        if where is None:
            yield from self._journal.entries(start, stop, newest_first=newest_first)
            return
        keys, size = self._journal.keys, self._journal.size
        stop = size if stop is None else min(stop, size)
        for row, wrap in self._journal.store.pairs(start, stop, newest_first=newest_first):
            try:
                data = unsealed(keys, row, wrap)
                if where(row.seq, data):
                    yield Entry(row.seq, row.leaf, Record.from_bytes(data))
            except (SealError, ValueError):  # forgotten or damaged: the journal has the words for it
                yield read_entry(keys, row, wrap)
