"""The kinds of value that GGUF's key-value part has, by their numbers.

Source: the format's description, `docs/gguf.md` of ggml, enum `gguf_metadata_value_type`; the same numbers are in
llama.cpp's `ggml/include/gguf.h`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class ValueType(IntEnum):
    """Kind of one value, or of an array's elements."""

    UINT8 = 0
    INT8 = 1
    UINT16 = 2
    INT16 = 3
    UINT32 = 4
    INT32 = 5
    FLOAT32 = 6
    BOOL = 7
    STRING = 8
    ARRAY = 9
    UINT64 = 10
    INT64 = 11
    FLOAT64 = 12


LAYOUTS: Final = {
    ValueType.UINT8: "<B",
    ValueType.INT8: "<b",
    ValueType.UINT16: "<H",
    ValueType.INT16: "<h",
    ValueType.UINT32: "<I",
    ValueType.INT32: "<i",
    ValueType.FLOAT32: "<f",
    ValueType.BOOL: "<B",
    ValueType.UINT64: "<Q",
    ValueType.INT64: "<q",
    ValueType.FLOAT64: "<d",
}
"""How each kind of fixed size lies in the file, for `struct`. A bool is one byte, 0 or 1."""
