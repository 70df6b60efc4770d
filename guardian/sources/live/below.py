"""Opens names below a watched folder, and nothing else.

Whoever may write to a watched folder may put a link, a named pipe or a device there at any moment, also between a look
and an opening. So every name is opened relative to the descriptor of its folder, without following links and without
waiting, and what was opened must then be a regular file (open(2): O_NOFOLLOW, O_NONBLOCK; fstat(2)).

Invariants: nothing outside the folder is ever read; no call waits for anybody; a file that changes while it is read is
not given out.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO, Final, Self

from guardian.errors import InputError

SETTLE_S: Final = 1.0
"""A file that was written to less long ago may not be whole yet."""
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_KINDS: Final = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}


class PassedOverError(Exception):
    """A name that is not read; its text says why, in words without the name."""

    def __init__(self, why: str, *, is_link: bool = False) -> None:
        super().__init__(why)
        self.is_link = is_link
        """Whether it only points at something: nothing arrived there. Everything else may hold a message."""


class GoneError(Exception):
    """A name that is not there any more, or whose content changed while it was read: look again."""


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file in a folder, as its directory entry says."""

    name: str
    size: int
    inode: int
    written_ns: int
    """When its content last changed, by the clock of whoever wrote it."""
    changed_ns: int
    """When anything of it last changed, by this machine's clock: nobody can set it back."""


class Below:
    """A folder that is held open."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def at(cls, path: str) -> Self:
        """The folder that the owner named; it may be a link, since the owner chose it. Raises InputError."""
        try:
            return cls(os.open(path, _FOLDER))
        except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
            raise InputError(f"cannot look into {path}: {cause_of(error)}") from None

    def folder(self, name: str) -> Below:
        """A folder in this one, which must be no link. Raises PassedOverError, GoneError."""
        try:
            return Below(os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=self._descriptor))
        except OSError as error:
            raise _refusal(error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the folder go."""
        os.close(self._descriptor)

    def entries(self) -> list[os.DirEntry[str]]:
        """What stands in it, hidden names left out. Raises InputError."""
        try:
            with os.scandir(self._descriptor) as entries:
                return [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            raise InputError(f"cannot list a folder: {cause_of(error)}") from None

    def facts(self, name: str) -> Found:
        """What the system says of a name, without opening it. Raises PassedOverError, GoneError."""
        try:
            status = os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except OSError as error:
            raise _refusal(error) from None
        return _found(name, status)

    @contextmanager
    def open(self, name: str) -> Iterator[tuple[BinaryIO, Found]]:
        """A regular file of this folder. Raises PassedOverError, GoneError."""
        self.facts(name)  # a device may do something when it is opened, so what is known not to be a file is not
        try:
            descriptor = os.open(name, _FILE, dir_fd=self._descriptor)
        except OSError as error:
            raise _refusal(error) from None
        with os.fdopen(descriptor, "rb") as stream:
            yield stream, _found(name, os.fstat(descriptor))

    def read(self, name: str, max_bytes: int) -> tuple[bytes, Found]:
        """A file's first `max_bytes` bytes and one more where it has more. Raises PassedOverError, GoneError."""
        with self.open(name) as (stream, before):
            try:
                raw = stream.read(max_bytes + 1)
            except OSError as error:
                raise _refusal(error) from None
            if has_changed(stream, before):
                raise GoneError
            return raw, before


def has_changed(stream: BinaryIO, before: Found) -> bool:
    """Whether an open file is another than it was."""
    return _found(before.name, os.fstat(stream.fileno())) != before


def is_settled(found: Found) -> bool:
    """Whether a file was left alone long enough to be whole; a time in the future says nothing against it."""
    age_s = time.time() - found.written_ns / 1e9
    return not 0 <= age_s < SETTLE_S


def cause_of(error: OSError | ValueError | InputError) -> str:
    """Why something could not be opened or read, in lower-case words without its name."""
    if isinstance(error, InputError):
        return error.what
    return (error.strerror or type(error).__name__).lower() if isinstance(error, OSError) else "bad name"


def _found(name: str, status: os.stat_result) -> Found:
    if not stat.S_ISREG(status.st_mode):
        kind = stat.S_IFMT(status.st_mode)
        raise PassedOverError(f"{_KINDS.get(kind, 'something odd')}, passed over", is_link=kind == stat.S_IFLNK)
    return Found(name, status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)


def _refusal(error: OSError) -> PassedOverError | GoneError:
    if error.errno in (errno.ENOENT, errno.ESTALE):
        return GoneError()
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return PassedOverError("a symbolic link or no folder, passed over", is_link=True)
    if error.errno == errno.ENXIO:
        return PassedOverError("a socket or a device, passed over")
    with suppress(KeyError):
        return PassedOverError(_WORDS[error.errno or 0])
    return PassedOverError(f"cannot be read: {cause_of(error)}")


_WORDS: Final = {errno.EACCES: "cannot be read: permission denied", errno.EISDIR: "a folder, passed over"}
