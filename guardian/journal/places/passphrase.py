"""The master key in a file that a passphrase closes.

The passphrase is stretched by Argon2id with the second recommended parameters of RFC 9106 section 4 (3 passes over
64 MiB, 4 lanes, a salt of 16 bytes), and the key sealed under the result with AES-256-GCM-SIV (RFC 8452). The
parameters stand in the file, are bound by the seal, and are capped when they are read: a file that asks for a terabyte
is refused, not obeyed.

Invariants: a passphrase is stretched in Unicode form NFKC, so that it is the same on every keyboard; it is asked for
through the callable given, and kept in memory as long as the key is, so that a new key needs no new question; it is in
no error and no file.
"""

from __future__ import annotations

import re
import secrets
import sys
import unicodedata
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from guardian.journal.keys import Ask, KeyLockedError, KeyPlace, KeyPlaceError
from guardian.journal.places.file_place import AnchorFile, key_file, key_file_missing, key_file_shown, read_key_file
from guardian.journal.places.key_line import PlainKey, WrappedKey, key_line
from guardian.journal.places.private_file import delete_private, write_private
from guardian.journal.secret import KEY_BYTES, Secret

SHORTEST_CHARACTERS: Final = 12
"""Whoever copies the file can guess without end, and buy faster machines than this one."""

MOST_TRIES: Final = 3

MOST_MEMORY_KIB: Final = 256 << 10
MOST_PASSES: Final = 16
MOST_LANES: Final = 16
"""What a key file may ask for."""

_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_SEALED_BYTES: Final = _NONCE_BYTES + KEY_BYTES + 16
_BOUND: Final = b"guardian/passphrase/v1\0"
_PARAMETERS: Final = re.compile(r"m=([1-9]\d{0,9}),t=([1-9]\d{0,9}),p=([1-9]\d{0,9})")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Parameters of Argon2id."""

    memory_kib: int = 64 << 10
    passes: int = 3
    lanes: int = 4

    def __str__(self) -> str:
        return f"m={self.memory_kib},t={self.passes},p={self.lanes}"

    @classmethod
    def parse(cls, text: str) -> Stretch:
        """What a key file asks for. Raises ValueError where it is malformed, or more than any Guardian writes."""
        match = _PARAMETERS.fullmatch(text)
        if match is None:
            raise ValueError("its parameters are damaged")
        asked = cls(*map(int, match.groups()))
        if asked.memory_kib > MOST_MEMORY_KIB or asked.passes > MOST_PASSES or asked.lanes > MOST_LANES:
            raise ValueError(f"it asks for more than {MOST_MEMORY_KIB >> 10} MiB and {MOST_PASSES} passes")
        if asked.memory_kib < 8 * asked.lanes:
            raise ValueError("its parameters are damaged")
        return asked


class WrongPassphraseError(KeyLockedError):
    """A passphrase was given, and it is not the one."""


class PassphrasePlace(AnchorFile):
    """`guardian.journal.keys.KeyStore` over `journal-<name>.key`, closed by a passphrase that `ask` asks for."""

    kind = KeyPlace.PASSPHRASE

    def __init__(self, config_folder: Path, ask: Ask) -> None:
        super().__init__(config_folder)
        self._ask = ask
        self._passphrase: Secret | None = None

    def load_key(self, name: bytes) -> Secret:
        """The key, after the passphrase was given: three tries.

        Raises KeyLockedError where nobody can be asked, WrongPassphraseError, KeyMissingError, KeyPlaceError.
        """
        found = read_key_file(self._folder, name)
        if found is None:
            raise key_file_missing(self._folder, name)
        shown = key_file_shown(self._folder, name)
        if isinstance(found, PlainKey):
            raise KeyPlaceError(f"the key file {shown} is not closed by a passphrase; the journal says it is")
        if self._passphrase is not None:
            key = unwrap_key(found, self._passphrase, name, shown)
            if key is not None:
                return key
        prompt = "passphrase of the journal: "
        for _ in range(MOST_TRIES):
            given = self._asked(prompt)
            key = unwrap_key(found, given, name, shown)
            if key is not None:
                self._passphrase = given
                return key
            prompt = "that is not the passphrase; once more: "
        raise WrongPassphraseError(
            "the passphrase is wrong", hint="without it, use your recovery phrase: guardian key recover"
        )

    def save_key(self, name: bytes, key: Secret) -> None:
        """Close the key under the passphrase that was given before, or else a new one, asked for twice."""
        passphrase = self._passphrase or new_passphrase(self._ask)
        wrapped = wrap_key(key, passphrase, name)
        write_private(key_file(self._folder, name), key_line(name, wrapped))
        self._passphrase = passphrase
        shown = key_file_shown(self._folder, name)
        found = read_key_file(self._folder, name)
        if not isinstance(found, WrappedKey) or unwrap_key(found, passphrase, name, shown) != key:
            raise KeyPlaceError(f"the key file {shown} reads back as something else")

    def delete_key(self, name: bytes) -> None:
        """Overwrite and remove the file, unless it holds the key in the clear. Raises KeyPlaceError."""
        if isinstance(read_key_file(self._folder, name), WrappedKey):
            delete_private(key_file(self._folder, name))

    def say(self) -> str:
        """For `doctor` and the app."""
        return "key: passphrase"

    def _asked(self, prompt: str) -> Secret:
        given = self._ask(prompt)
        if given is None or not given.reveal():
            raise KeyLockedError(
                "the journal's key is closed by a passphrase, and none was given",
                hint="guardian journal list, run on a terminal, asks for it",
            )
        return normalised(given)


def new_passphrase(ask: Ask) -> Secret:
    """A new passphrase, asked for until two answers agree: three tries.

    Raises KeyLockedError where nobody can be asked, KeyPlaceError where no usable one was given.
    """
    prompt = f"new passphrase for the journal (at least {SHORTEST_CHARACTERS} characters): "
    for _ in range(MOST_TRIES):
        first = ask(prompt)
        if first is None or not first.reveal():
            break
        first = normalised(first)
        if len(first.reveal().decode("utf-8", "surrogateescape")) < SHORTEST_CHARACTERS:
            prompt = (
                f"too short: a copied file can be guessed at without end; at least {SHORTEST_CHARACTERS} characters: "
            )
            continue
        second = ask("the same once more: ")
        if second is None:
            break
        if normalised(second) == first:
            return first
        prompt = "the two are not the same; new passphrase: "
    else:
        raise KeyPlaceError("no new passphrase was chosen: three tries", hint="nothing was changed")
    raise KeyLockedError("a new passphrase is needed, and none was given", hint="run this on a terminal")


def wrap_key(key: Secret, passphrase: Secret, name: bytes, stretch: Stretch | None = None) -> WrappedKey:
    """`key`, closed by `passphrase`."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

    parameters = str(stretch or Stretch())
    salt = secrets.token_bytes(_SALT_BYTES)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    cipher = AESGCMSIV(_stretched(passphrase, salt, stretch or Stretch()).reveal())
    return WrappedKey(parameters, salt, nonce + cipher.encrypt(nonce, key.reveal(), _bound(name, parameters, salt)))


