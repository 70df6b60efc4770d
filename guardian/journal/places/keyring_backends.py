"""The operating system's keyrings, as far as Guardian uses them: which, and for how long it waits for one.

Invariants: only back-ends that were looked at are used, known by their very class; what a back-end says when it fails
is never repeated, as it may hold what it was given; whoever asks gets an answer within the time given.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, TypeVar

from guardian.safe_text import safe_line

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

ALLOWED: Final = {
    "keyring.backends.SecretService.Keyring": "Secret Service",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
    "keyring.backends.libsecret.Keyring": "Secret Service",
    "keyring.backends.macOS.Keyring": "macOS Keychain",
    "keyring.backends.Windows.WinVaultKeyring": "Windows Credential Locker",
}
"""Back-ends that keep secrets closed while their owner is logged out, by class, with the name that the owner knows."""

_CHAINER: Final = "keyring.backends.chainer.ChainerBackend"
_SECRET_SERVICE: Final = "keyring.backends.SecretService.Keyring"
_DEFAULT_COLLECTION: Final = "/org/freedesktop/secrets/aliases/default"
_LOCKED_ERRORS: Final = ("KeyringLocked", "InitError")
"""What keyring raises where its owner turned the prompt away."""

T = TypeVar("T")


class RefusedError(Exception):
    """The keyring is not used; the text says why, and holds nothing that a back-end said."""


class LockedError(RefusedError):
    """It would be used, were it not locked."""


def backend_name(backend: KeyringBackend) -> str:
    """The name that the owner knows a back-end by."""
    return ALLOWED.get(_class_name(backend), "several keyrings")  # several: keyring's chain of them


def shown(backend: object) -> str:
    """A back-end's class, for a line of text."""
    return safe_line(_class_name(backend), 80)


def fit_backend() -> KeyringBackend:
    """The back-end that keyring chose, or was told to use. Raises RefusedError where it is not on the list."""
    import keyring

    try:
        backend = keyring.get_keyring()
    except Exception:  # whatever PYTHON_KEYRING_BACKEND or keyringrc.cfg names may fail in any way
        backend = None
    if backend is None:
        raise RefusedError("the keyring that keyring's configuration names cannot be loaded")
    if _class_name(backend) == _CHAINER and _is_genuine(backend):
        members: list[Any] = list(backend.backends)  # type: ignore[attr-defined]
        weak = next((member for member in members if not _is_allowed(member)), None)
        if weak is None and members:
            return backend
        raise RefusedError(f"the keyring {shown(backend)} would use {shown(weak) if weak else 'nothing'}")
    if not _is_allowed(backend):
        if _class_name(backend).startswith(("keyring.backends.fail.", "keyring.backends.null.")):
            raise RefusedError("no keyring works here")
        raise RefusedError(f"the keyring {shown(backend)} is not one that guardian trusts")
    return backend


def is_locked(backend: KeyringBackend) -> bool:
    """Whether a Secret Service would have to ask its owner; nothing is unlocked, and nothing made.

    Of other keyrings it cannot be told beforehand: False.
    """
    members: list[Any] = list(backend.backends) if _class_name(backend) == _CHAINER else [backend]  # type: ignore[attr-defined]
    return any(_class_name(member) == _SECRET_SERVICE and _is_collection_locked(member) for member in members)


def within(timeout_s: float, work: Callable[[], T]) -> T:
    """What `work` returns, done in a thread that is left behind where it takes longer than `timeout_s`.

    Raises RefusedError, here and not in that thread, so that no traceback leads to what a back-end was given or said.
    """
    answers: queue.SimpleQueue[tuple[T | None, RefusedError | None]] = queue.SimpleQueue()

    def answer() -> None:
        try:
            answers.put((work(), None))
        except BaseException as error:  # a back-end may fail in any way, and somebody waits for the answer
            answers.put((None, _refusal(error)))

    threading.Thread(target=answer, name="guardian-keyring", daemon=True).start()
    try:
        result, refusal = answers.get(timeout=timeout_s)
    except queue.Empty:
        result, refusal = None, LockedError(f"the keyring did not answer within {timeout_s:g} s (it may be locked)")
    if refusal is not None:
        raise refusal
    return result  # type: ignore[return-value]  # None only where T has it


def _refusal(error: BaseException) -> RefusedError:
    if isinstance(error, RefusedError):
        return type(error)(str(error))
    if any(kind.__name__ in _LOCKED_ERRORS for kind in type(error).__mro__):
        return LockedError("the keyring is locked")
    return RefusedError(f"the keyring failed ({safe_line(type(error).__name__, 80)})")


def _is_allowed(backend: object) -> bool:
    return _class_name(backend) in ALLOWED and _is_genuine(backend)


def _is_genuine(backend: object) -> bool:
    """Whether the class is the one that its module has under that name: a subclass or a namesake is not."""
    kind = type(backend)
    return getattr(sys.modules.get(kind.__module__), kind.__qualname__, None) is kind


def _class_name(backend: object) -> str:
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def _is_collection_locked(backend: Any) -> bool:
    import secretstorage

    path = getattr(backend, "preferred_collection", _DEFAULT_COLLECTION)
    with closing(secretstorage.dbus_init()) as connection:
        try:
            return bool(secretstorage.Collection(connection, path).is_locked())
        except secretstorage.exceptions.ItemNotFoundException:
            return True  # no collection yet: making one asks for a new password
