"""Child processes by the hundred: a server that has imported everything forks each of them in a few milliseconds."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from multiprocessing.forkserver import ensure_running
from pathlib import Path
from typing import Any

import pytest

NO_KEYRING = ("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
"""For the environment: keeps the keyring of whoever runs the tests out of it, so that keys go into files."""
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["__main__", "fault_errors", "fault_warm"])


def start_server() -> None:
    """Start the server, where it does not run yet: it looks for what it imports on PYTHONPATH alone."""
    here = Path(__file__).resolve().parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(here), str(here.parent.parent)]))
        patch.setenv(*NO_KEYRING)
        ensure_running()


class Child:
    """A process that runs `life(go, *args)`: it says when it is ready with `go.ready()`, and begins when told to."""

    def __init__(self, life: Callable[..., None], words: Path, *args: Any, longest_s: float = 120) -> None:
        """What it prints goes to the file `words`. `longest_s`: far above what it takes; it ends a hang."""
        self._longest_s = longest_s
        self._here, there = _FORKS.Pipe()
        self.words = words
        self._process: ForkServerProcess = _FORKS.Process(target=_live, args=(life, there, words, *args))
        self._process.start()
        there.close()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None
        return self._process.pid

    def wait_ready(self) -> None:
        """Wait until it has nothing left to do but to begin."""
        assert self._here.poll(self._longest_s), self.said()
        self._here.recv_bytes()

    def begin(self) -> None:
        """Let it begin."""
        self._here.send_bytes(b"begin")

    def kill(self) -> None:
        """End it at once, wherever it is."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something can be seen from outside, or the process has ended."""
        ends = time.monotonic() + self._longest_s
        while self._process.is_alive() and not is_so() and time.monotonic() < ends:
            time.sleep(0.002)

    def wait(self) -> int:
        """Its exit code, below zero for a signal. Fails where it hangs."""
        self._process.join(self._longest_s)
        code = self._process.exitcode
        if code is None:
            self.kill()
            self._process.join()
        self._process.close()
        self._here.close()
        assert code is not None, f"it hung: {self.said()}"
        return code

    def said(self) -> str:
        """Everything that it printed."""
        return self.words.read_text("utf-8", "replace") if self.words.exists() else ""


class Go:
    """The child's end."""

    def __init__(self, there: Connection) -> None:
        self._there = there

    def ready(self) -> None:
        """Say so, and wait until told to begin: by `readv`, which no test makes fail."""
        self._there.send_bytes(b"ready")
        os.readv(self._there.fileno(), [bytearray(64)])


def _live(life: Callable[..., None], there: Connection, words: Path, *args: Any) -> None:
    descriptor = os.open(words, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    life(Go(there), *args)
