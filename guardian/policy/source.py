"""Reads one policy file: bytes of a hostile world to text, or a reason why not.

Invariants: never blocks (FIFOs and devices are refused after opening without waiting), never reads more than
`LARGEST_BYTES`, and only reads a regular file that belongs to this account or to root. A symbolic link to such a
file is followed: owners keep their dotfiles elsewhere. A file that somebody has open for writing is waited for, at most
`WRITER_WAIT_S`, so that no half of it is read; the kernel says so (a read lease is refused, fcntl(2), "Leases"), on
Linux and on its own file systems.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import signal
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from guardian.policy.position import Lines, Place

LARGEST_BYTES = 256 * 1024
"""A policy of 200 long examples is a tenth of this."""
WRITER_WAIT_S: Final = 2.0
"""Whoever holds a file open for longer without writing is not in the middle of it."""
_WRITER_POLL_S: Final = 0.01


@dataclass(frozen=True, slots=True, repr=False)
class Source:
    """The text of a policy file, and who else may touch it."""

    text: str
    """Line ends as `\\n` only; no byte-order mark."""
    mode: int
    """Permission bits."""


class SourceError(Exception):
    """A policy file that cannot be read as text."""

    def __init__(self, code: str, message: str, hint: str = "", place: Place | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.place = place or Place()


def read_source(path: Path) -> Source:
    """The text of the policy file at `path`. Raises SourceError, and nothing else, where there is none to be had."""
    try:
        raw, mode = _read(path)
    except OSError as error:
        raise SourceError("unreadable", f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    except ValueError:  # a name with a NUL in it
        raise SourceError("unreadable", "cannot be read: bad name") from None
    if b"\0" in raw:
        place = _place(raw[: raw.index(b"\0")])
        raise SourceError("not-text", "holds a NUL byte, so it is no text", place=place)
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        hint = "save the file as UTF-8"
        raise SourceError("not-text", "is not UTF-8", hint, _place(raw[: error.start])) from None
    return Source(text.replace("\r\n", "\n"), mode)


def _read(path: Path) -> tuple[bytes, int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise SourceError("not-a-file", f"is {_kind(status.st_mode)}, not a file")
        if status.st_uid not in (os.geteuid(), 0):
            hint = f"if you trust it, make it yours: chown {os.geteuid()} FILE"
            raise SourceError("not-yours", f"belongs to another account (uid {status.st_uid})", hint)
        _wait_for_writer(descriptor)
        with open(descriptor, "rb", closefd=False) as file:
            raw = file.read(LARGEST_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(raw) > LARGEST_BYTES:
        raise SourceError("too-large", f"is larger than {LARGEST_BYTES // 1024} KiB")
    return raw, stat.S_IMODE(status.st_mode)


def _wait_for_writer(descriptor: int) -> None:
    """Return with a lease on the file, under which nobody can begin to write to it until it is closed.

    Raises SourceError where somebody goes on writing for `WRITER_WAIT_S`.
    """
    ends = time.monotonic() + WRITER_WAIT_S
    while not _leased(descriptor):
        if abs(time.time() - os.fstat(descriptor).st_mtime) > WRITER_WAIT_S:
            return
        if time.monotonic() > ends:
            raise SourceError("being-written", "is being written just now", "it is read when whoever writes it is done")
        time.sleep(_WRITER_POLL_S)


def _leased(descriptor: int) -> bool:
    """False where somebody has the file open for writing; True too where that can't be told."""
    if not hasattr(fcntl, "F_SETLEASE"):
        return True
    try:
        # Whoever opens the file for writing while the lease lasts waits for us, and we are sent a signal. The usual one
        # would end this process; this one is ignored unless somebody asked for it.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return False
    except OSError:  # not the owner of the file, or a file system without leases
        return True
    return True


def _kind(mode: int) -> str:
    kinds = {
        stat.S_ISDIR: "a folder",
        stat.S_ISFIFO: "a named pipe",
        stat.S_ISSOCK: "a socket",
        stat.S_ISCHR: "a device",
        stat.S_ISBLK: "a device",
    }
    return next((words for is_kind, words in kinds.items() if is_kind(mode)), "something else")


def _place(before: bytes) -> Place:
    """The place just behind some bytes, whatever they are."""
    text = before.decode("utf-8", "replace").replace("\r\n", "\n")
    return Lines(text).place(len(text))
