"""Runs a command, passes on what it prints as it prints it, and screens the whole of it afterwards.

Invariants: every byte that the command prints comes out, in order and at once, whatever becomes of the screening; the
command keeps its standard input, its standard error and its terminal's signals; what was kept for screening is bounded.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from types import FrameType
from typing import BinaryIO, Final

from guardian.errors import InputError
from guardian.safe_text import safe_line

CHUNK_BYTES: Final = 1 << 16


@dataclass(frozen=True, slots=True, repr=False)
class Printed:
    """What a command printed, and how it ended."""

    raw: bytes
    """The first bytes of its standard output, as many as were asked for."""
    is_cut: bool
    """Whether it printed more than that."""
    code: int
    """Its exit code; 128 and the signal's number where a signal ended it, as shells have it."""
    is_cut_off: bool
    """Whether the reader of our standard output went away before the end."""


def run_and_keep(words: Sequence[str], out: BinaryIO, most_bytes: int) -> Printed:
    """Run `words`, copy its standard output to `out`, and keep its first `most_bytes`.

    Raises InputError where it cannot be run. A signal from the terminal goes to the command, which decides.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _left_to_the_command)
    try:
        with _started(words) as process:
            assert process.stdout is not None
            kept, is_cut, is_cut_off = _copied(process.stdout.fileno(), out, most_bytes)
        code = process.returncode
    finally:
        signal.signal(signal.SIGINT, before)
    return Printed(kept, is_cut, code if code >= 0 else 128 - code, is_cut_off)


def _left_to_the_command(number: int, frame: FrameType | None) -> None:
    """Ctrl-C: the command has it too. A handler, unlike SIG_IGN, is not inherited."""


def _started(words: Sequence[str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(words, stdout=subprocess.PIPE)
    except (OSError, ValueError) as error:
        said = (getattr(error, "strerror", None) or str(error)).lower()
        raise InputError(f"cannot run {safe_line(words[0], 80)}: {said}") from None


def _copied(source: int, out: BinaryIO, most_bytes: int) -> tuple[bytes, bool, bool]:
    """What was kept, whether there was more, and whether `out` was closed before the end."""
    kept = bytearray()
    is_cut = False
    while chunk := os.read(source, CHUNK_BYTES):
        room = most_bytes - len(kept)
        kept += chunk[:room]
        is_cut = is_cut or len(chunk) > room
        try:
            out.write(chunk)
            out.flush()
        except OSError:  # closing our end tells the command so
            return bytes(kept), is_cut, True
    return bytes(kept), is_cut, False
