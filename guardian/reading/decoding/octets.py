"""Decoded bytes to text: UTF-8, UTF-16, packed bytes, and the words that stand among bytes that are no text.

Invariants: never raises; None where the bytes hold no text. Pictures, documents and programs, known by their first
bytes, are none.
"""

from __future__ import annotations

import re
from typing import Final

from guardian.reading.decoding.base import Room
from guardian.reading.decoding.meaning import says_something
from guardian.reading.decoding.unpacking import is_packed, unpack

_NOT_TEXT: Final = bytes(code for code in range(32) if code not in b"\t\n\r\f\v\x08\x1b") + b"\x7f"
_KNOWN_FILES: Final = (
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"%PDF", b"\x7fELF", b"MZ", b"\xd0\xcf\x11\xe0", b"OggS"),
    *(
        b"\x00\x00\x01\x00",
        b"wOF",
        b"\x00\x01\x00\x00",
        b"OTTO",
        b"ID3",
        b"II*\x00",
        b"MM\x00*",
        b"7z\xbc\xaf",
        b"Rar!",
    ),
)
"""First bytes of pictures, sounds, fonts, documents and programs, which hold words that nobody reads."""
_STRINGS: Final = re.compile(rb"[\t\n\r\x20-\x7e]{24,}")
"""Readable runs among other bytes: of bytes drawn by lot, one in 10^10 is one."""
_FEWEST_BYTES: Final = 5


def to_text(data: bytes, room: Room, *, with_filling: bool = False) -> str | None:
    """The text of decoded bytes; None where they are none. `with_filling`: whether words among other bytes count."""
    if len(data) < _FEWEST_BYTES:
        return None
    if is_packed(data):
        unpacked = _unpacked(data, room)
        return None if unpacked is None else _plain(unpacked) or _strings(unpacked)
    return _plain(data) or (_strings(data) if with_filling else None)


def is_known_file(data: bytes) -> bool:
    """Whether the bytes begin as a picture, a sound, a font, a document or a program does."""
    return data.startswith(_KNOWN_FILES)


def _unpacked(data: bytes, room: Room) -> bytes | None:
    """What is in packed bytes, in packed bytes in them, and so on; None where that does not end."""
    for _ in range(room.limits.max_decode_depth):
        data = unpack(data, room)
        if not is_packed(data):
            return data
    room.deep += 1
    return None


def _plain(data: bytes) -> str | None:
    """The text where all of the bytes are one."""
    if data.count(0) * 3 >= len(data):
        return _wide(data)
    odd = len(data) - len(data.translate(None, _NOT_TEXT))
    if odd * 50 > len(data):
        return None
    try:
        return data.decode("ascii" if data.isascii() else "utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and error.start > _FEWEST_BYTES:
            return data[: error.start].decode("utf-8")  # a character that was cut at the end
        return None


def _wide(data: bytes) -> str | None:
    """UTF-16, as PowerShell's encoded commands have it."""
    even = data[: len(data) // 2 * 2]
    order = "utf-16-le" if even[1::2].count(0) > even[::2].count(0) else "utf-16-be"
    try:
        text = even.decode(order)
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() or "".join(text.split()).isprintable() else None


def _strings(data: bytes) -> str | None:
    """Words among bytes that are no text as a whole: some filling before or behind hides nothing."""
    if len(data) < 48 or is_known_file(data):
        return None
    found = b"\n".join(_STRINGS.findall(data)).decode("ascii")
    return found if found and says_something(found) else None
