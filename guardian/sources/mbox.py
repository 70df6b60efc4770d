"""Messages from an mbox: the one big file in which many mail programs keep a folder (RFC 4155).

A message begins at a line `From ` that is the first or follows an empty line; one `>` is taken off lines that had one
put before their `From ` (mboxrd).

Invariants: read as a stream, so memory is that of one message; a line of any length is read in pieces; a message that
is longer than asked for is cut and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from guardian.errors import InputError
from guardian.message import Channel, Format, Message

BEGINS = b"From "
_PIECE_BYTES = 1 << 16
_QUOTED = re.compile(rb">+From ")


def read_mbox(stream: BinaryIO, *, channel: Channel, source: str, max_bytes: int) -> Iterator[Message]:
    """The messages, in order; each is named by its number, from 1. Raises InputError where the stream fails."""
    number, kept = 0, bytearray()
    try:
        for is_first, piece in _pieces(stream):
            if is_first:
                if number:
                    yield _message(bytes(kept), number, channel, source, max_bytes)
                number, kept = number + 1, bytearray()
            elif number and len(kept) <= max_bytes:
                kept += piece
    except OSError as error:
        raise InputError(f"cannot read {source}: {error.strerror or error}") from error
    if number:
        yield _message(bytes(kept), number, channel, source, max_bytes)


def _pieces(stream: BinaryIO) -> Iterator[tuple[bool, bytes]]:
    """Pieces of lines, each with whether it begins a message: the rest of a line `From ` is left out."""
    after_empty, at_line_start, in_separator = True, True, False
    while piece := stream.readline(_PIECE_BYTES):
        if at_line_start and after_empty and piece.startswith(BEGINS):
            in_separator = True
            yield True, b""
        elif not in_separator:
            yield False, piece[1:] if at_line_start and _QUOTED.match(piece) else piece
        ends_line = piece.endswith(b"\n")
        after_empty = at_line_start and ends_line and not piece.strip(b"\r\n")
        at_line_start = ends_line
        in_separator = in_separator and not ends_line


def _message(kept: bytes, number: int, channel: Channel, source: str, max_bytes: int) -> Message:
    return Message(
        kept[: max_bytes + 1],
        channel=channel,
        id=str(number),
        source=source,
        format=Format.MAIL,
        cut=len(kept) > max_bytes,
    )
