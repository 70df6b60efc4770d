"""What changes in a journal that only grows: the sealed keys of its records.

A record's own key can be destroyed (then the record is forgotten) or sealed again under a new master key. Neither
touches the tree; both change the chain over the sealed keys, which every checkpoint signs beside the tree's root.

Invariants: to be called in a transaction, and followed by a new signed head; nothing that was tampered with gets under
the new signature: the chain is held against the signed one before it is written anew. What erasing reaches: this file
(`secure_delete` overwrites the pages). Not reached: copies made earlier, which whoever has their master key can still
open, so that `guardian key rotate` belongs to it; and what the file system or the drive keep of old blocks.
"""

from __future__ import annotations

from collections.abc import Sequence

from guardian.errors import JournalDamagedError, JournalError
from guardian.journal.chain import NO_CHAIN, End, next_link, record_key
from guardian.journal.keys_in_hand import Keys
from guardian.journal.seal import SealError
from guardian.journal.store import Store, Wrap
from guardian.journal.store_file import DAMAGE_HINT


def erase(store: Store, ranges: Sequence[tuple[int, int]], end: End, epoch: int) -> bytes:
    """Destroy the content and the keys of the records of `ranges` (first and last, both included).

    `end`: the signed one. Returns the new end of the chain. Raises JournalError for a range outside the journal, or one
    that holds what all may see (a journal can't be made to forget that it forgot), JournalDamagedError where a key that
    is to stay is not the one that was signed.
    """
    if not ranges:
        raise JournalError("nothing was named to be forgotten")
    size, start = end.frontier.size, min(first for first, _ in ranges)
    for first, last in ranges:
        if not 0 <= first <= last < size:
            raise JournalError(f"the journal has no records {first} to {last}", hint=f"the last one is {size - 1}")
        if store.all("SELECT 1 FROM record WHERE seq BETWEEN ? AND ? AND length(public) > 0 LIMIT 1", (first, last)):
            raise JournalError(
                f"records {first} to {last} hold one that says what is missing, and that can't be forgotten",
                hint="name the records one by one",
            )
    _check_chain(store, start, end.chain, ranges)
    for first, last in ranges:
        store.run("UPDATE record SET sealed = NULL WHERE seq BETWEEN ? AND ?", (first, last))
        store.run("UPDATE wrap SET wrapped = x'', epoch = ? WHERE seq BETWEEN ? AND ?", (epoch, first, last))
    return _new_chain(store, start, size)


def reseal(store: Store, old: Keys, new: Keys, end: End) -> bytes:
    """Seal every record's key again under the new master key. Returns the new end of the chain.

    `end`: the signed one. Raises JournalDamagedError where a key does not open, or is not the one that was signed: it
    would be lost, and the damage with it.
    """
    _check_chain(store, 0, end.chain)
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
    return _new_chain(store, 0, end.frontier.size)


def _check_chain(store: Store, start: int, signed: bytes, erased: Sequence[tuple[int, int]] = ()) -> None:
    """Refuse keys from record `start` on that do not lead to the signed end, but for those that are to be erased."""
    chain = _link_before(store, start)
    for wrap in store.wraps(start):
        if wrap.chain != _link(chain, wrap) and not any(first <= wrap.seq <= last for first, last in erased):
            raise JournalDamagedError(
                f"the key of record {wrap.seq} is not the one that was signed, and a new signature would hide that",
                hint=f"{DAMAGE_HINT}; what can't be mended from a backup can be forgotten with the rest",
            )
        chain = wrap.chain
    if chain != signed:
        raise JournalDamagedError("the journal's keys are not those that were signed", hint=DAMAGE_HINT)


def _link(chain: bytes, wrap: Wrap) -> bytes:
    try:
        return next_link(chain, wrap.seq, wrap.epoch, wrap.wrapped)
    except OverflowError:  # an epoch that can be no key's
        return b""


def _link_before(store: Store, start: int) -> bytes:
    return store.wrap(start - 1).chain if start else NO_CHAIN


def _new_chain(store: Store, start: int, size: int) -> bytes:
    """Write the chain anew from record `start` on, and return its end."""
    chain = _link_before(store, start)
    rows = []
    for wrap in store.wraps(start):
        chain = next_link(chain, wrap.seq, wrap.epoch, wrap.wrapped)
        rows.append((chain, wrap.seq))
    if len(rows) != size - start:
        raise JournalDamagedError("some of the journal's keys are missing", hint=DAMAGE_HINT)
    store.run_many("UPDATE wrap SET chain = ? WHERE seq = ?", rows)
    return chain
