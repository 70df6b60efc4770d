"""A program on a terminal of its own: what it shows can be waited for, and answered."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pytest

_LONGEST_WAIT_S = 120
"""Far above what any answer takes: it ends a hang, and measures nothing."""

_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)


class Terminal:
    """The owner's side."""

    def __init__(self, descriptor: int, process: subprocess.Popen[bytes]) -> None:
        self._descriptor, self.process = descriptor, process
        self.shown = ""
        """Everything so far."""
        self._read_to = 0

    def wait_for(self, words: str) -> str:
        """Wait until `words` are shown; what was shown since the last wait, up to them."""
        give_up = time.monotonic() + _LONGEST_WAIT_S
        while words not in self.shown[self._read_to :]:
            if not self._read(give_up - time.monotonic()):
                pytest.fail(f"{words!r} was not shown, but:\n{self.shown[self._read_to :]}")
        start, self._read_to = self._read_to, self.shown.index(words, self._read_to) + len(words)
        return self.shown[start : self._read_to]

    def type(self, line: str) -> None:
        """Type a line."""
        os.write(self._descriptor, line.encode() + b"\n")

    def end(self) -> int:
        """Read to the end; the program's exit status."""
        while self._read(_LONGEST_WAIT_S):
            pass
        return self.process.wait(_LONGEST_WAIT_S)

    def _read(self, timeout_s: float) -> bool:
        if not select.select([self._descriptor], [], [], max(timeout_s, 0))[0]:
            return False
        try:
            data = os.read(self._descriptor, 65536)
        except OSError:  # Linux: the other side was closed
            return False
        self.shown += data.decode("utf-8", "replace")
        return bool(data)


@contextmanager
def on_terminal(
    arguments: Sequence[str], *, env: Mapping[str, str] | None = None, stdout: int | None = None
) -> Iterator[Terminal]:
    """Run Python with these arguments on a terminal; `stdout` may go elsewhere."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _TAKE_TERMINAL, *arguments],
        stdin=theirs,
        stdout=theirs if stdout is None else stdout,
        stderr=theirs,
        env={**os.environ, **(env or {})},
    )
    os.close(theirs)
    try:
        yield Terminal(ours, process)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
