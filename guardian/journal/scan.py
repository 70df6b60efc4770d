"""A straight scan over the opened records of a journal, that parses only those worth it.

Measured: to open a seal is most of it (12 microseconds for 4 kB), and to parse a record's JSON costs as much again; so
a test on the opened bytes comes first, with as little as possible round it, and where few records pass it, two
processes open them (`guardian.journal.readers`). Threads gained nothing: they wait for each other's turn.

Invariants: what a scan yields is what `Journal.entries` yields, in its order, without the records of whose bytes
`where` says False; a record that does not open is always yielded, and the journal has the words for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final, final

from guardian.journal.chain import read_entry
from guardian.journal.encoding import unpadded
from guardian.journal.journal import Journal
from guardian.journal.keys_in_hand import Keys
from guardian.journal.readers import Look, looked_through, readers_possible
from guardian.journal.record import Entry, Record, Unreadable
from guardian.journal.seal import SealError
from guardian.journal.store import Store
from guardian.journal.view import Also, Where

SHARE: Final = 500
"""Numbers that are read at a time; between two such reads no lock is held."""
LEAST_SHARES: Final = 20
"""Of fewer than these more than one process would not gain what it costs."""
_TRIED_SHARES: Final = 4
"""Shares that are read before it is known whether few records pass."""
_MOST_PASSING: Final = 0.2
"""Records that pass are opened a second time, and parsed, by one process alone."""

_SHARE_ROWS: Final = (
    "SELECT record.seq, root, schema, sealed, leaf, epoch, wrapped FROM record JOIN wrap USING (seq)"
    " WHERE seq >= ? AND seq < ? ORDER BY seq"
)

_Opened = tuple[int, bytes, bytes | None]
"""Number, leaf, and the record's canonical JSON; None where it does not open."""


def _never(_seq: int) -> bool:
    return False


@final
class Scan:
    """Reads one unlocked journal (`guardian.journal.view.Readable`)."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def entries(
        self,
        start: int = 0,
        stop: int | None = None,
        *,
        newest_first: bool = False,
        where: Where | None = None,
        also: Also = _never,
    ) -> Iterator[Entry]:
        """The entries, one by one; records of whose bytes `where` says False are left out, unparsed, unless `also` has
        their numbers.

        Raises JournalError where the journal is locked or can't be read.
        """
        keys, size = self._journal.keys, self._journal.size
        shares = _shares(max(start, 0), size if stop is None else min(stop, size), newest_first=newest_first)
        seen = passed = 0
        for share in islice(shares, None if where is None else _TRIED_SHARES):
            for seq, leaf, data in _opened(self._journal.store, keys, share, newest_first=newest_first):
                seen += 1
                if data is None:
                    passed += 1
                    yield from self._as_it_is(keys, seq)
                elif where is None or where(seq, data) or also(seq):
                    passed += 1
                    yield Entry(seq, leaf, _parsed(data))
        left = list(shares)
        if where is None or not left:
            return
        is_rare = passed <= _MOST_PASSING * seen
        readers = readers_possible() if is_rare and len(left) >= LEAST_SHARES else 0
        yield from self._left(keys, left, where, also, readers if readers > 1 else 0, newest_first=newest_first)

    def _left(
        self, keys: Keys, shares: list[range], where: Where, also: Also, readers: int, *, newest_first: bool
    ) -> Iterator[Entry]:
        def begin() -> Look:
            store = Store(self._journal.store.path, read_only=True)
            return lambda first, end: _passing(store, keys, range(first, end), where)

        bounds = [(min(share), max(share) + 1) for share in shares]
        with looked_through(bounds if readers else [], begin, readers) as answers:
            for share in shares:
                found = next(answers, None)
                if found is None:
                    yield from self._share(keys, share, where, also, newest_first=newest_first)
                else:
                    wanted = set(found)
                    for seq in share:
                        if seq in wanted or also(seq):
                            yield from self._as_it_is(keys, seq)

    def _share(
        self, keys: Keys, share: range, where: Where, also: Also, *, newest_first: bool
    ) -> Iterator[Entry]:
        for seq, leaf, data in _opened(self._journal.store, keys, share, newest_first=newest_first):
            if data is None:
                yield from self._as_it_is(keys, seq)
            elif where(seq, data) or also(seq):
                yield Entry(seq, leaf, _parsed(data))

    def _as_it_is(self, keys: Keys, seq: int) -> Iterator[Entry]:
        """The entry of that number, whatever is the matter with it; nothing where it is missing."""
        pair = self._journal.store.pair(seq)
        if pair is not None:
            yield read_entry(keys, *pair)