def unwrap_key(wrapped: WrappedKey, passphrase: Secret, name: bytes, shown: str) -> Secret | None:
    """The key; None where the passphrase is another. Raises KeyPlaceError where the file `shown` asks for too much."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

    try:
        stretch = Stretch.parse(wrapped.parameters)
        if (len(wrapped.salt), len(wrapped.sealed)) != (_SALT_BYTES, _SEALED_BYTES):
            raise ValueError("its sealed key is damaged")
        cipher = AESGCMSIV(_stretched(passphrase, wrapped.salt, stretch).reveal())
        nonce, sealed = wrapped.sealed[:_NONCE_BYTES], wrapped.sealed[_NONCE_BYTES:]
        return Secret(cipher.decrypt(nonce, sealed, _bound(name, wrapped.parameters, wrapped.salt)))
    except InvalidTag:
        return None
    except MemoryError:
        problem = "there is not enough memory to stretch the passphrase"
    except ValueError as error:
        problem = str(error)
    raise KeyPlaceError(f"the key file {shown} cannot be opened: {problem}")


def normalised(passphrase: Secret) -> Secret:
    """The passphrase in NFKC; bytes that are no UTF-8 stay what they are."""
    text = passphrase.reveal().decode("utf-8", "surrogateescape")
    return Secret(unicodedata.normalize("NFKC", text).encode("utf-8", "surrogateescape"))


def terminal_ask(prompt: str) -> Secret | None:
    """Ask on the terminal without showing what is typed.

    None inside a pipe (standard input or standard error is no terminal), where the terminal cannot be kept from
    showing it, and where the owner ends the input.
    """
    import getpass

    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return Secret(getpass.getpass(prompt).encode("utf-8", "surrogateescape"))
        except (EOFError, OSError, getpass.GetPassWarning):
            return None


def nobody_to_ask(prompt: str) -> Secret | None:
    """For callers behind which nobody sits."""
    return None


def is_terminal(stream: object) -> bool:
    """Whether a standard stream is a terminal; a closed or missing one is not."""
    try:
        return bool(stream.isatty())  # type: ignore[attr-defined]
    except (AttributeError, ValueError):
        return False


def _stretched(passphrase: Secret, salt: bytes, stretch: Stretch) -> Secret:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    derive = Argon2id(
        salt=salt, length=KEY_BYTES, iterations=stretch.passes, lanes=stretch.lanes, memory_cost=stretch.memory_kib
    )
    return Secret(derive.derive(passphrase.reveal()))


def _bound(name: bytes, parameters: str, salt: bytes) -> bytes:
    return _BOUND + name + parameters.encode("ascii") + b"\0" + salt
