"""A straight scan over the opened records of a journal, that parses only those worth it.

Measured: to open a seal is most of it (12 microseconds for 4 kB), and to parse a record's JSON costs as much again; so
a test on the opened bytes comes first, with as little as possible round it, and where few records pass it, two
processes open them (`guardian.journal.readers`). Threads gained nothing: they wait for each other's turn.

A column that is not needed here is not looked at: that is for `guardian journal verify`.

Invariants: what a scan yields is what `Journal.entries` yields, in its order, without the records of whose bytes
`where` says False; a record that does not open is always yielded, and the journal has the words for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, final

from guardian.journal.chain import read_entry
from guardian.journal.encoding import unpadded
from guardian.journal.journal import Journal
from guardian.journal.keys_in_hand import Keys
from guardian.journal.readers import MOST_READERS, Look, looked_through, readers_possible
from guardian.journal.record import Entry, Erased, Record, Unreadable
from guardian.journal.reports.view import Also, Where, none_besides
from guardian.journal.store import Store

_SHARE: Final = 500
"""Numbers that are read at a time; between two such reads no lock is held."""
_TRIED_SHARES: Final = 4
"""Shares that are read before it is known whether few records pass."""
LEAST_SHARES: Final = 10
"""Where fewer are left, a second process would not gain what it costs."""
_MOST_PASSING: Final = 0.2
"""Records that pass are opened again by this process: where many do, it had better be alone."""

_ROWS: Final = (
    "SELECT record.seq, leaf, epoch, wrapped, root, schema, sealed FROM record JOIN wrap USING (seq)"
    " WHERE record.seq BETWEEN ? AND ? ORDER BY record.seq"
)

_Opened = tuple[int, bytes, bytes | Erased | None]
"""Number, leaf, and the record's canonical JSON; None where it does not open."""


@final
class Scan:
    """Reads one unlocked journal (`guardian.journal.reports.view.Readable`)."""

    def __init__(self, journal: Journal, *, most_readers: int = MOST_READERS) -> None:
        """`most_readers`: processes that may read for this one; fewer than 2: none."""
        self._journal, self._most_readers = journal, most_readers

    def entries(
        self,
        start: int = 0,
        stop: int | None = None,
        *,
        newest_first: bool = False,
        where: Where | None = None,
        also: Also = none_besides,
    ) -> Iterator[Entry]:
        """The entries, one by one; records of whose bytes `where` says False are left out, unparsed, unless `also` has
        their numbers.

        Raises JournalError where the journal is locked or can't be read.
        """
        size, passed = self._journal.size, 0
        found = shares(max(start, 0), size if stop is None else min(stop, size), newest_first=newest_first)
        tried, left = found[:_TRIED_SHARES], found[_TRIED_SHARES:]
        for share in tried:
            for entry in self._read(share, where, also):
                passed += 1
                yield entry
        is_rare = passed <= _MOST_PASSING * sum(map(len, tried))
        readers = min(self._most_readers, readers_possible()) if is_rare and len(left) >= LEAST_SHARES else 0
        if where is None or readers < 2:
            for share in left:
                yield from self._read(share, where, also)
        else:
            yield from self._read_together(left, where, also, readers)

    def contents(self, share: range) -> Iterator[tuple[int, bytes | Erased | Unreadable]]:
        """What stands in the places of `share`, in its order, with their numbers: of a record its canonical JSON,
        unparsed. Missing ones are left out. Raises JournalError where the journal is locked or can't be read.
        """
        for seq, _, data in _opened(self._journal.store, self._journal.keys, share):
            if data is not None:
                yield seq, data
                continue
            for entry in self._as_it_is(seq):
                record = entry.record
                yield seq, record.to_bytes() if isinstance(record, Record) else record

    def _read(self, share: range, where: Where | None, also: Also) -> Iterator[Entry]:
        for seq, leaf, data in _opened(self._journal.store, self._journal.keys, share):
            if data is None:
                yield from self._as_it_is(seq)
            elif isinstance(data, Erased):
                yield Entry(seq, leaf, data)
            elif where is None or where(seq, data) or also(seq):
                yield Entry(seq, leaf, _parsed(data))

    def _read_together(self, shares: Sequence[range], where: Where, also: Also, readers: int) -> Iterator[Entry]:
        path, keys = self._journal.store.path, self._journal.keys

        def begin() -> Look:
            store = Store(path, read_only=True)
            return lambda share: [
                seq
                for seq, _, data in _opened(store, keys, share)
                if data is None or isinstance(data, Erased) or where(seq, data)
            ]

        with looked_through(shares, begin, readers) as answers:
            for share, found in zip(shares, answers, strict=True):
                if found is None or len(found) > _MOST_PASSING * len(share):
                    yield from self._read(share, where, also)
                    continue
                wanted = set(found)
                for seq in share:
                    if seq in wanted or also(seq):
                        yield from self._as_it_is(seq)

    def _as_it_is(self, seq: int) -> Iterator[Entry]:
        """The entry of that number, whatever is the matter with it; nothing where it is missing."""
        pair = self._journal.store.pair(seq)
        if pair is not None:
            yield read_entry(*self._journal.current(*pair))


def shares(start: int, stop: int, *, newest_first: bool, size: int = 0) -> list[range]:
    """The numbers from `start` to before `stop`, in the order in which they are wanted, `size` at a time (0: as many as
    a scan reads)."""
    size = size or _SHARE
    if newest_first:
        return [range(last, max(last - size, start - 1), -1) for last in range(stop - 1, start - 1, -size)]
    return [range(first, min(first + size, stop)) for first in range(start, stop, size)]


def _opened(store: Store, keys: Keys, share: range) -> Iterator[_Opened]:
    """The records of a share, in its order."""
    rows = store.all(_ROWS, (min(share), max(share)))
    open_record = keys.wrapper.opener()
    for seq, leaf, epoch, wrapped, root, schema, sealed in reversed(rows) if share.step < 0 else rows:
        if not isinstance(leaf, bytes):
            yield seq, b"", None
        elif sealed is None and wrapped == b"":
            yield seq, leaf, Erased()
        else:
            try:
                yield seq, leaf, unpadded(open_record(seq, epoch, wrapped, root, schema, sealed))
            except ValueError:
                yield seq, leaf, None


def _parsed(data: bytes) -> Record | Unreadable:
    try:
        return Record.from_bytes(data)
    except ValueError:
        return Unreadable("its content is not a record")
