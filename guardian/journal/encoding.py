"""How a record becomes bytes: canonical JSON, and padding that hides how long it is.

Invariants: the same value is the same bytes; what is padded has one of few lengths and comes back unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

SMALLEST_BUCKET_BYTES: Final = 512
"""A padded record is this long, or twice as long, or four times, and so on: only the power of two can be seen."""

_END: Final = b"\x80"
"""ISO/IEC 7816-4 padding: one byte 0x80, then zeros."""


def canonical_bytes(value: Any) -> bytes:
    """Canonical JSON in ASCII: sorted keys, no white space. Raises ValueError for what JSON cannot hold (nan)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def parsed(data: bytes) -> Mapping[str, Any]:
    """The JSON object that `data` holds. Raises ValueError for anything else."""
    try:
        value = json.loads(data)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def padded(data: bytes) -> bytes:
    """`data`, filled up to the next bucket."""
    size = SMALLEST_BUCKET_BYTES
    while size < len(data) + 1:
        size *= 2
    return data + _END + bytes(size - len(data) - 1)


def unpadded(data: bytes) -> bytes:
    """What was padded. Raises ValueError where nothing was."""
    end = data.rfind(_END)
    if end < 0 or data[end + 1 :] != bytes(len(data) - end - 1):
        raise ValueError("not padded")
    return data[:end]
