"""What a change of keys writes: a new master key, a new place for it, a recovery phrase.

Invariants: pure but for the store that it works on inside the caller's transaction; the identity of the journal stays,
so checkpoints and receipts made before stay valid; a key that was left is noted, in the transaction that leaves it,
until it is gone from its place, so a crash in between leaves no key behind for longer than until the next unlocking.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from guardian.errors import JournalError
from guardian.journal.chain import End
from guardian.journal.erasure import reseal
from guardian.journal.header import Header, Recovery
from guardian.journal.keys import KeyPlace, KeyStore
from guardian.journal.keys_in_hand import Keys, with_header, with_master
from guardian.journal.ledger import HEADER, Change
from guardian.journal.notes import RETIRED, RetiredKey, retired_keys, retired_note
from guardian.journal.record import Kind, Record
from guardian.journal.seal import derived
from guardian.journal.secret import Secret
from guardian.journal.store import Store

_RETIRED_INFO: Final = b"guardian/retired/v1"

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
    note_retired(store, keys)
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


def remove_retired_keys(store: Store, keys: Keys, open_place: Callable[[KeyPlace], KeyStore]) -> None:
    """Remove the keys that this journal has left from where they were, and then the note on them; of a note that
    another hand wrote nothing is believed.

    Raises JournalError where one can't be removed now: the note stands then.
    """
    if store.meta(RETIRED) is None:
        return
    removed = [key for key in _believed(store, keys) if key.key_id != keys.header.key_id]
    in_keyring = keys.header.place == KeyPlace.KEYRING
    for key in removed:
        place = open_place(key.place)
        place.delete_key(key.key_id)
        if (place.kind is KeyPlace.KEYRING) != in_keyring:
            place.delete_anchor(keys.header.journal_id)
    with store.transaction():
        _set_retired(store, [key for key in _believed(store, keys) if key not in removed])


def note_retired(store: Store, keys: Keys) -> None:
    """Note, inside the caller's transaction, that the key in hand is about to be left."""
    place, key_id = KeyPlace(keys.header.place), keys.header.key_id
    _set_retired(store, [*_believed(store, keys), RetiredKey(place, key_id, _tag(keys, place, key_id))])


def _set_retired(store: Store, retired: list[RetiredKey]) -> None:
    if retired:
        store.set_meta(RETIRED, retired_note(retired))
    else:
        store.run("DELETE FROM meta WHERE name = ?", (RETIRED,))


def _believed(store: Store, keys: Keys) -> list[RetiredKey]:
    """What the note says, and this journal's own key has said."""
    try:
        noted = retired_keys(store.meta(RETIRED))
    except ValueError:
        return []
    return [key for key in noted if hmac.compare_digest(key.tag, _tag(keys, key.place, key.key_id))]


def _tag(keys: Keys, place: KeyPlace, key_id: bytes) -> bytes:
    """The identity's seed outlives the master key, so what was noted under the old one is believed under the new."""
    secret = derived(keys.seed, keys.header.journal_id, _RETIRED_INFO)
    return hmac.digest(secret.reveal(), place.value.encode("ascii") + b"\0" + key_id, "sha256")
