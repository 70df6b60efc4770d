"""Runs a program on a pseudo-terminal of its own and keeps every byte that it sends there."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence

LONGEST_RUN_S = 120


def run_on_terminal(
    command: Sequence[str],
    *,
    keys_when: Mapping[bytes, bytes],
    env: Mapping[str, str],
    size: tuple[int, int] = (100, 30),
    longest_s: float = LONGEST_RUN_S,
) -> tuple[bytes, int]:
    """Everything that the command sent to its terminal, and its exit code.

    `keys_when` says which keys to press once some bytes have appeared; each is pressed once.
    """
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    own = {name: value for name, value in env.items() if name not in ("COLUMNS", "LINES")}  # they outrank the terminal
    process = subprocess.Popen(command, stdin=far, stdout=far, stderr=far, env=own, start_new_session=True)
    os.close(far)
    try:
        return _read(near, process, dict(keys_when), longest_s), process.wait(LONGEST_RUN_S)
    finally:
        process.kill()
        process.wait()
        os.close(near)


def _read(near: int, process: subprocess.Popen[bytes], keys_when: dict[bytes, bytes], longest_s: float) -> bytes:
    sent = b""
    give_up = time.monotonic() + longest_s
    while time.monotonic() < give_up:
        if not select.select([near], [], [], 0.2)[0]:
            if process.poll() is not None:
                return sent
            continue
        try:
            chunk = os.read(near, 65536)
        except OSError:  # how Linux says that the other end is closed
            return sent
        if not chunk:
            return sent
        sent += chunk
        for sign in [sign for sign in keys_when if sign in sent]:
            os.write(near, keys_when.pop(sign))
    raise AssertionError(f"still running after {longest_s} s; it sent {sent[-2000:]!r}")
