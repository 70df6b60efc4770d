"""The right to be the one service of this owner: a lock, and the socket that goes with it.

Invariants: of all processes that use one runtime folder at most one holds the lock (flock(2), which ends with its
process, however that ends); a socket file is replaced only by whoever holds the lock and found that nobody answers
there; the folder is its owner's alone (0700) and the socket too (0600). A socket that systemd passes on
(sd_listen_fds(3)) is used as it is, and left as it is.
"""

from __future__ import annotations

import fcntl
import os
import socket
import stat
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from guardian.errors import OutputError
from guardian.paths import ensure_private_directory
from guardian.safe_text import safe_line
from guardian.service.errors import ServiceRunningError
from guardian.service.place import LOCK_NAME, SOCKET_NAME, socket_address

_BACKLOG: Final = 1024
"""Clients that connect at one moment; the system may allow fewer."""
_LOOK_EVERY_S: Final = 0.05
_FIRST_PASSED_DESCRIPTOR: Final = 3


class Claim:
    """Made by `take`. Release it at the end, or use it as a context manager."""

    def __init__(self, folder: Path, lock: int, passed: socket.socket | None) -> None:
        self._path = folder / SOCKET_NAME
        self._lock: int | None = lock
        self._passed = passed
        self._made: os.stat_result | None = None

    @classmethod
    def take(cls, folder: Path, *, env: Mapping[str, str] | None = None, wait_s: float = 0.0) -> Self:
        """The claim for the runtime folder `folder`. With `env`, a socket that systemd passes on is used.

        `wait_s` is how long to wait for a process that holds the lock and does not answer: one that begins or ends.
        Raises ServiceRunningError where another service runs, OutputError and SettingsError where the folder cannot be
        used.
        """
        ensure_private_directory(folder)
        _close_to_others(folder)
        passed = _passed_socket(env or {})
        deadline = time.monotonic() + wait_s
        while True:
            if passed is None and _is_answered(folder / SOCKET_NAME):
                raise ServiceRunningError(f"a service runs already{_whose(folder)}", hint="guardian serve --status")
            lock = _try_lock(folder / LOCK_NAME)
            if lock is not None:
                return cls(folder, lock, passed)
            if time.monotonic() >= deadline:
                raise ServiceRunningError(f"a service begins or ends just now{_whose(folder)}", hint="try again")
            time.sleep(_LOOK_EVERY_S)

    def listen(self) -> socket.socket:
        """The listening socket. To be called once. Raises OutputError."""
        if self._passed is not None:
            return self._passed
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._path.unlink(missing_ok=True)  # nobody answered there, and nobody else may begin to
            with socket_address(self._path) as address:
                listener.bind(address)
            self._path.chmod(0o600)
            self._made = self._path.lstat()
            listener.listen(_BACKLOG)
        except OSError as error:
            listener.close()
            said = (error.strerror or str(error)).lower()
            raise OutputError(f"cannot listen at {safe_line(str(self._path))}: {said}") from error
        return listener

    def remove_socket(self) -> None:
        """Take away the socket file that `listen` made. Idempotent."""
        made, self._made = self._made, None
        if made is not None:
            with suppress(OSError):
                now = self._path.lstat()
                if (now.st_dev, now.st_ino) == (made.st_dev, made.st_ino):
                    self._path.unlink()

    def release(self) -> None:
        """Let another service begin. Idempotent."""
        self.remove_socket()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def _close_to_others(folder: Path) -> None:
    """A runtime folder that was made with another mode is closed: only sockets and locks of ours lie there."""
    try:
        if stat.S_IMODE(folder.stat().st_mode) & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise OutputError(f"cannot close {folder} to others: {error.strerror or error}") from error


def _is_answered(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            with socket_address(path) as address:
                probe.connect(address)
        except BlockingIOError:  # its queue is full: somebody is there
            return True
        except OSError:
            return False
        return True


def _try_lock(path: Path) -> int | None:
    """The open, locked file, with this process's id in it; None where another process holds it. Raises OutputError."""
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise OutputError(f"cannot open {path}: {error.strerror or error}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    except BlockingIOError:
        os.close(lock)
        return None
    except OSError as error:
        os.close(lock)
        raise OutputError(f"cannot lock {path}: {error.strerror or error}") from error
    return lock


def _whose(folder: Path) -> str:
    """The process that last took the lock, in words."""
    with suppress(OSError, ValueError):
        return f", process {int((folder / LOCK_NAME).read_bytes()[:20])}"
    return ""


def _passed_socket(env: Mapping[str, str]) -> socket.socket | None:
    """The socket that systemd listens on for us, where it does. Raises OutputError where it passed another thing on."""
    if env.get("LISTEN_PID") != str(os.getpid()):
        return None
    if env.get("LISTEN_FDS") != "1":
        raise OutputError("systemd passed on another number of sockets than one")
    try:
        os.set_inheritable(_FIRST_PASSED_DESCRIPTOR, False)
        passed = socket.socket(fileno=_FIRST_PASSED_DESCRIPTOR)
    except OSError as error:
        raise OutputError(f"systemd passed on no socket: {error.strerror or error}") from error
    kinds = (passed.family, passed.type, passed.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    if kinds != (socket.AF_UNIX, socket.SOCK_STREAM, 1):
        passed.detach()
        raise OutputError("systemd passed on another thing than a listening Unix socket")
    return passed
