"""One message from a byte stream, usually standard input."""

from __future__ import annotations

from typing import BinaryIO

from guardian.errors import InputError
from guardian.message import Channel, Format, Message


def read_stream(
    stream: BinaryIO, *, channel: Channel, format: Format, max_bytes: int
) -> tuple[Message, BinaryIO | None]:
    """The message in `stream`, and the stream itself where it holds more than `max_bytes` (the rest stays unread).

    Raises InputError where the stream fails.
    """
    try:
        raw = _read_exactly(stream, max_bytes)
        more = stream.read(1) if len(raw) == max_bytes else b""
    except OSError as error:
        raise InputError(f"cannot read standard input: {error.strerror or error}") from error
    message = Message(raw + more, channel=channel, format=format, source="stdin", cut=bool(more))
    return message, stream if more else None


def _read_exactly(stream: BinaryIO, size: int) -> bytes:
    chunks, left = [], size
    while left > 0 and (chunk := stream.read(min(left, 1 << 20))):
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)
