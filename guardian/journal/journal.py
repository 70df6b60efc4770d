"""The journal: what Guardian recorded, sealed, in order.

Invariants: `append` returns only when the records are on disk, each in its place, under a signed head; what was cut off
or put back is noticed when the journal is unlocked, and stands in it for good; reading never holds a lock between two
pages. While the key is not in hand nothing is lost: what is to be recorded waits outside, sealed.

One `Journal` may be used by several threads, and one file by several processes.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from guardian.errors import JournalDamagedError, JournalError, JournalLockedError
from guardian.journal.anchoring import Anchoring, check_header
from guardian.journal.chain import End
from guardian.journal.encoding import canonical_bytes
from guardian.journal.erasure import erase
from guardian.journal.header import Header, Recovery
from guardian.journal.keys import KeyPlace, KeyStore
from guardian.journal.keys_in_hand import Keys, open_keys
from guardian.journal.ledger import HEADER, Change, JournalReplacedError, Ledger, Placed
from guardian.journal.notes import COOLING, noted
from guardian.journal.once import note_kept
from guardian.journal.record import Entry, Kind, Record
from guardian.journal.rekey import WrapForOwner, forget_unused_key, recoverable, remove_retired_keys, renewed
from guardian.journal.seal import JOURNAL_ID_BYTES
from guardian.journal.secret import Secret
from guardian.journal.store import Row, Store, Wrap
from guardian.journal.store_file import DAMAGE_HINT
from guardian.journal.waiting import WaitingRoom, once_in


class JournalState(StrEnum):
    """How the journal stands."""

    LOCKED = "locked"
    """Its key is not in hand: what is to be recorded waits."""
    OPEN = "open"
    DAMAGED = "damaged"
    """Its end is not one that its own key signed: nothing is added to it."""


class Journal:
    """One journal. Opened by `guardian.journal.opening.open_journal`."""

    def __init__(
        self,
        store: Store,
        waiting_folder: Path,
        places: Callable[[KeyPlace], KeyStore],
        now_ms: Callable[[], int],
        begun: Keys | None = None,
        noted: Callable[[], str] = str,
    ) -> None:
        """`begun`: the keys of a journal that was just made. `noted`: id (hex) of the journal that is known to stand in
        this folder, or empty. Raises JournalError for a header that can't be used.
        """
        self.store = store
        """The file, for whoever counts or checks without a key."""
        self._places, self._now_ms, self._noted = places, now_ms, noted
        self._lock = threading.RLock()
        self._trouble = ""
        self._header = self._read_header()
        self._place = places(KeyPlace(self._header.place))
        self._waiting = WaitingRoom(waiting_folder / self._header.journal_id.hex(), self._header.journal_id)
        self._anchoring = Anchoring(store, self._header.journal_id)
        self._ledger = Ledger(store, begun, self._load_keys, now_ms) if begun else None

    # How it stands

    @property
    def header(self) -> Header:
        """Public facts about the journal and its keys."""
        return self._ledger.keys.header if self._ledger else self._header

    @property
    def id(self) -> bytes:
        """The journal's name: 16 random bytes."""
        return self._header.journal_id

    @property
    def place(self) -> KeyStore:
        """Where the master key is."""
        return self._place

    @property
    def state(self) -> JournalState:
        """Locked until `unlock`."""
        if self._trouble:
            return JournalState.DAMAGED
        return JournalState.OPEN if self._ledger else JournalState.LOCKED

    @property
    def size(self) -> int:
        """How many records there are, forgotten ones too."""
        return self.store.head().size

    @property
    def waiting(self) -> int:
        """How many records wait outside."""
        return self._waiting.count()

    @property
    def keys(self) -> Keys:
        """The keys in hand, as they are now: another process may have renewed the master key. Raises JournalError."""
        return self._unlocked().renewed_keys()

    # Opening and closing

    def unlock(self) -> None:
        """Take the key from its place, and look whether the journal continues its anchor.

        Raises JournalLockedError where the key is not to be had now, JournalError where it is gone or another one,
        JournalDamagedError where the end of the journal is not its own.
        """
        with self._lock:
            if self._ledger is None:
                self._trouble = ""  # a disk that did not read for a moment looks like damage
                keys = self._load_keys(self._read_header())
                ledger = Ledger(self.store, keys, self._load_keys, self._now_ms)
                try:
                    self._anchoring.meet(ledger, self._place, self._now_ms())
                except JournalDamagedError as error:
                    self._trouble = error.what
                    raise
                self._ledger = ledger
                self._remove_leftovers()

    def close(self) -> None:
        """Put the anchor on, and let the file go."""
        with self._lock:
            if self._ledger and self._is_continued():
                self._anchoring.finish(self._place)
            self.store.close()

    # Writing

    def append(self, record: Record, public: bytes = b"") -> Placed:
        """Add one record; it is on disk when this returns. Raises JournalError."""
        return self.append_all([(record, public)])[0]

    def append_all(
        self, records: Sequence[tuple[Record, bytes]], also: Callable[[int], None] | None = None
    ) -> list[Placed]:
        """Add records, each with what all may see of it, all or none. `also` runs first, in the same transaction, with
        the number that the first of them gets.

        Raises JournalLockedError, JournalIoError (nothing was added), JournalDamagedError.
        """
        with self._lock:
            try:
                placed = self._unlocked().append(records, also)
            except JournalReplacedError as error:
                self._meet_again(error)
                raise
            self._anchoring.added(len(records), self._place)
            return placed

    def keep_waiting(self, record: Record, once: bytes = b"") -> None:
        """Keep a record outside until the journal takes it; one of a delivery that waits already is the same one.

        Raises JournalError where even that fails.
        """
        if self._ledger is None:
            check_header(self._header, self._place, self._noted())
        if not self._waiting.holds(once):
            self._waiting.add(record, self.header.box, once)

    def merge_waiting(self) -> int:
        """Bring in what waited, oldest first; how many records came in. Raises JournalError."""
        with self._lock:
            return sum(self._merge(name) for name in self._waiting.names())

    def forget(self, ranges: Sequence[tuple[int, int]], why: str) -> Placed:
        """Erase the records of `ranges` (first and last, both included) for good, and record that.

        Raises JournalError where a range holds what is not there or can't be forgotten.
        """
        seqs = [list(pair) for pair in ranges]
        record = Record(Kind.FORGOTTEN, self._now_ms(), {"seqs": seqs, "why": why})

        def make(keys: Keys, end: End) -> Change:
            self._refuse_lasting(ranges)
            chain = erase(self.store, ranges, end, keys.header.epoch)
            return Change(keys, chain, record, canonical_bytes({"forgotten": seqs}))

        return self._change(make)

    def _refuse_lasting(self, ranges: Sequence[tuple[int, int]]) -> None:
        """While a cooling-off is in force, what policies were is not forgotten: that would be a way round it."""
        if noted(self.store, COOLING) == 0:
            return
        for first, last in ranges:
            for entry in self.entries(first, last + 1):
                if isinstance(entry.record, Record) and entry.record.kind is Kind.AMENDMENT:
                    raise JournalError(
                        f"record {entry.seq} is a change of a policy, and a cooling-off is in force",
                        hint="it can be forgotten when the cooling-off has ended",
                    )

    # Keys

    def rotate(self, wrap: WrapForOwner) -> None:
        """Take a new master key, seal every record's key again under it, destroy the old one. Raises JournalError."""
        self._renew(self._place, wrap)

    def move_key(self, place: KeyStore, wrap: WrapForOwner) -> None:
        """Keep the master key in another place, and take it out of the old one. Raises JournalError.

        The key is a new one: whoever copied the old place holds nothing that opens the journal as it is from now on.
        """
        self._renew(place, wrap)

    def set_recovery(self, public: bytes, wrapped: bytes) -> None:
        """Keep the master key, sealed to the owner's recovery phrase, in the header. Raises JournalError."""
        self._change(lambda keys, end: recoverable(keys, end, Recovery(public, wrapped), self._now_ms()))

    def adopt(self, master: Secret, place: KeyStore, wrap: WrapForOwner) -> None:
        """Open the journal with a master key that came from the recovery phrase, and keep a new one in `place`.

        Raises JournalError where it is not this journal's key.
        """
        with self._lock:
            ledger = Ledger(self.store, open_keys(self._read_header(), master), self._load_keys, self._now_ms)
            with suppress(JournalLockedError):  # the lost place kept the anchor, too
                self._anchoring.meet(ledger, self._place, self._now_ms())
            self._ledger = ledger
            self._renew(place, wrap)

    # Reading

    def entry(self, seq: int) -> Entry:
        """One record. Raises JournalError where there is none of that number, JournalLockedError."""
        return self._unlocked().entry(seq)

    def entries(self, start: int = 0, stop: int | None = None, *, newest_first: bool = False) -> Iterator[Entry]:
        """The records from `start` to before `stop`. Missing ones are left out: `verify` names them."""
        return self._unlocked().entries(start, stop, newest_first=newest_first)

    def current(self, row: Row, wrap: Wrap) -> tuple[Keys, Row, Wrap]:
        """What was read of a record, and the keys that open it. Raises JournalError."""
        return self._unlocked().current(row, wrap)

    def record_key(self, seq: int) -> Secret:
        """The key of one record. Raises JournalError where it was forgotten, or does not open."""
        return self._unlocked().record_key(seq)

    def checkpoint(self, *, post_quantum: bool = False) -> str:
        """The journal's end as a signed note; a second signature needs the key. Raises JournalError."""
        return self._unlocked().double_signed() if post_quantum else self.store.head().note

    def anchor(self) -> str | None:
        """The checkpoint that was last kept outside the file; None where none is. Raises JournalError."""
        return self._place.load_anchor(self.id)

    # Parts

    def _read_header(self) -> Header:
        data = self.store.meta(HEADER)
        if data is None:
            raise JournalDamagedError("the journal has no header", hint=DAMAGE_HINT)
        header = Header.from_bytes(data)
        if header.place not in set(KeyPlace):
            raise JournalError("the journal's key is in a place that this version does not know")
        return header

    def _unlocked(self) -> Ledger:
        if self._trouble:
            raise JournalDamagedError(self._trouble, hint=DAMAGE_HINT)
        if self._ledger is None:
            raise JournalLockedError("the journal is locked", hint="guardian journal list asks for its key")
        return self._ledger

    def _load_keys(self, header: Header) -> Keys:
        self._header, self._place = header, self._places(KeyPlace(header.place))
        try:
            return open_keys(header, self._place.load_key(header.key_id))
        except JournalError:
            now = self._read_header()
            if now.key_id == header.key_id:
                raise
            return self._load_keys(now)  # another process renewed the key in between, and took the old one away

    def _merge(self, name: str) -> int:
        if self._is_merged(name):
            self._waiting.remove(name)
            return 0
        is_record = True
        try:
            record = self._waiting.open(name, self.keys.box)
        except ValueError:
            is_record = False
            self._waiting.set_aside(name)
            why = "a record that waited outside the journal could not be opened"
            record = Record(Kind.GAP, self._now_ms(), {"why": why, "file": name})
        if record is None:  # another process was faster
            return 0
        at_ms = record.at_ms

        def note(seq: int) -> None:
            self.store.run("INSERT INTO merged VALUES (?)", (name,))
            note_kept(self.store, once_in(name), seq, at_ms)

        try:
            self.append_all([(record, b"")], note)
        except JournalDamagedError:
            if not self._is_merged(name):
                raise
            return 0  # another process was faster
        if is_record:
            self._waiting.remove(name)
        return 1

    def _is_merged(self, name: str) -> bool:
        return bool(self.store.all("SELECT 1 FROM merged WHERE name = ?", (name,)))

    def _is_continued(self) -> bool:
        """Whether the file still continues what was seen of it: an anchor must not be put on what was put back."""
        try:
            self._unlocked().check()
        except JournalError:
            return False
        return True

    def _meet_again(self, error: JournalReplacedError) -> None:
        """Lock, so that the next look at the file is held against the end that was seen last, and the gap recorded."""
        self._ledger = None
        with suppress(JournalError):
            self._place.save_anchor(self.id, error.last_note)

    def _change(self, make: Callable[[Keys, End], Change]) -> Placed:
        with self._lock:
            placed = self._unlocked().change(make)
            self._header = self._unlocked().keys.header
            self._anchoring.put(self._place)
            return placed

    def _renew(self, place: KeyStore, wrap: WrapForOwner) -> None:
        """A new master key in `place`; the old one goes when nothing needs it any more."""
        with self._lock:
            before, master, key_id = self._place, Secret.fresh(), secrets.token_bytes(JOURNAL_ID_BYTES)
            place.save_key(key_id, master)

            def make(keys: Keys, end: End) -> Change:
                return renewed(
                    self.store,
                    keys,
                    end,
                    master=master,
                    key_id=key_id,
                    place=place.kind,
                    wrap=wrap,
                    now_ms=self._now_ms(),
                )

            try:
                self._unlocked().change(make)
            except BaseException:
                forget_unused_key(self.store, place, key_id)
                raise
            self._header, self._place = self._unlocked().keys.header, place
            self._anchoring.put(place)
            try:
                self._remove_retired_keys(before)
            except JournalError as error:
                raise JournalError(
                    f"the new key is in use, but the old one could not be removed: {error.what}", hint=error.hint
                ) from None

    def _remove_retired_keys(self, known: KeyStore) -> None:
        def open_place(kind: KeyPlace) -> KeyStore:
            return known if kind is known.kind else self._places(kind)

        remove_retired_keys(self.store, self.keys, open_place)

    def _remove_leftovers(self) -> None:
        """What a change of keys left behind that was killed; what can't be removed now is tried again next time."""
        with suppress(JournalError):
            self._remove_retired_keys(self._place)
        with suppress(JournalError):
            self._places(KeyPlace.FILE).remove_partial_files()
