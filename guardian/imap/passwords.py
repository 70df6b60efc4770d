"""The passwords of mailboxes: in the operating system's keyring, one entry for each login.

Invariants: only keyrings that were looked at are used, each call has a time limit, and what a keyring says when it
fails is never repeated (`guardian.journal.places.keyring_backends`); where no keyring works, nothing is kept anywhere.
"""

from __future__ import annotations

import os
import stat
from typing import Final

from guardian.errors import InputError
from guardian.journal.places.keyring_backends import RefusedError, fit_backend, within
from guardian.journal.secret import Secret

SERVICE: Final = "guardian-imap"
TIMEOUT_S: Final = 5.0
_LONGEST_BYTES: Final = 4096
_NO_KEYRING: Final = "or set password_file to a file that you alone can read"


def entry_of(login: str, host: str, port: int) -> str:
    """The name of a mailbox's entry."""
    return f"{login}@{host}:{port}"


def save_password(entry: str, password: Secret) -> None:
    """Write, read back, compare. Raises InputError."""

    def put() -> bool:
        backend = fit_backend()
        backend.set_password(SERVICE, entry, password.reveal().decode())
        return backend.get_password(SERVICE, entry) == password.reveal().decode()

    try:
        if within(TIMEOUT_S, put):
            return
        problem = "the keyring gave back something else than it was given"
    except RefusedError as error:
        problem = str(error)
    raise InputError(f"the password cannot be kept: {problem}", hint=_NO_KEYRING)


def load_password(entry: str) -> Secret | None:
    """The password; None where there is none. Raises InputError."""
    try:
        found = within(TIMEOUT_S, lambda: fit_backend().get_password(SERVICE, entry))
    except RefusedError as error:
        problem = str(error)
    else:
        return Secret(found.encode()) if found is not None else None
    raise InputError(f"the password cannot be had: {problem}", hint=_NO_KEYRING)


def delete_password(entry: str) -> None:
    """Remove the password; one that is not there is no error. Raises InputError."""

    def delete() -> None:
        backend = fit_backend()
        if backend.get_password(SERVICE, entry) is not None:
            backend.delete_password(SERVICE, entry)

    try:
        return within(TIMEOUT_S, delete)
    except RefusedError as error:
        problem = str(error)
    raise InputError(f"the password cannot be removed: {problem}")


def read_password_file(path: str) -> Secret:
    """The first line of a file that its owner alone can read. Raises InputError."""
    try:
        descriptor = os.open(os.path.expanduser(path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise InputError(f"the password file cannot be read: {(error.strerror or '').lower()}") from None
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
            raise InputError("others may read the password file", hint=f"chmod 600 {path}")
        line = stream.read(_LONGEST_BYTES).partition(b"\n")[0].rstrip(b"\r")
    if not line:
        raise InputError("the password file is empty")
    return Secret(line)
