"""Runs the desktop's own clipboard programs: bounded in time and in what is read of them.

Invariants: no shell, no standard input; a program that hangs is ended (an owner of the clipboard that does not answer
makes it hang); standard error is quoted in one safe line and never taken for content.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Final, NamedTuple

from guardian.clipboard.base import ClipboardError
from guardian.safe_text import safe_line

TIMEOUT_S: Final = 5.0
_PIECE_BYTES: Final = 1 << 16
_SAID_BYTES: Final = 4096


class Said(NamedTuple):
    """What a program wrote."""

    data: bytes
    is_cut: bool
    code: int
    """Its exit code; 0 where it was ended because it had more to say than was wanted."""
    trouble: str
    """The last line of its standard error, safe."""


def output_of(command: Sequence[str], env: Mapping[str, str], most_bytes: int, timeout_s: float = TIMEOUT_S) -> Said:
    """The first `most_bytes` of what a program writes. Raises ClipboardError where it can't be run or is too slow."""
    with running(command, env) as process:
        assert process.stdout is not None
        data = _read(process.stdout, most_bytes + 1, time.monotonic() + timeout_s, command[0])
        if len(data) > most_bytes:
            process.kill()
            return Said(data[:most_bytes], True, 0, "")
        try:
            code = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise _too_slow(command[0]) from None
        return Said(data, False, code, trouble_of(process))


@contextmanager
def running(command: Sequence[str], env: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A program that is gone when the context ends. Raises ClipboardError where it can't be started."""
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(env), bufsize=0
        )
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise ClipboardError(f"cannot run {command[0]}: {said}") from error
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def trouble_of(process: subprocess.Popen[bytes]) -> str:
    """The last line of a program's standard error, once it has ended."""
    assert process.stderr is not None
    os.set_blocking(process.stderr.fileno(), False)  # a child of its own may hold it open
    lines = (process.stderr.read(_SAID_BYTES) or b"").decode("utf-8", "replace").splitlines()
    return safe_line(lines[-1], 200) if lines else ""


def _read(stream: IO[bytes], most_bytes: int, deadline: float, name: str) -> bytes:
    found = bytearray()
    with selectors.DefaultSelector() as ready:
        ready.register(stream, selectors.EVENT_READ)
        while len(found) < most_bytes:
            if not ready.select(max(deadline - time.monotonic(), 0.0)):
                raise _too_slow(name)
            piece = os.read(stream.fileno(), min(_PIECE_BYTES, most_bytes - len(found)))
            if not piece:
                break
            found += piece
    return bytes(found)


def _too_slow(name: str) -> ClipboardError:
    return ClipboardError(f"{name} got no answer from the program that holds the clipboard")
