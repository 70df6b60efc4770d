"""Which place a journal's key is kept in: the one its header names, or for a new journal the best that works."""

from __future__ import annotations

from pathlib import Path

from guardian.journal.keys import Ask, KeyPlace, KeyStore
from guardian.journal.places.file_place import FilePlace
from guardian.journal.places.keyring_place import TIMEOUT_S, KeyringPlace, probe_keyring
from guardian.journal.places.passphrase import PassphrasePlace, nobody_to_ask


def open_place(
    kind: KeyPlace,
    config_folder: Path,
    *,
    ask: Ask = nobody_to_ask,
    timeout_s: float = TIMEOUT_S,
    may_prompt: bool | None = None,
) -> KeyStore:
    """The place of that kind; nothing is read or written yet.

    `ask` asks for the passphrase (`passphrase.terminal_ask`, or a window of the app). `may_prompt`: whether the
    keyring may put up its own window to be unlocked; by default where there is somebody to ask. `timeout_s` limits
    each call to the keyring.
    """
    match kind:
        case KeyPlace.KEYRING:
            return KeyringPlace(timeout_s, may_prompt=ask is not nobody_to_ask if may_prompt is None else may_prompt)
        case KeyPlace.PASSPHRASE:
            return PassphrasePlace(config_folder, ask)
        case KeyPlace.FILE:
            return FilePlace(config_folder)


def choose_place(config_folder: Path, *, timeout_s: float = TIMEOUT_S, may_prompt: bool = False) -> KeyStore:
    """The place for the key of a new journal: the keyring where one works, else the key file."""
    if probe_keyring(timeout_s, may_prompt=may_prompt).ok:
        return KeyringPlace(timeout_s, may_prompt=may_prompt)
    return FilePlace(config_folder)
