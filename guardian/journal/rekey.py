"""What a change of keys writes: a new master key, a new place for it, a recovery phrase.

Invariants: pure but for the store that it works on inside the caller's transaction; the identity of the journal stays,
so checkpoints and receipts made before stay valid.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from guardian.errors import JournalError
from guardian.journal.chain import End
from guardian.journal.erasure import reseal
from guardian.journal.header import Header, Recovery
from guardian.journal.keys import KeyPlace, KeyStore
from guardian.journal.keys_in_hand import Keys, with_header, with_master
from guardian.journal.ledger import HEADER, Change
from guardian.journal.record import Kind, Record
from guardian.journal.secret import Secret
from guardian.journal.store import Store

WrapForOwner = Callable[[Secret, bytes, bytes], bytes]
"""`wrap(master, public, journal_id)`: the master key, sealed to the public key of the owner's recovery phrase."""


def renewed(
    store: Store,
    keys: Keys,
    end: End,
    *,
    master: Secret,
    key_id: bytes,
    place: KeyPlace,
    wrap: WrapForOwner,
    now_ms: int,
) -> Change:
    """Every record's key, sealed again under `master`, which is kept in `place` under the name `key_id`."""
    new = with_master(keys, master, key_id)
    recovery = keys.header.recovery
    if recovery is not None:
        recovery = Recovery(recovery.public, wrap(master, recovery.public, keys.header.journal_id))
    new = with_header(new, replace(new.header, place=place.value, recovery=recovery))
    chain = reseal(store, keys, new, end)
    body = {"epoch": new.header.epoch, "did": "the master key was renewed", "place": place.value}
    return Change(new, chain, Record(Kind.RESEAL, now_ms, body))


def recoverable(keys: Keys, end: End, recovery: Recovery, now_ms: int) -> Change:
    """The master key, sealed to a recovery phrase, in the header."""
    record = Record(Kind.SEAL, now_ms, {"did": "a recovery phrase was made"})
    return Change(with_header(keys, replace(keys.header, recovery=recovery)), end.chain, record)


def forget_unused_key(store: Store, place: KeyStore, key_id: bytes) -> None:
    """Remove a key that was made for a change that failed; never one that the header names, or might name.

    A commit that reported a failure may be on disk all the same: then its key is the journal's only one.
    """
    with suppress(JournalError):
        data = None if store.is_new else store.meta(HEADER)
        if data is None or Header.from_bytes(data).key_id != key_id:
            place.delete_key(key_id)
