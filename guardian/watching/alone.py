"""One watcher at a time: two would ask about the same deliveries.

Invariant: the lock goes with the process that holds it, however it ends (flock(2)).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from guardian.errors import SourcesError
from guardian.paths import Paths, ensure_private_directory

_NAME: Final = "watch.lock"


@contextmanager
def alone(paths: Paths) -> Iterator[None]:
    """Hold the lock. Raises SourcesError where another process does."""
    descriptor = _opened(paths)
    try:
        if not _locked(descriptor):
            raise SourcesError("another guardian watch runs already", hint="one watches all your sources")
        yield
    finally:
        os.close(descriptor)


def is_watching(paths: Paths) -> bool:
    """Whether some process watches now."""
    if not (paths.state / _NAME).exists():
        return False
    descriptor = _opened(paths)
    try:
        return not _locked(descriptor)
    finally:
        os.close(descriptor)


def _opened(paths: Paths) -> int:
    path = ensure_private_directory(paths.state) / _NAME
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SourcesError(f"cannot open {path}: {(error.strerror or str(error)).lower()}") from None


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
