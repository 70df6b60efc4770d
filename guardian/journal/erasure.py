"""What changes in a journal that only grows: the sealed keys of its records.

A record's own key can be destroyed (then the record is forgotten) or sealed again under a new master key. Neither
touches the tree; both change the chain over the sealed keys, which every checkpoint signs beside the tree's root.

Invariants: to be called in a transaction, and followed by a new signed head. What erasing reaches: this file
(`secure_delete` overwrites the pages). Not reached: copies made earlier, which whoever has their master key can still
open, so that `guardian key rotate` belongs to it; and what the file system or the drive keep of old blocks.
"""

from __future__ import annotations

from collections.abc import Sequence

from guardian.errors import JournalDamagedError, JournalError
from guardian.journal.chain import NO_CHAIN, next_link, record_key
from guardian.journal.keys_in_hand import Keys
from guardian.journal.seal import SealError
from guardian.journal.store import DAMAGE_HINT, Store


def erase(store: Store, ranges: Sequence[tuple[int, int]], size: int) -> bytes:
    """Destroy the content and the keys of the records of `ranges` (first and last, both included).

    Returns the new end of the chain. Raises JournalError for a range outside the journal, or one that holds what all
    may see: a journal can't be made to forget that it forgot.
    """
    if not ranges:
        raise JournalError("nothing was named to be forgotten")
    for first, last in ranges:
        if not 0 <= first <= last < size:
            raise JournalError(f"the journal has no records {first} to {last}", hint=f"the last one is {size - 1}")
        if store.all("SELECT 1 FROM record WHERE seq BETWEEN ? AND ? AND length(public) > 0 LIMIT 1", (first, last)):
            raise JournalError(
                f"records {first} to {last} hold one that says what is missing, and that can't be forgotten",
                hint="name the records one by one",
            )
        store.run("UPDATE record SET sealed = NULL WHERE seq BETWEEN ? AND ?", (first, last))
        store.run("UPDATE wrap SET wrapped = x'' WHERE seq BETWEEN ? AND ?", (first, last))
    return _new_chain(store, min(first for first, _ in ranges), size)


def reseal(store: Store, old: Keys, new: Keys, size: int) -> bytes:
    """Seal every record's key again under the new master key. Returns the new end of the chain.

    Raises JournalDamagedError where a key does not open: it would be lost, and the damage with it.
    """
    rows = []
    for wrap in store.wraps(0):
        wrapped = b""
        if wrap.wrapped:
            try:
                wrapped = new.wrapper.wrap(record_key(old, wrap), wrap.seq)
            except SealError:
                raise JournalDamagedError(f"the key of record {wrap.seq} does not open", hint=DAMAGE_HINT) from None
        rows.append((new.wrapper.epoch, wrapped, wrap.seq))
    store.run_many("UPDATE wrap SET epoch = ?, wrapped = ? WHERE seq = ?", rows)
    return _new_chain(store, 0, size)


def _new_chain(store: Store, start: int, size: int) -> bytes:
    """Write the chain anew from record `start` on, and return its end."""
    chain = bytes(store.one("SELECT chain FROM wrap WHERE seq = ?", (start - 1,))[0]) if start else NO_CHAIN
    rows = []
    for wrap in store.wraps(start):
        chain = next_link(chain, wrap.seq, wrap.epoch, wrap.wrapped)
        rows.append((chain, wrap.seq))
    if len(rows) != size - start:
        raise JournalDamagedError("some of the journal's keys are missing", hint=DAMAGE_HINT)
    store.run_many("UPDATE wrap SET chain = ? WHERE seq = ?", rows)
    return chain
