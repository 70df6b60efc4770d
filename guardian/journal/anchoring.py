"""Keeps the last checkpoint outside the file, and compares the journal with it when it is unlocked.

Invariants: what does not continue its anchor gets a record that all may read, without a key, for good; an anchor that
can't be put on costs no record: the older one still stands, and says less.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from guardian.errors import JournalDamagedError, JournalError
from guardian.journal.anchor import Hint, disagreement
from guardian.journal.checkpoint import Checkpoint, NoteError, open_note
from guardian.journal.encoding import canonical_bytes
from guardian.journal.header import Header
from guardian.journal.keys import KeyStore
from guardian.journal.ledger import Ledger
from guardian.journal.note import read_note
from guardian.journal.record import Kind, Record
from guardian.journal.store import Store
from guardian.journal.store_file import DAMAGE_HINT
from guardian.journal.tree import Frontier

EVERY: Final = 256
"""Records after which the anchor is put on again; it is also put on at the first record and when the journal closes."""

_HINT: Final = "anchor"


class Anchoring:
    """The anchor of one open journal."""

    def __init__(self, store: Store, journal_id: bytes) -> None:
        self._store, self._id = store, journal_id
        self._unanchored = EVERY

    def meet(self, ledger: Ledger, place: KeyStore, now_ms: int) -> None:
        """Compare; where the journal does not continue its anchor, record it. Raises JournalError."""
        anchor = place.load_anchor(self._id)  # before the head: what is added in between only makes the journal longer
        head = ledger.check()
        if anchor is None:
            if head.size > 1:  # one was put on when the journal was begun
                self._tell(ledger, place, now_ms, "the checkpoint that was kept outside is gone", "")
            return
        hint = Hint.from_bytes(self._store.meta(_HINT) or b"")
        why = disagreement(anchor, ledger.keys.header.vkey, head, self._store.leaves, hint)
        if why:
            self._tell(ledger, place, now_ms, why, anchor)

    def _tell(self, ledger: Ledger, place: KeyStore, now_ms: int, why: str, anchor: str) -> None:
        """Record a gap. From then on the record stands for the old anchor; a new one goes on, or each look adds one."""
        anchor = anchor if _is_checkpoint(anchor) else ""  # what says nothing is as good as gone
        record = Record(Kind.GAP, now_ms, {"why": why, "anchor": anchor})
        ledger.append([(record, canonical_bytes({"gap": {"anchor": anchor}}))])
        with suppress(JournalError):
            self.put(place)

    def added(self, records: int, place: KeyStore) -> None:
        """Records were added: put the anchor on where it is time."""
        self._unanchored += records
        if self._unanchored >= EVERY:
            try:
                self.put(place)
            except JournalError:  # the records are safe; a keyring that hangs is not asked with each of them
                self._unanchored = 1

    def finish(self, place: KeyStore) -> None:
        """The journal closes: put the anchor on, unless nothing was added."""
        if 0 < self._unanchored < EVERY:
            with suppress(JournalError):
                self.put(place)

    def put(self, place: KeyStore) -> None:
        """Keep the present end outside the file. Raises JournalError."""
        head = self._store.head()
        place.save_anchor(self._id, head.note)
        self._unanchored = 0
        with suppress(JournalError, ValueError):
            hint = Hint(Frontier.from_bytes(head.size, head.frontier))
            with self._store.transaction():
                self._store.set_meta(_HINT, hint.to_bytes())


def _is_checkpoint(note: str) -> bool:
    try:
        Checkpoint.parse(read_note(note, [])[0])
    except ValueError:
        return False
    return True


def check_header(header: Header, place: KeyStore, noted: str) -> None:
    """Refuse a header whose key did not sign the anchor, or of another journal than the one that is noted (its id as
    hex; empty where none is) for the folder. Raises JournalDamagedError.

    For whoever has no key in hand: a false header could have records sealed to a stranger.
    """
    if noted and noted != header.journal_id.hex():
        raise JournalDamagedError(
            "another journal was kept here, and the key of the one that stands here now is not to be had",
            hint=DAMAGE_HINT,
        )
    try:
        anchor = place.load_anchor(header.journal_id)
    except JournalError:
        return  # it can't be asked now; a locked journal is no reason to lose a record
    if anchor is None:
        return
    try:
        open_note(anchor, header.vkey)
    except NoteError:
        raise JournalDamagedError(
            "the journal names another key than the one that signed its last checkpoint", hint=DAMAGE_HINT
        ) from None
