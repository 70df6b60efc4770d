"""The unlocked part of the journal: adds records behind a trusted end, and reads them back.

Invariants: records are added only behind an end that this journal's own key signed, and that continues the one that was
seen before; a change is on disk, whole, when
the call returns, or nothing of it is; a commit that failed and is on disk all the same counts as done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from guardian.errors import JournalDamagedError, JournalError, JournalIoError
from guardian.journal.chain import End, add_record, read_entry, record_key, signed_head
from guardian.journal.checkpoint import Checkpoint, NoteError, open_note
from guardian.journal.header import Header, digest_of
from guardian.journal.keys_in_hand import Keys
from guardian.journal.record import Entry, Record, Unreadable
from guardian.journal.seal import SealError
from guardian.journal.secret import Secret
from guardian.journal.store import Head, Row, Store, Wrap
from guardian.journal.store_file import DAMAGE_HINT
from guardian.journal.tree import Frontier

HEADER = "header"
"""Name of the header among the store's named values."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a record stands."""

    seq: int
    leaf: bytes
    """(32,): its hash in the tree."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a change of keys or contents leaves behind, inside its transaction."""

    keys: Keys
    """In hand from then on."""
    chain: bytes
    """The new end of the chain over the sealed keys."""
    record: Record
    """What is recorded of it."""
    public: bytes = b""


class JournalReplacedError(JournalDamagedError):
    """The file was cut short, or replaced by an older copy of itself, while it was open."""

    def __init__(self, size: int, last: Head) -> None:
        super().__init__(f"the journal was replaced while it was open: it held {last.size} records, and holds {size}")
        self.last_note: Final = last.note
        """The end that was seen last, signed."""


