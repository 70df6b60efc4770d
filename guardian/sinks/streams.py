"""Byte-exact pass-through to standard output, and the owner's held folder."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import BinaryIO

from guardian.errors import OutputError
from guardian.gate import Screened
from guardian.reading.own_headers import own_headers, without_own_headers

CHUNK_BYTES = 1 << 20


def pass_through(screened: Screened, rest: BinaryIO | None, out: BinaryIO) -> None:
    """Write the message's bytes exactly, then whatever of its source was beyond the reading limit.

    Raises OutputError where `out` fails; the error names the cause (full disk, closed pipe).
    """
    try:
        out.write(screened.message.raw)
        if rest is not None:
            shutil.copyfileobj(rest, out, CHUNK_BYTES)
        out.flush()
    except OSError as error:
        raise OutputError(f"cannot write to standard output: {error.strerror or error}") from error


def pass_through_without_own_headers(screened: Screened, rest: BinaryIO | None, out: BinaryIO) -> int:
    """Write a mail without the headers that only the owner's own guardian may set, all else byte for byte, and return
    how many were left out. Raises OutputError where `out` fails."""
    raw = screened.message.raw
    try:
        out.write(without_own_headers(raw))
        if rest is not None:
            shutil.copyfileobj(rest, out, CHUNK_BYTES)
        out.flush()
    except OSError as error:
        raise OutputError(f"cannot write to standard output: {error.strerror or error}") from error
    return len(own_headers(raw))


def write_text(screened: Screened, text: str, out: BinaryIO) -> None:
    """Write words about a screened message (JSON, a note), in UTF-8. Raises OutputError where `out` fails."""
    try:
        out.write(text.encode("utf-8", "backslashreplace"))
        out.flush()
    except OSError as error:
        raise OutputError(f"cannot write to standard output: {error.strerror or error}") from error


def hold_back(screened: Screened, rest: BinaryIO | None, folder: Path) -> Path:
    """Keep a message that is not passed on: written to `folder` (mode 0600), named by its content. Returns the path.

    Raises OutputError where it cannot be written, so that a text is never lost in silence.
    """
    name = hashlib.sha256(screened.message.raw).hexdigest()[:24]
    path, partial = folder / name, folder / f".{name}.{os.getpid()}"
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as out:
            pass_through(screened, rest, out)
            os.fsync(out.fileno())
        partial.replace(path)
    except OSError as error:
        raise OutputError(f"cannot keep a held message in {folder}: {error.strerror or error}") from error
    return path
