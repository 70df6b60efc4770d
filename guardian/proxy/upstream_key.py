"""The owner's key for the AI server behind the proxy, where that server wants one.

Invariants: it is in the keyring where one works, else in a file that its owner alone can read; it is never an argument
or a variable, it is sent to the server of `proxy.upstream` alone, and no client of the proxy ever sees it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from guardian.errors import UsageError
from guardian.journal.places.keyring_backends import LockedError, RefusedError, backend_name, fit_backend, within
from guardian.journal.places.private_file import delete_private, read_private, write_private
from guardian.proxy.errors import ProxyError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_SERVICE: Final = "guardian-proxy"
_TIMEOUT_S: Final = 5.0
_MOST_BYTES: Final = 4096


def load_upstream_key(file: Path, upstream: str) -> str:
    """The key for the server at `upstream` (its address); empty where the owner gave none.

    Raises ProxyError where the keyring is locked: without the key the server would only refuse every request.
    """
    in_file = read_private(file, _MOST_BYTES)
    if in_file is not None:
        address, _, key = in_file.strip().partition(" ")
        return key if address == upstream else ""
    try:
        return within(_TIMEOUT_S, lambda: fit_backend().get_password(_SERVICE, upstream)) or ""
    except LockedError as error:
        raise ProxyError(f"the ai server's key is not to be had: {error}", hint="unlock the keyring") from None
    except RefusedError:  # no keyring here, so no key in it
        return ""


def save_upstream_key(file: Path, upstream: str, key: str) -> str:
    """Keep the key for the server at `upstream`, or forget it where it is empty. Returns where it is, in words.

    Raises UsageError for what can be no key, KeyPlaceError where the file can't be written.
    """
    if not key.isascii() or any(not 32 < ord(character) < 127 for character in key) or len(key) > _MOST_BYTES // 2:
        raise UsageError("that is no key: one line of visible ASCII characters is expected")
    try:
        where = within(_TIMEOUT_S, lambda: _put(fit_backend(), upstream, key))
        delete_private(file)
    except RefusedError as error:
        if not key:
            delete_private(file)
            return "forgotten"
        write_private(file, f"{upstream} {key}\n")
        return f"kept in {file}, for your eyes only ({error})"
    return f"kept in the keyring ({where})" if key else "forgotten"


def _put(backend: KeyringBackend, upstream: str, key: str) -> str:
    if key:
        backend.set_password(_SERVICE, upstream, key)
        if backend.get_password(_SERVICE, upstream) != key:
            raise RefusedError("the keyring gives back something else than it was given")
    elif backend.get_password(_SERVICE, upstream) is not None:
        backend.delete_password(_SERVICE, upstream)
    return backend_name(backend)
