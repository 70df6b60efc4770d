"""Where the journal's master key is kept: the contract that every place keeps, and its errors.

The places are `keyring_place`, `file_place` and `passphrase`; `key_places` chooses among them.

Invariants: what `save_key` returned from can be loaded again (it was read back and compared); a place that cannot be
asked just now is never said to be empty; no error holds any part of a key.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from guardian.errors import JournalError, JournalIoError, JournalLockedError
from guardian.journal.secret import Secret

Ask = Callable[[str], Secret | None]
"""Asks the owner for a passphrase, with a prompt; None where nobody can be asked, or nobody answers."""


class KeyPlace(StrEnum):
    """The kinds of places, as the header of a journal names them."""

    KEYRING = "keyring"
    """The operating system's keyring, open while its owner is logged in."""
    FILE = "file"
    """A file that its owner alone may read: it protects copies of the journal, not this disk."""
    PASSPHRASE = "passphrase"
    """The same file, closed by a passphrase."""


class KeyLockedError(JournalLockedError):
    """The key is, as far as can be told, where it should be, and cannot be had now."""


class KeyMissingError(JournalError):
    """The place was asked, and has no key of this journal."""


class KeyPlaceError(JournalError):
    """The place is not fit to be used, or holds something that is no key."""


class KeyPlaceIoError(KeyPlaceError, JournalIoError):
    """The disk failed under the place."""


class KeyStore(Protocol):
    """A place. Keys and anchors are kept under names of 16 bytes: the key's own, and the journal's.

    To move a key: `new.save_key` (under a name of its own), `new.save_anchor`, write down the new place and name, then
    `old.delete_key`, and `old.delete_anchor` where only one of the two is the keyring: file and passphrase keep their
    anchor in the same file. A crash in between leaves the key in both places at worst.
    """

    @property
    def kind(self) -> KeyPlace:
        """What kind of place this is."""
        ...

    def load_key(self, name: bytes) -> Secret:
        """The master key (32 bytes). Raises KeyLockedError, KeyMissingError, KeyPlaceError."""
        ...

    def save_key(self, name: bytes, key: Secret) -> None:
        """Keep `key` in the place of whatever key of that name is there; read it back and compare.

        Atomic: after a crash the place holds the old key or the new one. Raises KeyLockedError where a passphrase is
        needed and none is given, and KeyPlaceError; an old key of that name is then still there.
        """
        ...

    def delete_key(self, name: bytes) -> None:
        """Remove the key of that name; nothing happens where there is none. Raises KeyLockedError, KeyPlaceError.

        A file that holds it in another kind's way stays untouched: it belongs to the place that the key was moved to.
        """
        ...

    def load_anchor(self, name: bytes) -> str | None:
        """The signed note that was saved last; None where there was none. Raises KeyLockedError, KeyPlaceError."""
        ...

    def save_anchor(self, name: bytes, note: str) -> None:
        """Keep a signed note outside the journal, atomically. Raises KeyLockedError, KeyPlaceError."""
        ...

    def delete_anchor(self, name: bytes) -> None:
        """Remove the note; nothing happens where there is none. Raises KeyLockedError, KeyPlaceError."""
        ...

    def remove_partial_files(self) -> None:
        """Remove what a writer that was killed left half written, once it can be no writer's any more.

        Raises KeyPlaceError.
        """
        ...

    def say(self) -> str:
        """One line for the owner: where the key is, and what that protects."""
        ...
