"""Opens the owner's journal, and begins one where there is none.

Invariants: the folder and the file are their owner's alone; of several processes that begin a journal at once one does,
and the others use it; the key is kept before anything is sealed under it, so a crash in between leaves a key too many
and never one too few.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

from guardian.errors import JournalError, OutputError, SettingsError
from guardian.events import JournalNotice, Observer, ignore
from guardian.journal.anchoring import Anchoring
from guardian.journal.encoding import canonical_bytes
from guardian.journal.journal import Journal
from guardian.journal.keys import Ask, KeyPlace, KeyStore
from guardian.journal.keys_in_hand import Keys, new_keys
from guardian.journal.ledger import Ledger
from guardian.journal.places.choose import choose_place, open_place
from guardian.journal.places.file_place import FilePlace
from guardian.journal.places.passphrase import nobody_to_ask
from guardian.journal.record import Kind, Record
from guardian.journal.rekey import forget_unused_key
from guardian.journal.seal import JOURNAL_ID_BYTES
from guardian.journal.secret import Secret
from guardian.journal.store import Store
from guardian.paths import Paths, ensure_private_directory
from guardian.settings import Settings

KEY_FILE_NOTICE = (
    "your journal's key is in a file: that protects copies of the journal, not this disk "
    "(guardian key move keyring, or passphrase)"
)

GONE_NOTICE = "the journal that was here before is gone; a new one was begun, and says so"


def now_ms() -> int:
    """Milliseconds since 1970, by this machine's clock."""
    return time.time_ns() // 1_000_000


@contextmanager
def open_journal(
    settings: Settings, *, ask: Ask = nobody_to_ask, unlock: bool = True, begin: bool = False
) -> Iterator[Journal]:
    """The owner's journal, unlocked unless told otherwise, with what waited brought in; with `begin` a new one.

    Raises JournalError where there is none yet, or it can't be used; JournalLockedError where its key is not to be had.
    """
    is_new = begin and not settings.paths.journal_file.exists()
    journal = open_or_begin(settings, ask=ask) if is_new else opened_journal(settings, ask=ask)
    try:
        if unlock:
            journal.unlock()
            journal.merge_waiting()
        yield journal
    finally:
        journal.close()


def opened_journal(settings: Settings, *, ask: Ask = nobody_to_ask) -> Journal:
    """The owner's journal, locked. The caller closes it. Raises JournalError where there is none yet."""
    paths = settings.paths
    if not paths.journal_file.exists():
        raise JournalError("there is no journal yet", hint="it begins with the first message that is recorded")
    return _journal(Store(paths.journal_file), paths, ask)


def open_or_begin(settings: Settings, observer: Observer = ignore, *, ask: Ask = nobody_to_ask) -> Journal:
    """The owner's journal, locked, or a new one, open. The caller closes it. Raises JournalError."""
    paths = settings.paths
    try:
        ensure_private_directory(paths.journal_file.parent)
    except (OutputError, SettingsError) as error:
        raise JournalError(error.what, hint=error.hint) from None
    store = Store(paths.journal_file)
    try:
        begun = _begin(store, paths, observer) if store.is_new else None
        return _journal(store, paths, ask, begun)
    except BaseException:
        store.close()
        raise


def _journal(store: Store, paths: Paths, ask: Ask, begun: Keys | None = None) -> Journal:
    places = partial(open_place, config_folder=paths.config, ask=ask)
    return Journal(store, paths.journal_waiting, places, now_ms, begun, partial(_noted, paths))


def _noted(paths: Paths) -> str:
    """Id of the journal that is noted for this folder in the configuration; empty where none is."""
    try:
        return FilePlace(paths.config).load_anchor(folder_slot(paths)) or ""
    except JournalError:
        return ""


def _begin(store: Store, paths: Paths, observer: Observer) -> Keys | None:
    """Make a journal in an empty file; None where another process was faster."""
    place = choose_place(paths.config)
    journal_id, key_id = secrets.token_bytes(JOURNAL_ID_BYTES), secrets.token_bytes(JOURNAL_ID_BYTES)
    master, created_ms = Secret.fresh(), now_ms()
    place.save_key(key_id, master)
    keys = new_keys(journal_id=journal_id, key_id=key_id, master=master, place=place.kind.value, created_ms=created_ms)
    first = Record(Kind.SEAL, created_ms, {"did": "the journal was begun", "place": place.kind.value})
    gone = _anchor_of_the_last_one(place, paths)
    try:
        with store.transaction():
            is_ours = store.is_new
            if is_ours:
                Ledger(store, keys, lambda _: keys, now_ms).begin(_first_records(first, gone))
    except BaseException:
        forget_unused_key(store, place, key_id)
        raise
    if not is_ours:
        place.delete_key(key_id)
        return None
    with suppress(JournalError):  # the first record puts an anchor on, too
        Anchoring(store, journal_id).put(place)
        _note(place, paths, journal_id.hex())
    if gone:
        observer(JournalNotice(GONE_NOTICE))
    if place.kind is KeyPlace.FILE:
        observer(JournalNotice(KEY_FILE_NOTICE))
    return keys


def note_folder(journal: Journal, paths: Paths) -> None:
    """Note, beside the anchors, which journal stands in this folder, where that is not noted yet: it may have moved.

    Raises JournalError.
    """
    _note(journal.place, paths, journal.id.hex())


def _note(place: KeyStore, paths: Paths, name: str) -> None:
    """In the place of the key, and in the configuration folder, where it can be read when the place is locked."""
    slot = folder_slot(paths)
    for each in (FilePlace(paths.config), place):
        if each.load_anchor(slot) != name:
            each.save_anchor(slot, name)


def _first_records(first: Record, gone: str) -> list[tuple[Record, bytes]]:
    """The first record, and where another journal stood here before, one that all may read."""
    if not gone:
        return [(first, b"")]
    gap = Record(Kind.GAP, first.at_ms, {"why": "the journal that was here before is gone", "anchor": gone})
    return [(first, b""), (gap, canonical_bytes({"gap": {"anchor": gone}}))]


def _anchor_of_the_last_one(place: KeyStore, paths: Paths) -> str:
    """The last checkpoint of the journal that stood here before; empty where there was none."""
    for each in (place, FilePlace(paths.config)):
        with suppress(JournalError, ValueError):
            name = each.load_anchor(folder_slot(paths))
            if name and (anchor := each.load_anchor(bytes.fromhex(name))):
                return anchor
    return ""


def folder_slot(paths: Paths) -> bytes:
    """Where it is noted, beside the anchors, which journal stands in this folder: a deleted one must not go unseen."""
    return hashlib.sha256(b"guardian/journal-of/v1\0" + os.fsencode(paths.data.absolute())).digest()[:JOURNAL_ID_BYTES]
