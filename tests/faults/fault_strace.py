"""strace as a fault injector: a signal or an error at the n-th system call of one kind, of a process that waits for it.

The process is attached to while it waits, so its own start costs nothing and is not counted.
Source: strace(1), `--inject`; traps.md section 7.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")

_LONGEST_S = 60
_CALL = re.compile(r"^\d+ +([a-z0-9_]+)\(")


@dataclass(frozen=True)
class Injection:
    """What happens at a system call."""

    call: str
    first: int
    """1 for the first call of that name."""
    fault: str
    """`signal=SIGKILL`, or `error=ENOSPC`."""
    last: int | None = None
    """Where it happens again and again, up to this call; None for once."""

    def words(self) -> list[str]:
        """The options of strace."""
        when = f"{self.first}" if self.last is None else f"{self.first}..{self.last}"
        return ["-e", f"trace={self.call}", "-e", f"inject={self.call}:{self.fault}:when={when}"]


@contextmanager
def attached(pid: int, words: Sequence[str], trace: Path) -> Iterator[None]:
    """strace with these options round a process and its threads, until the context ends or the process does."""
    command = ["strace", "-f", "-qq", "-o", str(trace), "-p", str(pid), *words]
    strace = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _wait_attached(pid, strace)
        yield
    finally:
        strace.terminate()  # it lets the process go on, if that still lives
        strace.communicate(timeout=_LONGEST_S)


def _wait_attached(pid: int, strace: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + _LONGEST_S
    while time.monotonic() < ends:
        if strace.poll() is not None:
            said = strace.stderr.read().decode("utf-8", "replace") if strace.stderr else ""
            if "not permitted" in said:
                pytest.skip("strace may not attach to processes here")
            raise AssertionError(f"strace ended: {said}")
        if is_traced(pid):
            time.sleep(0.002)  # the last step of attaching cannot be seen from outside
            return
        time.sleep(0.0005)
    raise AssertionError("strace did not attach")


def is_traced(pid: int) -> bool:
    """Whether a tracer holds the process."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return re.search(r"^TracerPid:\s+0$", status, re.MULTILINE) is None


def calls_in(trace: Path) -> Counter[str]:
    """How often each system call was made, by name."""
    found = (_CALL.match(line) for line in trace.read_text("utf-8", "replace").splitlines())
    return Counter(match[1] for match in found if match)
