"""The waiting room: records that can't go into the journal yet, sealed to its public key.

They wait while the journal's key is locked or its database can't be written, and are merged, oldest first, once both
are there again.

Invariants: no text stands here in the clear; a record is merged once, however often the merge is interrupted; what
can't be opened is set aside, never deleted. What this does not protect: until it is merged, a waiting file can be
deleted without a trace by whoever may write to the folder, and anybody who knows the public key could add one, so
merged records say that they came late.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from guardian.errors import GuardianError, JournalError, JournalIoError
from guardian.journal.encoding import padded, unpadded
from guardian.journal.fields import field_values
from guardian.journal.hybrid import HybridPrivate, open_sealed, seal_to
from guardian.journal.record import Record
from guardian.paths import ensure_private_directory

SUFFIX: Final = ".sealed"
UNREADABLE: Final = ".unreadable"
WAITING_NAME: Final = re.compile(r"-?[0-9]{13,20}-[0-9a-f]{16}(?:-(?P<once>[0-9a-f]{32}))?\.sealed")
"""What `add` calls its files; whatever else lies in the folder is not Guardian's, and is left alone."""
_LARGEST_BYTES: Final = 64 << 20
_ODD_FILE: Final = (errno.ELOOP, errno.EISDIR, errno.ENXIO)
"""A link, a folder or a socket under the name of a waiting record."""


class WaitingRoom:
    """The folder of one journal's waiting records."""

    def __init__(self, folder: Path, journal_id: bytes) -> None:
        self._folder = folder
        self._info = b"guardian/waiting/v1\0" + journal_id
        self._waiting_once: set[bytes] | None = None

    def count(self) -> int:
        """How many records wait."""
        return len(self.names())

    def names(self) -> list[str]:
        """The waiting files, oldest first."""
        try:
            return sorted(path.name for path in self._folder.iterdir() if WAITING_NAME.fullmatch(path.name))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._failed(error) from None

    def holds(self, once: bytes) -> bool:
        """Whether a delivery of this name waits, or did since this was first asked. Raises JournalIoError."""
        if self._waiting_once is None:
            self._waiting_once = {once_in(name) for name in self.names()}
        return bool(once) and once in self._waiting_once

    def add(self, record: Record, box: bytes, once: bytes = b"") -> None:
        """Keep a record until it can be merged; on disk when this returns. `once` is the name of its delivery.

        Raises JournalIoError.
        """
        sealed = seal_to(box, padded(record.to_bytes()), self._info)
        if len(sealed) > _LARGEST_BYTES:
            raise JournalError("the record is too long to wait outside the journal")
        name = f"{record.at_ms:014d}-{secrets.token_hex(8)}" + (f"-{once.hex()}" if once else "")
        try:
            ensure_private_directory(self._folder)
            partial = self._folder / f".{name}"
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(sealed)
                    file.flush()
                    os.fsync(file.fileno())
                partial.rename(self._folder / f"{name}{SUFFIX}")
                _sync_folder(self._folder)
            except OSError:
                with suppress(OSError):
                    partial.unlink()
                raise
        except OSError as error:
            raise self._failed(error) from None
        except JournalIoError:
            raise
        except GuardianError as error:  # the folder is not the owner's alone
            raise JournalIoError(error.what, hint=error.hint) from None
        if self._waiting_once is not None:
            self._waiting_once.add(once)

    def open(self, name: str, key: HybridPrivate) -> Record | None:
        """A waiting record, marked as late; None where it is gone. Raises ValueError where it does not open."""
        try:
            descriptor = os.open(self._folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in _ODD_FILE:
                raise ValueError("not a file") from None
            raise self._failed(error) from None
        return replace(_record(open_sealed(key, self._read(descriptor), self._info)), late=True)

    def _read(self, descriptor: int) -> bytes:
        try:
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                sealed = file.read(_LARGEST_BYTES + 1)
        except OSError as error:
            if error.errno in _ODD_FILE:
                raise ValueError("not a file") from None
            raise self._failed(error) from None
        finally:
            os.close(descriptor)
        if len(sealed) > _LARGEST_BYTES:
            raise ValueError("too long for a waiting record")
        return sealed

    def remove(self, name: str) -> None:
        """Take a merged record out."""
        with suppress(OSError):  # it is known as merged, so it does no harm where it stays
            (self._folder / name).unlink()

    def set_aside(self, name: str) -> None:
        """Keep what does not open, under another name. Raises JournalIoError."""
        try:
            (self._folder / name).rename(self._folder / (name + UNREADABLE))
        except FileNotFoundError:
            pass  # another process was faster
        except OSError as error:
            raise self._failed(error) from None

    def unreadable(self) -> Iterator[str]:
        """What was set aside."""
        with suppress(OSError):
            yield from (path.name for path in self._folder.iterdir() if path.name.endswith(UNREADABLE))

    def _failed(self, error: OSError) -> JournalIoError:
        return JournalIoError(f"the folder {self._folder}: {(error.strerror or type(error).__name__).lower()}")


def once_in(name: str) -> bytes:
    """The name of the delivery whose record waits in a file of this name; empty for one without."""
    found = WAITING_NAME.fullmatch(name)
    return bytes.fromhex(found["once"] or "") if found else b""


def _record(padded_bytes: bytes) -> Record:
    """The record in what a waiting file held. Raises ValueError for one that no journal can take in: anybody who has
    the public key could have written it, and one that is refused later would stand in the way of all behind it."""
    record = Record.from_bytes(unpadded(padded_bytes))
    try:
        record.to_bytes()
        field_values(record)
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError("not a record") from error
    return record


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