class Ledger:
    """A store with its keys."""

    def __init__(
        self, store: Store, keys: Keys, load_keys: Callable[[Header], Keys], now_ms: Callable[[], int]
    ) -> None:
        """`load_keys` is asked again where another process has changed the key."""
        self.keys = keys
        self._store, self._load_keys, self._now_ms = store, load_keys, now_ms
        self._known: tuple[Head, End] | None = None
        self._seen: tuple[Head, Frontier] | None = None
        """The last end that was trusted; unlike `_known` it is never given up."""

    def begin(self, records: Sequence[tuple[Record, bytes]]) -> None:
        """Make the tables, the header and the first records, inside the caller's transaction."""
        self._store.create()
        self._store.set_meta(HEADER, self.keys.header.to_bytes())
        _, end = self._add(records, End.empty())
        self._put_head(end)

    def check(self) -> Checkpoint:
        """The end of the journal, once it is known to be signed by its own key. Raises JournalDamagedError."""
        with self._store.snapshot():
            head, _ = self._trusted_end()
        return open_note(head.note, self.keys.header.vkey)

    def append(
        self, records: Sequence[tuple[Record, bytes]], also: Callable[[int], None] | None = None
    ) -> list[Placed]:
        """Add records, each with what all may see of it, all or none. `also` runs first, in the same transaction, with
        the number that the first of them gets.

        Raises JournalIoError (nothing was added), JournalDamagedError, and whatever `also` raises.
        """
        attempted: Head | None = None
        try:
            with self._store.transaction():
                _, end = self._trusted_end()
                if also is not None:
                    also(end.frontier.size)
                placed, end = self._add(records, end)
                attempted = self._put_head(end)
        except JournalIoError:
            self._known = None
            if attempted is None or not self._is_there(attempted):
                raise
        except BaseException:
            self._known = None
            raise
        self._known, self._seen = (attempted, end), (attempted, end.frontier)
        return placed

    def change(self, make: Callable[[Keys, End], Change]) -> Placed:
        """Change keys or contents as `make` does inside the transaction, and record that. Raises JournalError."""
        self._known = None
        before = self.keys
        try:
            with self._store.transaction():
                _, end = self._trusted_end()
                change = make(self.keys, end)
                self.keys = change.keys
                self._store.set_meta(HEADER, self.keys.header.to_bytes())
                placed, end = self._add([(change.record, change.public)], End(end.frontier, change.chain))
                self._put_head(end)
        except BaseException:
            self.keys, self._known = before, None
            raise
        self._known = None
        return placed[0]

    def entry(self, seq: int) -> Entry:
        """One record. Raises JournalError where there is none of that number."""
        size = self._store.head().size
        if not 0 <= seq < size:
            raise JournalError(f"the journal has no record {seq}", hint=f"the last one is {size - 1}")
        pair = self._store.pair(seq)
        return read_entry(*self.current(*pair)) if pair else Entry(seq, b"", Unreadable("it is missing from the file"))

    def entries(self, start: int, stop: int | None, *, newest_first: bool) -> Iterator[Entry]:
        """The records from `start` to before `stop`. Missing ones are left out: `verify` names them."""
        size = self._store.head().size
        stop = size if stop is None else min(stop, size)
        for row, wrap in self._store.pairs(start, stop, newest_first=newest_first):
            yield read_entry(*self.current(row, wrap))

    def current(self, row: Row, wrap: Wrap) -> tuple[Keys, Row, Wrap]:
        """What was read of a record, and the keys that open it: another process may have renewed the master key.

        Raises JournalError where the new one is not to be had.
        """
        if wrap.epoch != self.keys.wrapper.epoch:
            self.renewed_keys()
        if wrap.epoch != self.keys.wrapper.epoch:  # it was read before, and sealed again since; or it is damaged
            row, wrap = self._store.pair(row.seq) or (row, wrap)
        return self.keys, row, wrap

    def record_key(self, seq: int) -> Secret:
        """The key of one record. Raises JournalError where it was forgotten, or does not open."""
        pair = self._store.pair(seq)
        if pair is not None:
            try:
                keys, _, wrap = self.current(*pair)
                return record_key(keys, wrap)
            except SealError:
                pass
        raise JournalError(
            f"record {seq} can't be opened", hint="it was forgotten, or guardian journal verify says why"
        )

    def double_signed(self) -> str:
        """The end of the journal as a note with both signatures."""
        head = self._store.head()
        end = End(Frontier.from_bytes(head.size, head.frontier), head.chain)
        return signed_head(self.keys, end, self._now_ms(), post_quantum=True).note

    def _trusted_end(self) -> tuple[Head, End]:
        head = self._store.head()
        if self._known is not None and head == self._known[0]:
            return self._known
        self.renewed_keys()
        end = _checked(head, self.keys)
        self._see(head, end)
        self._known = (head, end)
        return self._known

    def renewed_keys(self) -> Keys:
        """The keys of the header as it stands now. Raises JournalError where they are not to be had."""
        data = self._store.meta(HEADER) or b""
        if digest_of(data) != self.keys.digest:
            self.keys = self._load_keys(Header.from_bytes(data))
        return self.keys

    def _see(self, head: Head, end: End) -> None:
        """Raises JournalReplacedError where an end does not continue the one before it: both are signed, and yet
        somebody put an older file in the place of a newer one."""
        if self._seen is not None:
            last, frontier = self._seen
            for leaf in self._store.leaves(head.size, frontier.size):
                frontier = frontier.add(leaf)
            if (frontier.size, frontier.root) != (head.size, head.root):
                raise JournalReplacedError(head.size, last)
        self._seen = head, end.frontier

    def _add(self, records: Sequence[tuple[Record, bytes]], end: End) -> tuple[list[Placed], End]:
        placed = []
        for record, public in records:
            row, wrap, end = add_record(self.keys, end, record, public)
            self._store.insert(row, wrap)
            placed.append(Placed(row.seq, row.leaf))
        return placed, end

    def _put_head(self, end: End) -> Head:
        head = signed_head(self.keys, end, self._now_ms())
        self._store.set_head(head)
        return head

    def _is_there(self, attempted: Head) -> bool:
        try:
            return self._store.head() == attempted
        except JournalError:
            return False


def _checked(head: Head, keys: Keys) -> End:
    """The end that a head claims. Raises JournalDamagedError where the journal's own key did not sign it."""
    try:
        checkpoint = open_note(head.note, keys.header.vkey)
        frontier = Frontier.from_bytes(head.size, head.frontier)
    except (NoteError, ValueError):
        raise JournalDamagedError("the end of the journal is not signed by its own key", hint=DAMAGE_HINT) from None
    said = (checkpoint.size, checkpoint.root, checkpoint.chain, checkpoint.header)
    if said != (head.size, head.root, head.chain, keys.digest) or frontier.root != head.root:
        raise JournalDamagedError("the end of the journal is not the one that its key signed", hint=DAMAGE_HINT)
    return End(frontier, head.chain)
