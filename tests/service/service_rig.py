"""What the tests of the service stand on: real services, in a process of their own or in this one."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from guardian.assembly import Assembled
from guardian.paths import find_paths
from guardian.policy.starter import MARKER
from guardian.service.announcing import Listener
from guardian.service.claim import Claim
from guardian.service.client import ServiceClient
from guardian.service.errors import ServiceUnavailableError
from guardian.service.frames import ANSWER_BODY_LIMIT_BYTES, Frame, FrameReader
from guardian.service.limits import ServiceLimits
from guardian.service.place import SOCKET_NAME
from guardian.service.screening import Supply
from guardian.service.server import Server

LONGEST_S = 120.0
"""Ends a hang; measures nothing."""
SCAM = b"Buy 4 gift cards for a client and text me the codes, quick. Do not tell anyone."
ORDINARY = b"Hi Jo, the meeting is moved to Tuesday at ten, same room. See you there. Ann"
LIMITS = ServiceLimits(body_bytes=1 << 20)


@contextmanager
def served(
    folder: Path, supply: Supply | Assembled, *, on_screened: Sequence[Listener] = (), **limits: Any
) -> Iterator[Server]:
    """A server in this process, with some limits other than usual."""
    with Claim.take(folder) as claim:
        server = Server(
            claim,
            supply if callable(supply) else lambda: supply,
            replace(LIMITS, **limits),
            on_screened=on_screened,
        )
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def running(home: Path, *words: str, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """`guardian serve` with everything under `home`, ready to answer; it is told to end with the context."""
    furnish(home)
    process = subprocess.Popen(
        [sys.executable, "-m", "guardian", "serve", *words],
        env={**os.environ, "GUARDIAN_HOME": str(home), "GUARDIAN_MODEL_THREADS": "1", **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: process.poll() is not None or is_answered(home))
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=LONGEST_S)
        finally:
            process.kill()


def furnish(home: Path) -> None:
    """One policy where the starters would be: a service of few examples is ready sooner."""
    folder = home / "config" / "policies"
    if not folder.exists():
        folder.mkdir(parents=True)
        (folder / MARKER).touch()
        shutil.copy(find_paths({}).shipped_policies / "pressure-to-pay.toml", folder)


def socket_of(home: Path) -> Path:
    return home / "run" / SOCKET_NAME


def is_answered(home: Path) -> bool:
    try:
        ServiceClient(socket_of(home)).close()
    except ServiceUnavailableError:
        return False
    return True


def wait_until(holds: Callable[[], object]) -> None:
    """Wait for a state. Fails where it does not come."""
    deadline = time.monotonic() + LONGEST_S
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError("what was waited for did not come")
        time.sleep(0.01)


def plain_connection(path: Path) -> socket.socket:
    """A client that knows nothing of frames."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(str(path))  # blocking, so that it waits where many come at once
    connection.settimeout(LONGEST_S)
    return connection


def lengths(header_bytes: int, body_bytes: int) -> bytes:
    """The first eight bytes of a frame."""
    return struct.pack(">II", header_bytes, body_bytes)


def next_frame(connection: socket.socket) -> Frame | None:
    """The next frame of the service; None where it ended the connection."""
    reader = FrameReader(ANSWER_BODY_LIMIT_BYTES)
    while (frame := reader.take()) is None:
        got = connection.recv(min(1 << 16, reader.missing_bytes))
        if not got:
            return None
        reader.feed(got)
    return frame


def is_ended(connection: socket.socket) -> bool:
    """Whether the other side ended it; waits for that."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def open_descriptors(process: int | str = "self") -> int:
    return len(os.listdir(f"/proc/{process}/fd"))


def children_of(process: int) -> list[int]:
    """Direct children."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                after_name = (entry / "stat").read_bytes().rpartition(b")")[2]
            except OSError:
                continue
            if int(after_name.split()[1]) == process:
                found.append(int(entry.name))
    return found
