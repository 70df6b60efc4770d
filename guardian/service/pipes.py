"""Frames on the two pipes between a process and a child of its own.

Invariant: nothing is kept of a frame that is beyond the reader's limits. Standard library only.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final

from guardian.service.frames import Frame, FrameReader, encode

CHUNK_BYTES: Final = 1 << 16
"""Read at most at once."""


def send(descriptor: int, header: Mapping[str, Any], body: bytes = b"") -> None:
    """Write a frame. Raises OSError, FrameTooBigError."""
    unsent = memoryview(encode(Frame(header, body)))
    while unsent:
        unsent = unsent[os.write(descriptor, unsent) :]


def receive(descriptor: int, reader: FrameReader) -> Frame | None:
    """The next frame, waited for; None at the end. Raises OSError, FrameError."""
    while (frame := reader.take()) is None:
        data = os.read(descriptor, min(CHUNK_BYTES, reader.missing_bytes))
        if not data:
            return None
        reader.feed(data)
    return frame
