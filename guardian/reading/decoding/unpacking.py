"""Packed bytes (gzip, zlib, bzip2, zip) to text, in streams that stop at the limit.

Invariants: never more than the allowed bytes are unpacked, whatever the stream says of its size; never raises; names of
members are text like their contents. Formats: RFC 1950, RFC 1952, APPNOTE 6.3.
"""

from __future__ import annotations

import bz2
import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from guardian.reading.decoding.base import Room

_MOST_MEMBERS: Final = 64
"""Members of one archive whose names and contents are read."""
_CHUNK_BYTES: Final = 16 * 1024
_ZLIB_STARTS: Final = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_STARTS: Final = (b"\x1f\x8b\x08", b"BZh", b"PK\x03\x04", *_ZLIB_STARTS)


def is_packed(data: bytes) -> bool:
    """Whether the bytes begin as packed ones do."""
    return data.startswith(_STARTS)


def unpack(data: bytes, room: Room) -> bytes:
    """What packed bytes hold, as far as the limits allow; what cannot be unpacked is left out."""
    if room.packed_left == 0:
        room.refused_bytes += len(data)
        return b""
    room.packed_left -= 1
    most = min(room.limits.max_decode_growth * len(data), room.left_bytes)
    unpacked = bytearray()
    for chunk in _chunks(data):
        unpacked += chunk[: most + 1 - len(unpacked)]
        if len(unpacked) > most:
            room.grown += 1
            break
    return bytes(unpacked[:most])


def _chunks(data: bytes) -> Iterator[bytes]:
    """The content in pieces, so that the reader of it stops when it has enough."""
    if data.startswith(b"PK"):
        yield from _zip_chunks(data)
        return
    try:
        while is_packed(data):  # some formats go on with another member behind the first
            stream = bz2.BZ2Decompressor() if data.startswith(b"BZh") else zlib.decompressobj(_wide_bits(data))
            piece = stream.decompress(data, _CHUNK_BYTES)
            while piece:
                yield piece
                rest = b"" if isinstance(stream, bz2.BZ2Decompressor) else stream.unconsumed_tail
                piece = b"" if stream.eof else stream.decompress(rest, _CHUNK_BYTES)
            data = stream.unused_data
    except (zlib.error, OSError, EOFError, ValueError):
        return


def _wide_bits(data: bytes) -> int:
    return zlib.MAX_WBITS | 16 if data.startswith(b"\x1f\x8b") else zlib.MAX_WBITS


def _zip_chunks(data: bytes) -> Iterator[bytes]:
    """Name and content of each member. Errors of a hostile archive are of many kinds; none is worth telling apart."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist()[:_MOST_MEMBERS]:
                yield f"{member.filename}\n".encode("utf-8", "replace")
                if member.flag_bits & 1:
                    continue  # sealed with a password
                with archive.open(member) as content:
                    while piece := content.read(_CHUNK_BYTES):
                        yield piece
                yield b"\n"
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, NotImplementedError, KeyError):
        return
