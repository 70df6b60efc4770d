"""Reads a stranger's binary file from front to back, in bounded pieces.

Invariants: no memory is taken by a number that the file gives, only by `CHUNK_BYTES` and by the limits that the caller
names; nothing is read behind the end of the file as it was when it was opened; the descriptor's own position is neither
used nor moved, so others may read from it meanwhile.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import Final

from guardian.gguf.errors import BrokenGgufError

CHUNK_BYTES: Final = 1 << 20
_U32: Final = struct.Struct("<I")
_U64: Final = struct.Struct("<Q")


class Cursor:
    """A place in an open file. Raises BrokenGgufError where less is left than is asked for.

    `what` names what is read, for that error: "its header".
    """

    def __init__(self, descriptor: int, size_bytes: int, at: int = 0, *, chunk_bytes: int = CHUNK_BYTES) -> None:
        self._descriptor = descriptor
        self._size = size_bytes
        self._chunk_bytes = chunk_bytes
        self._begin = at
        """Where `_chunk` begins in the file."""
        self._chunk = b""
        self._next = 0
        """Place in `_chunk` of the next byte."""

    @property
    def at(self) -> int:
        """Byte of the file that is read next."""
        return self._begin + self._next

    @property
    def left_bytes(self) -> int:
        """From here to the end of the file."""
        return self._size - self.at

    def u32(self, what: str) -> int:
        """An unsigned number of four bytes, little end first."""
        self._have(4, what)
        (value,) = _U32.unpack_from(self._chunk, self._next)
        self._next += 4
        return int(value)

    def u64(self, what: str) -> int:
        """An unsigned number of eight bytes, little end first."""
        self._have(8, what)
        (value,) = _U64.unpack_from(self._chunk, self._next)
        self._next += 8
        return int(value)

    def take(self, size_bytes: int, what: str) -> bytes:
        """The next bytes; at most `CHUNK_BYTES`, which is the caller's to see to."""
        self._have(size_bytes, what)
        begin, self._next = self._next, self._next + size_bytes
        return self._chunk[begin : self._next]

    def text(self, limit_bytes: int, what: str) -> bytes:
        """A string: its length, then its bytes. Refused where it is longer than `limit_bytes`, at most a chunk."""
        size = self.u64(what)
        if size > limit_bytes:
            raise BrokenGgufError(f"{what} is {size:,} bytes long, more than the {limit_bytes:,} that are read")
        return self.take(size, what)

    def texts(self, count: int, limit_bytes: int, what: str) -> Iterator[bytes]:
        """So many strings, one at a time; `limit_bytes` and eight more are at most a chunk."""
        for _ in range(count):
            self._have(8, what)
            (size,) = _U64.unpack_from(self._chunk, self._next)
            if size > limit_bytes:
                raise BrokenGgufError(f"a text in {what} is {size:,} bytes long, more than {limit_bytes:,}")
            self._have(8 + size, what)
            begin = self._next + 8
            self._next = begin + size
            yield self._chunk[begin : self._next]

    def pieces(self, size_bytes: int, what: str) -> Iterator[bytes]:
        """So many bytes, in pieces of at most a chunk whose lengths are multiples of eight, but for the last one."""
        if size_bytes > self.left_bytes:
            raise BrokenGgufError(f"it ends inside {what}")
        while size_bytes:
            piece = self.take(min(size_bytes, self._chunk_bytes), what)
            size_bytes -= len(piece)
            yield piece

    def skip(self, size_bytes: int, what: str) -> None:
        """Go on without reading."""
        if size_bytes > self.left_bytes:
            raise BrokenGgufError(f"it ends inside {what}")
        if self._next + size_bytes <= len(self._chunk):
            self._next += size_bytes
        else:
            self._begin, self._chunk, self._next = self.at + size_bytes, b"", 0

    def _have(self, size_bytes: int, what: str) -> None:
        """See to it that so many bytes are in `_chunk` from `_next` on."""
        if self._next + size_bytes <= len(self._chunk):
            return
        if size_bytes > self.left_bytes:
            raise BrokenGgufError(f"it ends inside {what}")
        rest = self._chunk[self._next :]
        self._begin, self._next = self.at, 0
        parts = [rest]
        have = len(rest)
        while have < size_bytes:
            want = min(max(self._chunk_bytes, size_bytes) - have, self._size - self._begin - have)
            piece = os.pread(self._descriptor, want, self._begin + have)
            if not piece:
                raise BrokenGgufError("it became shorter while it was read")
            parts.append(piece)
            have += len(piece)
        self._chunk = b"".join(parts)
