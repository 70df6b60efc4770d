"""The master key in the operating system's keyring.

Invariants: only back-ends that were looked at are used, known by their very class; each call has a time limit, since a
locked keyring may wait for ever for a prompt that nobody sees; a back-end is trusted only after a random value came
back from it; what a back-end says when it fails is never repeated, as it may hold what it was given.

`keyring` takes 140 ms to import, so only the thread that asks it does.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from guardian.journal.keys import KeyLockedError, KeyMissingError, KeyPlace, KeyPlaceError
from guardian.journal.places.key_line import KeyLineError, PlainKey, key_line, parse_key_line
from guardian.journal.places.keyring_backends import (
    LockedError,
    RefusedError,
    backend_name,
    fit_backend,
    is_locked,
    shown,
    within,
)
from guardian.journal.secret import Secret

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE: Final = "guardian-journal"
TIMEOUT_S: Final = 5.0
"""Long enough for a keyring that is awake, short enough to wait for one that is not."""

_HEADLESS: Final = (
    "the key goes into a file that you alone can read; guardian key move passphrase closes it, "
    "guardian key move keyring moves it once a keyring works"
)


@dataclass(frozen=True, slots=True)
class Probe:
    """Whether the keyring can be used."""

    ok: bool
    why: str
    """Which keyring works, or why none does."""

    @property
    def say(self) -> str:
        """One line for the owner, with the way on where no keyring works."""
        return self.why if self.ok else f"{self.why}: {_HEADLESS}"


class KeyringPlace:
    """`guardian.journal.keys.KeyStore` over the keyring.

    `may_prompt`: whether the keyring may ask its owner to unlock it. Without, a locked Secret Service is not asked at
    all, so that a filter that runs for each mail does not put up a window for each mail.
    """

    kind = KeyPlace.KEYRING

    def __init__(self, timeout_s: float = TIMEOUT_S, *, may_prompt: bool = True) -> None:
        self._timeout_s = timeout_s
        self._may_prompt = may_prompt

    def load_key(self, name: bytes) -> Secret:
        """The key in the keyring. Raises KeyLockedError, KeyMissingError, KeyPlaceError."""
        line = self._get(_key_entry(name))
        if line is None:
            raise KeyMissingError(
                "the keyring does not hold the journal's key", hint="use your recovery phrase: guardian key recover"
            )
        try:
            found = parse_key_line(line, name)
        except KeyLineError as error:
            problem = str(error)
        else:
            if isinstance(found, PlainKey):
                return found.key
            problem = "is closed by a passphrase"
        raise KeyPlaceError(f"the journal's entry in the keyring {problem}", hint="guardian key recover")

    def save_key(self, name: bytes, key: Secret) -> None:
        """Write, read back, compare; where that fails, what was there before is put back. Raises KeyPlaceError."""
        self._put(_key_entry(name), key_line(name, PlainKey(key)))

    def delete_key(self, name: bytes) -> None:
        """Remove the entry. Raises KeyLockedError, KeyPlaceError."""
        self._delete(_key_entry(name))

    def load_anchor(self, name: bytes) -> str | None:
        """The signed note; None where there is none. Raises KeyLockedError, KeyPlaceError."""
        return self._get(_anchor_entry(name))

    def save_anchor(self, name: bytes, note: str) -> None:
        """Keep a signed note. Raises KeyLockedError, KeyPlaceError."""
        self._put(_anchor_entry(name), note)

    def delete_anchor(self, name: bytes) -> None:
        """Remove the note. Raises KeyLockedError, KeyPlaceError."""
        self._delete(_anchor_entry(name))

    def remove_partial_files(self) -> None:
        """A keyring has none."""

    def say(self) -> str:
        """For `doctor` and the app; asks which keyring it is, but for no secret."""
        try:
            return f"key: keyring ({within(self._timeout_s, lambda: backend_name(fit_backend()))})"
        except RefusedError:
            return "key: keyring (not to be reached from here)"

    def _get(self, entry: str) -> str | None:
        try:
            return within(self._timeout_s, lambda: self._open().get_password(SERVICE, entry))
        except RefusedError as error:
            problem = str(error)
        raise _locked(problem)

    def _put(self, entry: str, value: str) -> None:
        def put() -> bool:
            backend = self._open()
            before = backend.get_password(SERVICE, entry)
            backend.set_password(SERVICE, entry, value)
            if backend.get_password(SERVICE, entry) == value:
                return True
            if before is not None:
                backend.set_password(SERVICE, entry, before)
            return False

        try:
            if within(self._timeout_s, put):
                return
            problem = ""
        except LockedError as error:
            raise _locked(str(error)) from None
        except RefusedError as error:
            problem = str(error)
        raise KeyPlaceError(problem or "the keyring gave back something else than it was given", hint="guardian doctor")

    def _delete(self, entry: str) -> None:
        def delete() -> None:
            backend = self._open()
            if backend.get_password(SERVICE, entry) is not None:
                backend.delete_password(SERVICE, entry)

        try:
            return within(self._timeout_s, delete)
        except RefusedError as error:
            problem = str(error)
        raise _locked(problem)

    def _open(self) -> KeyringBackend:
        """The back-end, after it was found fit; called in the thread that may be left behind."""
        backend = fit_backend()
        if not self._may_prompt and is_locked(backend):
            raise LockedError("the keyring is locked")
        return backend


def probe_keyring(timeout_s: float = TIMEOUT_S, *, may_prompt: bool = True) -> Probe:
    """Whether the keyring keeps what it is given: a random value is written, read back and deleted."""
    place = KeyringPlace(timeout_s, may_prompt=may_prompt)
    entry, value = f"probe-{secrets.token_hex(8)}", secrets.token_hex(32)

    def try_it() -> str:
        backend = place._open()
        backend.set_password(SERVICE, entry, value)
        found = backend.get_password(SERVICE, entry)
        if found == value:
            backend.delete_password(SERVICE, entry)
            return backend_name(backend)
        with suppress(Exception):
            backend.delete_password(SERVICE, entry)
        does = "stores nothing" if found is None else "gives back something else than it was given"
        raise RefusedError(f"the keyring {shown(backend)} {does}")

    try:
        return Probe(True, f"the keyring works ({within(timeout_s, try_it)})")
    except RefusedError as error:
        return Probe(False, str(error))


def _locked(problem: str) -> KeyLockedError:
    return KeyLockedError(problem, hint="unlock it, or log in to the desktop; what is recorded meanwhile waits")


def _key_entry(name: bytes) -> str:
    return f"{name.hex()}.key"


def _anchor_entry(name: bytes) -> str:
    return f"{name.hex()}.anchor"
