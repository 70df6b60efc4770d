"""How numbers, words and counts stand in the body of a frame; see `frames.py`.

Invariants: every count and size is checked against its cap and against what is left, before anything is
allocated; anything unexpected is a FrameError. Little endian. Standard library only.
"""

from __future__ import annotations

import struct
from typing import Final

from guardian.errors import CellError

WORDS_LIMIT_BYTES: Final = 4096
"""Size of a label, a code or a sentence."""
U8: Final = struct.Struct("<B")
U16: Final = struct.Struct("<H")
U32: Final = struct.Struct("<I")
U64: Final = struct.Struct("<Q")


class FrameError(CellError):
    """The other side sent something that is no frame of this protocol."""


class Writer:
    """Packs a body."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def number(self, layout: struct.Struct, value: int) -> None:
        """A whole number in the given layout."""
        try:
            self.parts.append(layout.pack(value))
        except struct.error as error:
            raise FrameError(f"number {value} does not fit its field") from error

    def count(self, value: int, limit: int) -> None:
        """How many items follow."""
        if value > limit:
            raise FrameError(f"{value} items where at most {limit} are allowed")
        self.parts.append(U16.pack(value))

    def blob(self, value: bytes) -> None:
        """Bytes with their length."""
        self.number(U32, len(value))
        self.parts.append(value)

    def words(self, value: str) -> None:
        """A short text."""
        data = value.encode("utf-8", "replace")
        if len(data) > WORDS_LIMIT_BYTES:
            raise FrameError(f"{len(data)} bytes of words where at most {WORDS_LIMIT_BYTES} are allowed")
        self.blob(data)

    def flag(self, value: bool) -> None:
        """Yes or no."""
        self.parts.append(b"\x01" if value else b"\x00")


class Reader:
    """Unpacks a body; every read is checked against what is left."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        end = self._at + size
        if end > len(self._body):
            raise FrameError("frame ends too early")
        piece = self._body[self._at : end]
        self._at = end
        return piece

    def number(self, layout: struct.Struct) -> int:
        """A whole number in the given layout."""
        value: int = layout.unpack(self.take(layout.size))[0]
        return value

    def count(self, limit: int) -> int:
        """How many items follow, at most `limit`."""
        value = self.number(U16)
        if value > limit:
            raise FrameError(f"{value} items where at most {limit} are allowed")
        return value

    def blob(self) -> bytes:
        """Bytes with their length."""
        return self.take(self.number(U32))

    def words(self) -> str:
        """A short text."""
        data = self.blob()
        if len(data) > WORDS_LIMIT_BYTES:
            raise FrameError(f"{len(data)} bytes of words where at most {WORDS_LIMIT_BYTES} are allowed")
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise FrameError("words are not UTF-8") from error

    def flag(self) -> bool:
        """Yes or no."""
        value = self.number(U8)
        if value > 1:
            raise FrameError(f"flag is {value}")
        return value == 1

    def finish(self) -> None:
        """Nothing may be left."""
        if self._at != len(self._body):
            raise FrameError(f"{len(self._body) - self._at} bytes behind the end of a frame")
