"""Words about a screened message on a stream."""

from __future__ import annotations

from typing import BinaryIO

from guardian.errors import OutputError
from guardian.gate import Screened


def write_text(screened: Screened, text: str, out: BinaryIO) -> None:
    """Write words about a screened message (JSON, a note), in UTF-8. Raises OutputError where `out` fails."""
    try:
        out.write(text.encode("utf-8", "backslashreplace"))
        out.flush()
    except OSError as error:
        raise OutputError(f"cannot write to standard output: {error.strerror or error}") from error
