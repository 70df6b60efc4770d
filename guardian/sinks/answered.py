"""Where a message goes that was judged in another process: standard output, or the owner's held folder.

Invariants: nothing of a message is released without its `Answer`; bytes go out exactly as they are given; a thin client
imports this, so what only a held message needs is imported with it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO

from guardian.errors import OutputError
from guardian.service.answer import Answer

if TYPE_CHECKING:
    from pathlib import Path

CHUNK_BYTES = 1 << 20


def pass_through(answer: Answer, raw: bytes, rest: BinaryIO | None, out: BinaryIO) -> None:
    """Write `raw` exactly, then whatever of its source was beyond the reading limit.

    Raises OutputError where `out` fails; the error names the cause (full disk, closed pipe).
    """
    try:
        out.write(raw)
        while rest is not None and (chunk := rest.read(CHUNK_BYTES)):
            out.write(chunk)
        out.flush()
    except OSError as error:
        raise OutputError(f"cannot write to standard output: {error.strerror or error}") from error


def write_text(answer: Answer, text: str, out: BinaryIO) -> None:
    """Write words about a judged message (JSON, a note), in UTF-8. Raises OutputError where `out` fails."""
    pass_through(answer, text.encode("utf-8", "backslashreplace"), None, out)


def hold_back(answer: Answer, raw: bytes, rest: BinaryIO | None, folder: Path) -> Path:
    """Keep a message that is not passed on: written to `folder` (mode 0600), named by its content. Returns the path.

    Raises OutputError where it cannot be written, so that a text is never lost in silence.
    """
    import hashlib  # here: hardly any message is held

    name = hashlib.sha256(raw).hexdigest()[:24]
    path, partial = folder / name, folder / f".{name}.{os.getpid()}"
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as out:
            pass_through(answer, raw, rest, out)
            os.fsync(out.fileno())
        partial.replace(path)
    except OSError as error:
        raise OutputError(f"cannot keep a held message in {folder}: {error.strerror or error}") from error
    return path
