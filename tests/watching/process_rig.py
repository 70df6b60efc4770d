"""Watchers and services in processes of their own, which may be killed at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LONGEST_S = 300.0
"""Ends a hang; measures nothing."""
LONGEST_FOR_MANY_S = 3 * 3600.0
"""The same, where tens of thousands of messages are screened."""


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "GUARDIAN_HOME": str(home)}


def start_watch(home: Path, *words: str) -> subprocess.Popen[bytes]:
    """`guardian watch` of this home."""
    return subprocess.Popen(
        [sys.executable, "-m", "guardian", "watch", *words],
        env=environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def guardian(home: Path, *words: str, longest_s: float = LONGEST_S) -> subprocess.CompletedProcess[bytes]:
    """One run of the program."""
    return subprocess.run(
        [sys.executable, "-m", "guardian", *words],
        env=environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=longest_s,
        check=False,
    )


def services(home: Path) -> list[int]:
    """Process ids of the services of this home, which only this test can have started."""
    mark, found = f"GUARDIAN_HOME={home}".encode(), []
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            if folder.name.isdigit() and mark in (folder / "environ").read_bytes().split(b"\0"):
                words = (folder / "cmdline").read_bytes().split(b"\0")
                if b"guardian" in words and b"serve" in words:
                    found.append(int(folder.name))
    return found


def kill(process_id: int) -> None:
    """At once, and whatever it does."""
    with suppress(ProcessLookupError):
        os.kill(process_id, signal.SIGKILL)


@contextmanager
def ended_services(home: Path) -> Iterator[None]:
    """No service of this home outlives the context."""
    try:
        yield
    finally:
        for process_id in services(home):
            with suppress(ProcessLookupError):
                os.kill(process_id, signal.SIGTERM)
        until(lambda: not services(home))


def until(is_so: Callable[[], bool], longest_s: float = LONGEST_S) -> None:
    """Wait for a state, never for a time."""
    ends = time.monotonic() + longest_s
    while not is_so():
        assert time.monotonic() < ends, "it never came"
        time.sleep(0.05)
