"""The key-value part of a GGUF file: every pair is walked over and checked, little of it is kept.

Invariants: memory is bounded by the limits below, whatever the file says; an array stays in the file, and only where it
lies, its kind and its length are kept, and its numbers where there are few; the time is bounded by `MOST_TEXTS`.

Source: `docs/gguf.md` of ggml, struct `gguf_metadata_kv_t`. Nested arrays, which the description allows, are refused
as llama.cpp refuses them.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from guardian.gguf.cursor import Cursor
from guardian.gguf.errors import BrokenGgufError
from guardian.gguf.value_types import LAYOUTS, ValueType

LONGEST_KEY_BYTES: Final = 256
LONGEST_TEXT_BYTES: Final = 64 << 20
"""Of one value; some files carry a whole tokenizer as JSON."""
LONGEST_KEPT_BYTES: Final = 1 << 20
"""A longer text is passed over: nothing that is looked at is so long."""
MOST_KEPT_BYTES: Final = 8 << 20
"""Of all texts that are kept together."""
LONGEST_TOKEN_BYTES: Final = 1 << 16
"""Of one text in an array of them."""
MOST_TEXTS: Final = 1 << 22
"""In all arrays of a file together; a vocabulary of today and its merges have under 800,000."""
MOST_KEPT_NUMBERS: Final = 1024
"""Of one array: there are arrays with a number for each layer."""
MOST_KEPT_NUMBERS_IN_ALL: Final = 1 << 16
"""Of all arrays together; those behind are only walked over."""
_KEY: Final = re.compile(rb"[ -~]+")

Value = int | float | bytes | None


@dataclass(frozen=True, slots=True)
class Array:
    """An array, where it lies."""

    kind: ValueType
    """Of its elements."""
    count: int
    at: int
    """Byte of the file where its first element begins."""
    numbers: tuple[int | float, ...] = ()
    """Its elements, where they are numbers and few."""


@dataclass(frozen=True, slots=True, repr=False)
class Metadata:
    """What the keys say."""

    values: Mapping[str, tuple[ValueType, Value]]
    """Numbers, and texts as bytes; None for a text too long to be kept."""
    arrays: Mapping[str, Array]

    def number(self, key: str, least: int, most: int) -> int:
        """A number that has to be there, of 32 bits: llama.cpp is strict about that. Raises BrokenGgufError."""
        if not self.has(key):
            raise BrokenGgufError(f"it has no {key}")
        kind, value = self.values.get(key, (ValueType.ARRAY, None))
        if kind is not ValueType.UINT32 or not isinstance(value, int):
            raise BrokenGgufError(f"its {key} is of another kind than a number of 32 bits")
        if not least <= value <= most:
            raise BrokenGgufError(f"its {key} is {value:,}; {least:,} to {most:,} make sense")
        return value

    def text(self, key: str) -> str:
        """A text, empty where there is none. Raises BrokenGgufError where it is something else."""
        kind, value = self.values.get(key, (ValueType.STRING, b""))
        if kind is not ValueType.STRING or key in self.arrays:
            raise BrokenGgufError(f"its {key} is no text")
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""

    def has(self, key: str) -> bool:
        """Whether there is such a key, of whatever kind."""
        return key in self.values or key in self.arrays


def read_metadata(cursor: Cursor, keys: int) -> Metadata:
    """So many pairs from here on. Raises BrokenGgufError."""
    reading = _Reading(cursor)
    for _ in range(keys):
        reading.pair()
    return Metadata(reading.values, reading.arrays)


class _Reading:
    """What was read so far, and how much may still be."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self.values: dict[str, tuple[ValueType, Value]] = {}
        self.arrays: dict[str, Array] = {}
        self._kept_left_bytes = MOST_KEPT_BYTES
        self._numbers_left = MOST_KEPT_NUMBERS_IN_ALL
        self._texts_left = MOST_TEXTS

    def pair(self) -> None:
        raw = self._cursor.text(LONGEST_KEY_BYTES, "one of its keys")
        if not _KEY.fullmatch(raw):
            raise BrokenGgufError("it has a key that is empty, or no plain text")
        key = raw.decode("ascii")
        if key in self.values or key in self.arrays:
            raise BrokenGgufError(f"it has {key} twice")
        kind = self._kind(key)
        if kind is ValueType.ARRAY:
            self.arrays[key] = self._array(key)
        elif kind is ValueType.STRING:
            self.values[key] = kind, self._text(key)
        else:
            self.values[key] = kind, self._number(kind, key)

    def _kind(self, key: str) -> ValueType:
        number = self._cursor.u32(f"its {key}")
        try:
            return ValueType(number)
        except ValueError:
            raise BrokenGgufError(f"its {key} is of kind {number:,}, which does not exist") from None

    def _number(self, kind: ValueType, key: str) -> int | float:
        layout = LAYOUTS[kind]
        (value,) = struct.unpack(layout, self._cursor.take(struct.calcsize(layout), f"its {key}"))
        if kind is ValueType.BOOL and value > 1:
            raise BrokenGgufError(f"its {key} is neither true nor false")
        number: int | float = value
        return number

    def _text(self, key: str) -> bytes | None:
        size = self._cursor.u64(f"its {key}")
        if size > LONGEST_TEXT_BYTES:
            raise BrokenGgufError(f"its {key} is {size:,} bytes long, more than {LONGEST_TEXT_BYTES:,}")
        if size > LONGEST_KEPT_BYTES:
            self._cursor.skip(size, f"its {key}")
            return None
        self._kept_left_bytes -= size
        if self._kept_left_bytes < 0:
            raise BrokenGgufError(f"its keys hold more than {MOST_KEPT_BYTES:,} bytes of text")
        return self._cursor.take(size, f"its {key}")

    def _array(self, key: str) -> Array:
        kind = self._kind(key)
        count = self._cursor.u64(f"its {key}")
        at = self._cursor.at
        if kind is ValueType.ARRAY:
            raise BrokenGgufError(f"its {key} is an array of arrays, which llama.cpp does not read")
        if kind is ValueType.STRING:
            self._walk_texts(key, count)
            return Array(kind, count, at)
        size = count * struct.calcsize(LAYOUTS[kind])
        if size > self._cursor.left_bytes:
            raise BrokenGgufError(f"it ends inside its {key}, which is to have {count:,} elements")
        if count > min(MOST_KEPT_NUMBERS, self._numbers_left):
            self._cursor.skip(size, f"its {key}")
            return Array(kind, count, at)
        self._numbers_left -= count
        numbers = struct.unpack(f"<{count}{LAYOUTS[kind][1:]}", self._cursor.take(size, f"its {key}"))
        if kind is ValueType.BOOL and any(number > 1 for number in numbers):
            raise BrokenGgufError(f"its {key} holds something neither true nor false")
        return Array(kind, count, at, numbers)

    def _walk_texts(self, key: str, count: int) -> None:
        self._texts_left -= count
        if self._texts_left < 0:
            raise BrokenGgufError(f"its arrays hold more than {MOST_TEXTS:,} texts")
        for _ in self._cursor.texts(count, LONGEST_TOKEN_BYTES, f"its {key}"):
            pass
