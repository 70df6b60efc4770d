"""The master key in a file of its own: what is used where no keyring works.

It protects copies of the journal that leave this machine without the configuration folder, such as a backup of the
data folder. It does not protect against whoever can read this disk.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from guardian.journal.keys import KeyMissingError, KeyPlace, KeyPlaceError
from guardian.journal.places.key_line import (
    MOST_LINE_BYTES,
    KeyLineError,
    PlainKey,
    WrappedKey,
    key_line,
    parse_key_line,
)
from guardian.journal.places.private_file import delete_private, read_private, remove_partials, write_private
from guardian.journal.secret import Secret
from guardian.safe_text import safe_line

MOST_ANCHOR_BYTES: Final = 64 << 10
_OWN_FILE: Final = re.compile(r"journal-[0-9a-f]{32}\.(?:key|anchor)")


class AnchorFile:
    """The last checkpoint in `journal-<name>.anchor`, 0600: public, but nobody else's to change."""

    def __init__(self, config_folder: Path) -> None:
        self._folder = config_folder

    def load_anchor(self, name: bytes) -> str | None:
        """The signed note; None where there is none. Raises KeyPlaceError."""
        return read_private(self._path(name), MOST_ANCHOR_BYTES)

    def save_anchor(self, name: bytes, note: str) -> None:
        """Put a signed note there, atomically. Raises KeyPlaceError."""
        write_private(self._path(name), note)

    def delete_anchor(self, name: bytes) -> None:
        """Remove it. Raises KeyPlaceError."""
        delete_private(self._path(name))

    def remove_partial_files(self) -> None:
        """Of keys and of anchors, in the configuration folder. Raises KeyPlaceError."""
        remove_partials(self._folder, _OWN_FILE)

    def _path(self, name: bytes) -> Path:
        return self._folder / f"journal-{name.hex()}.anchor"


class FilePlace(AnchorFile):
    """`guardian.journal.keys.KeyStore` over `journal-<name>.key` in the configuration folder, mode 0600."""

    kind = KeyPlace.FILE

    def load_key(self, name: bytes) -> Secret:
        """The key in the file. Raises KeyMissingError, KeyPlaceError."""
        found = read_key_file(self._folder, name)
        if isinstance(found, PlainKey):
            return found.key
        if found is None:
            raise key_file_missing(self._folder, name)
        raise KeyPlaceError(
            f"the key file {key_file_shown(self._folder, name)} is closed by a passphrase; the journal says it is not",
            hint="guardian journal verify says more",
        )

    def save_key(self, name: bytes, key: Secret) -> None:
        """Write the file, read it back and compare. Raises KeyPlaceError."""
        write_private(key_file(self._folder, name), key_line(name, PlainKey(key)))
        if self.load_key(name) != key:
            raise KeyPlaceError(f"the key file {key_file_shown(self._folder, name)} reads back as something else")

    def delete_key(self, name: bytes) -> None:
        """Overwrite and remove the file, unless it is closed by a passphrase. Raises KeyPlaceError."""
        if isinstance(read_key_file(self._folder, name), PlainKey):
            delete_private(key_file(self._folder, name))

    def say(self) -> str:
        """For `doctor` and the app."""
        return "key: file (protects copies of the journal, not this disk)"


def key_file(config_folder: Path, name: bytes) -> Path:
    """Where a key of that name stands."""
    return config_folder / f"journal-{name.hex()}.key"


def key_file_shown(config_folder: Path, name: bytes) -> str:
    """The same, for a line of text."""
    return safe_line(str(key_file(config_folder, name)))


def read_key_file(config_folder: Path, name: bytes) -> PlainKey | WrappedKey | None:
    """What the key file holds; None where there is none. Raises KeyPlaceError where it is damaged or not private."""
    text = read_private(key_file(config_folder, name), MOST_LINE_BYTES)
    if text is None:
        return None
    try:
        return parse_key_line(text, name)
    except KeyLineError as error:
        problem = str(error)
    raise KeyPlaceError(
        f"the key file {key_file_shown(config_folder, name)} {problem}",
        hint="put it back from a backup, or use your recovery phrase: guardian key recover",
    )


def key_file_missing(config_folder: Path, name: bytes) -> KeyMissingError:
    """The error for a file that should be there."""
    return KeyMissingError(
        f"the key file {key_file_shown(config_folder, name)} is not there",
        hint="put it back from a backup, or use your recovery phrase: guardian key recover",
    )
