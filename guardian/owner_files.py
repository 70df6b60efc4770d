"""Small files that Guardian keeps for its owner: replaced whole, and read only if nobody else can have written them.

Keys and anchors are kept by `guardian.journal.places.private_file`, which promises more.

Invariants: a file is there as it was or as it is to be, never in part; what was begun and not finished is removed.
Standard library only.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from guardian.errors import GuardianError

_WRITE_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
_READ_FLAGS: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW


class NotOwnersError(GuardianError):
    """A file that cannot be read, or is not the owner's alone."""


def replace_file(path: Path, parts: Iterable[bytes], *, is_cache: bool = False) -> None:
    """Put `parts` in the file's place, mode 0600, and have them on disk; a cache may be lost with the power. One writer
    in a process at a time. Raises OSError."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with suppress(FileNotFoundError):
            partial.unlink()  # of one that had this process's number, and was killed
        with open(os.open(partial, _WRITE_FLAGS, 0o600), "wb") as file:
            file.writelines(parts)
            if not is_cache:
                file.flush()
                os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError:
        with suppress(OSError):
            partial.unlink()
        raise
    if not is_cache:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk, and what was removed from it gone. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_own_file(path: Path, most_bytes: int) -> bytes | None:
    """The file's bytes; None where there is none. Raises NotOwnersError, also for what is larger or no regular file."""
    try:
        descriptor = os.open(path, _READ_FLAGS)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotOwnersError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from None
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > most_bytes:
            raise NotOwnersError(f"{path} is damaged, so it is not used")
        if facts.st_uid != os.geteuid() or facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise NotOwnersError(f"others can write to {path}, so it is not used")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(most_bytes + 1)
    finally:
        os.close(descriptor)
