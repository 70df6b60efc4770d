"""Reads big JSON files piece by piece: walks into the containers that are asked for, and gives every other value whole.

Python's `json` wants all of a text; an export of years of chats may have gigabytes.

Invariants: memory is bounded by `LONGEST_VALUE` and one buffer; nesting is bounded by `DEEPEST`; what is no JSON ends
the reading with one `Broken`, a value that cannot be parsed or is too long is a `Broken` in its place and the reading
goes on. Nothing is raised but an OSError of the stream.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

LONGEST_VALUE: Final = 4 << 20
"""Bytes of one value that is given whole."""
LONGEST_KEY: Final = 1024
_LONGEST_SCALAR: Final = 64
"""Bytes of a number."""
DEEPEST: Final = 64
"""Containers inside each other, those that are given whole included."""
_CHUNK: Final = 1 << 16
_BLANK: Final = b" \t\r\n"
_MARK: Final = re.compile(rb'["{}\[\]]')
_STRING_END: Final = re.compile(rb'["\\]')
_SCALAR_END: Final = re.compile(rb"[,\]}\s]")
_BAD_ESCAPE: Final = re.compile(rb"((?<!\\)(?:\\\\)*)\\x([0-9A-Fa-f]{2})")
"""Telegram Desktop writes control characters as `\\x0B`, which is no JSON (export_output_json.cpp, SerializeString)."""

Path = tuple[str, ...]
"""Where a value stands: the keys that lead to it, `*` for a place in an array."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A value, or the rest of the file, that could not be read."""

    why: str
    """One lower-case line, safe to show."""


class _End(Exception):
    """The file is no JSON from here on."""


def json_values(stream: BinaryIO, is_entered: Callable[[Path], bool]) -> Iterator[tuple[Path, Any | Broken]]:
    """Every value that is no entered container, with its path, in the file's order.

    `is_entered` says of an array's or object's path whether to walk into it. An OSError of the stream passes.
    """
    reader = _Reader(stream)
    try:
        yield from _walk(reader, (), is_entered)
        if reader.peek() != b"":
            raise _End("something stands behind its end")
    except _End as end:
        yield (), Broken(f"the file is broken: {end}")


def _walk(reader: _Reader, path: Path, is_entered: Callable[[Path], bool]) -> Iterator[tuple[Path, Any | Broken]]:
    opens = reader.peek()
    if opens not in (b"{", b"[") or len(path) >= DEEPEST or not is_entered(path):
        yield path, _parsed(reader.value())
        return
    reader.take(opens)
    closes = b"}" if opens == b"{" else b"]"
    if reader.peek() == closes:
        reader.take(closes)
        return
    while True:
        step = "*"
        if opens == b"{":
            step = reader.key()
            reader.take(b":")
        yield from _walk(reader, (*path, step), is_entered)
        if reader.peek() == closes:
            reader.take(closes)
            return
        reader.take(b",")


def _parsed(raw: bytes | None) -> Any | Broken:
    if raw is None:
        return Broken(f"a value is longer than {LONGEST_VALUE:,} bytes, or nested too deeply")
    for text in (raw, _BAD_ESCAPE.sub(rb"\1\\u00\2", raw) if b"\\x" in raw else b""):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            continue
    return Broken("a value is not JSON")


class _Reader:
    """The file as far as it was read, and the place in it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._buffer = stream.read(_CHUNK).removeprefix(b"\xef\xbb\xbf")
        self._at = 0

    def peek(self) -> bytes:
        """The next byte that is no white space; empty at the end."""
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in _BLANK:
                self._at += 1
            if self._at < len(self._buffer):
                return self._buffer[self._at : self._at + 1]
            if not self._refill():
                return b""

    def take(self, byte: bytes) -> None:
        """Step over `byte`, which has to come next."""
        found = self.peek()
        if found != byte:
            raise _End("it ends in the middle" if not found else f"{byte.decode()} is missing")
        self._at += 1

    def key(self) -> str:
        """The key of a member, stepped over."""
        if self.peek() != b'"':
            raise _End("a key is missing")
        raw = self.value()
        found = _parsed(raw) if raw is not None and len(raw) <= LONGEST_KEY else None
        return found if isinstance(found, str) else ""

    def value(self) -> bytes | None:
        """The bytes of the next value, stepped over; None where it is too long or too deep."""
        first = self.peek()
        if not first or first in b",:}]":
            raise _End("a value is missing" if first else "it ends in the middle")
        is_scalar = first not in b'"{['
        kept: bytearray | None = bytearray()
        nesting = _Nesting()
        while True:
            begin = self._at
            self._at = _scalar_end(self._buffer, begin) if is_scalar else nesting.end(self._buffer, begin)
            if kept is not None:
                kept += self._buffer[begin : self._at]
                too_long = len(kept) > (_LONGEST_SCALAR if is_scalar else LONGEST_VALUE)
                kept = None if too_long or nesting.deepest > DEEPEST else kept
            is_whole = self._at < len(self._buffer) if is_scalar else nesting.is_closed
            if is_whole or not self._refill():
                break
        if not is_scalar and not nesting.is_closed:
            raise _End("it ends in the middle")
        return bytes(kept) if kept is not None else None

    def _refill(self) -> bool:
        self._buffer = self._stream.read(_CHUNK)
        self._at = 0
        return bool(self._buffer)


class _Nesting:
    """How deep inside a string, array or object a reading is."""

    def __init__(self) -> None:
        self._depth = 0
        self._is_string = self._is_escape = False
        self.deepest = 0
        self.is_closed = False

    def end(self, buffer: bytes, at: int) -> int:
        """Read on; where in the buffer the value ends, or the buffer's own end."""
        while at < len(buffer) and not self.is_closed:
            if self._is_string:
                at = self._in_string(buffer, at)
                continue
            found = _MARK.search(buffer, at)
            if found is None:
                return len(buffer)
            at = found.end()
            mark = found.group()
            self._is_string = mark == b'"'
            if not self._is_string:
                self._depth += 1 if mark in b"{[" else -1
                self.deepest = max(self.deepest, self._depth)
                self.is_closed = self._depth <= 0
        return at

    def _in_string(self, buffer: bytes, at: int) -> int:
        if self._is_escape:
            self._is_escape = False
            return at + 1
        found = _STRING_END.search(buffer, at)
        if found is None:
            return len(buffer)
        self._is_escape = found.group() == b"\\"
        self._is_string = self._is_escape
        self.is_closed = not self._is_string and self._depth == 0
        return found.end()


def _scalar_end(buffer: bytes, at: int) -> int:
    found = _SCALAR_END.search(buffer, at)
    return found.start() if found else len(buffer)
