"""A shelf on disk: one sealed file for each conversation, for other processes of the same owner.

Invariants: files open only with a key derived from the journal's, are named by a keyed hash, and are their owner's
alone (folder 0700, files 0600); a file is replaced whole or not at all; what does not open, or is older than the owner
wants remembered, is gone; while the journal's key is not to be had nothing is read or written.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from guardian.errors import GuardianError
from guardian.journal.seal import NONCE_BYTES
from guardian.journal.secret import Secret
from guardian.paths import ensure_private_directory
from guardian.rolling.memory import MOST_CONVERSATIONS
from guardian.rolling.turns import MOST_BYTES, MOST_TURNS, Turn

PURPOSE: Final = b"guardian/conversations/v1\0"
"""What the key is derived for."""
_BOUND: Final = b"guardian/conversation/v1\0"
_SUFFIX: Final = ".turns"
_LOCK: Final = ".lock"
_NAME_CHARACTERS: Final = 32
_MOST_FILE_BYTES: Final = 8 * MOST_BYTES
"""Of one sealed file: JSON writes a character in up to six bytes."""


class SealedShelf:
    """See `guardian.rolling.memory.Shelf`."""

    def __init__(
        self, folder: Path, key: Callable[[], Secret | None], remember_s: float, clock: Callable[[], float] = time.time
    ) -> None:
        """`key` gives the key for `PURPOSE`, or None while it is not to be had; it is asked once a message."""
        self._folder, self._key, self._remember_s, self._clock = folder, key, remember_s, clock
        self._secret: Secret | None = None
        self._is_swept = False

    @contextmanager
    def held(self) -> Iterator[bool]:
        """The folder's lock for one change; False where there is no key, or the folder cannot be used."""
        self._secret = self._key()
        lock = self._locked() if self._secret is not None else None
        try:
            yield lock is not None
        finally:
            if lock is not None:
                os.close(lock)

    def load(self, conversation: str) -> tuple[Turn, ...]:
        """The turns of one conversation; none where its file is missing, too long, or does not open."""
        if self._secret is None:
            return ()
        name = self._name(self._secret, conversation)
        try:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            with os.fdopen(os.open(self._folder / name, flags), "rb") as file:
                data = file.read(_MOST_FILE_BYTES + 1)
            opened = AESGCMSIV(self._secret.reveal()).decrypt(
                data[:NONCE_BYTES], data[NONCE_BYTES:], _BOUND + name.encode()
            )
            rows = json.loads(opened)
            return tuple(Turn(float(at_s), str(text), bool(told)) for at_s, text, told in rows[-MOST_TURNS:])
        except (OSError, InvalidTag, ValueError, TypeError):
            return ()

    def save(self, conversation: str, turns: tuple[Turn, ...]) -> None:
        """Seal the turns of one conversation. A disk that fails costs the memory of it and nothing else."""
        if self._secret is None:
            return
        name, nonce = self._name(self._secret, conversation), secrets.token_bytes(NONCE_BYTES)
        rows = [[turn.at_s, turn.text, turn.is_told] for turn in turns]
        sealed = AESGCMSIV(self._secret.reveal()).encrypt(
            nonce, json.dumps(rows, ensure_ascii=False).encode(), _BOUND + name.encode()
        )
        with suppress(OSError):
            self._replace(self._folder / name, nonce + sealed)

    def _replace(self, path: Path, data: bytes) -> None:
        is_new = not path.exists()
        partial = path.with_suffix(".partial")  # one writer at a time: the folder is locked
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(partial, flags, 0o600), "wb") as file:
            file.write(data)
        partial.replace(path)
        if is_new or not self._is_swept:
            self._sweep()

    def _sweep(self) -> None:
        """Remove what is too old, and the least recently used beyond `MOST_CONVERSATIONS`."""
        self._is_swept = True
        with os.scandir(self._folder) as entries:
            found = sorted(
                ((each.stat(follow_symlinks=False).st_mtime, each.path) for each in entries if each.name != _LOCK),
                reverse=True,
            )
        oldest_s = self._clock() - self._remember_s
        for place, (changed_s, path) in enumerate(found):
            if place >= MOST_CONVERSATIONS or changed_s < oldest_s:
                with suppress(OSError):
                    os.unlink(path)

    def _locked(self) -> int | None:
        """A descriptor that holds the folder's lock; None where the folder cannot be used."""
        try:
            ensure_private_directory(self._folder)
            lock = os.open(self._folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except (OSError, GuardianError):
            return None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError:
            os.close(lock)
            return None
        return lock

    @staticmethod
    def _name(secret: Secret, conversation: str) -> str:
        digest = hmac.digest(secret.reveal(), _BOUND + conversation.encode("utf-8", "surrogatepass"), "sha256")
        return digest.hex()[:_NAME_CHARACTERS] + _SUFFIX


def forget_all(folder: Path) -> None:
    """Remove everything that was remembered, as far as the disk lets."""
    with suppress(OSError), os.scandir(folder) as entries:
        for each in entries:
            with suppress(OSError):
                os.unlink(each.path)
