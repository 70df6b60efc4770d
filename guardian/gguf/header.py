"""The first 24 bytes of a GGUF file: what it is, and how much is to come.

Source: `docs/gguf.md` of ggml, struct `gguf_header_t`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from guardian.gguf.cursor import Cursor
from guardian.gguf.errors import BrokenGgufError

MAGIC: Final = b"GGUF"
MOST_KEYS: Final = 16_384
"""A large model of today has about 60."""
MOST_TENSORS: Final = 131_072
"""A mixture of experts with a tensor for each expert has some 60,000."""
_VERSIONS: Final = (2, 3)
_SIZE_BYTES: Final = 24

_OTHERS: Final = (
    (b"version https://git-lfs", "a pointer of Git LFS, not the model itself"),
    (b"<!DOCTYPE", "a web page, not a model"),
    (b"<!doctype", "a web page, not a model"),
    (b"<html", "a web page, not a model"),
    (b"PK\x03\x04", "an archive or a PyTorch file, not a GGUF"),
    (b"lmgg", "a GGML file of before 2023, not a GGUF"),
    (b"tjgg", "a GGML file of before 2023, not a GGUF"),
    (b"fmgg", "a GGML file of before 2023, not a GGUF"),
    (b"algg", "an adapter in an old format, not a GGUF"),
)
"""What people have in a model's place, by how it begins."""


@dataclass(frozen=True, slots=True)
class Header:
    """What follows, by the file's own account."""

    version: int
    keys: int
    tensors: int


def read_header(cursor: Cursor) -> Header:
    """The header at the beginning of a file. Raises BrokenGgufError."""
    if cursor.left_bytes < _SIZE_BYTES:
        raise BrokenGgufError("it is empty" if not cursor.left_bytes else "it ends inside its header")
    beginning = cursor.take(_SIZE_BYTES, "its header")
    if not beginning.startswith(MAGIC):
        raise BrokenGgufError(f"it is {_what_else(beginning)}")
    version, tensors, keys = struct.unpack_from("<IQQ", beginning, len(MAGIC))
    _check_version(version)
    if not 0 < keys <= MOST_KEYS:
        raise BrokenGgufError(f"it says that it has {keys:,} keys; 1 to {MOST_KEYS:,} are read")
    if tensors > MOST_TENSORS:
        raise BrokenGgufError(f"it says that it has {tensors:,} tensors; at most {MOST_TENSORS:,} are read")
    return Header(version, keys, tensors)


def _check_version(version: int) -> None:
    if version in _VERSIONS:
        return
    if version and version & 0xFFFF == 0:  # version 3 with the big end first reads as 0x03000000
        raise BrokenGgufError("it was made for computers that put the big end of a number first, which are not served")
    if version == 1:
        raise BrokenGgufError("it is of version 1 of its format, which llama.cpp no longer reads")
    raise BrokenGgufError(f"it is of version {version:,} of its format; 2 and 3 are known")


def _what_else(beginning: bytes) -> str:
    for start, what in _OTHERS:
        if beginning.startswith(start):
            return what
    if not any(beginning):
        return "all zeros at its beginning, as a download that broke off leaves it"
    if beginning[8:10] == b'{"':  # safetensors: eight bytes of length, then JSON
        return "a safetensors file, not a GGUF"
    return "no GGUF: it begins otherwise"
