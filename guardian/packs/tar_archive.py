"""Reads a pack from a .tar.gz in memory.

By hand, since the standard library's reader follows long-name and pax headers, which can rename and resize what comes
after them, and loops without end on a negative size (CVE-2025-8194, in every Python 3.11 before 3.11.14). A pack
needs neither. Invariants: the stream is unpacked only as far as the limits go; an entry is a regular file with a
plain name, or the folder of the policies; nothing follows the end. Sources: POSIX.1-2017 pax, "ustar Interchange
Format"; RFC 1952.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from typing import Final

from guardian.packs.base import MOST_BYTES, MOST_FILES, refused
from guardian.packs.contents import Collector, check_folder_name, check_ratio
from guardian.policy.problem import quoted

_BLOCK: Final = 512
_RECORD: Final = 20 * _BLOCK
_MOST_TAR_BYTES: Final = MOST_BYTES + 2 * _BLOCK * (MOST_FILES + 1) + _RECORD
_CHUNK_BYTES: Final = 64 << 10
_GZIP: Final = 31
"""zlib's number for: a gzip header, and the largest window."""
_OCTAL: Final = re.compile(rb" *([0-7]{1,11})[ \0]*")
_WHERE: Final = "the archive"
_KINDS: Final = {
    b"1": "a hard link",
    b"2": "a symbolic link",
    b"3": "a device",
    b"4": "a device",
    b"6": "a named pipe",
    b"S": "a sparse file",
    b"L": "a long-name header",
    b"K": "a long-name header",
    b"x": "a pax header",
    b"g": "a pax header",
}
_HINT: Final = "make the archive with guardian pack export, or with tar --format=ustar"


def read_tar_gz(data: bytes) -> Mapping[str, bytes]:
    """The files in the archive, by name. Raises PackError."""
    tar = _unpacked(data)
    collector = Collector()
    offset = entries = 0
    while True:
        header = tar[offset : offset + _BLOCK]
        if len(header) < _BLOCK:
            raise refused(_WHERE, "is cut off")
        if not any(header):
            break
        entries += 1
        if entries > MOST_FILES + 1:
            raise refused(_WHERE, f"the pack holds more than {MOST_FILES} files")
        offset = _read_entry(tar, offset, collector)
    if tar.count(0, offset) != len(tar) - offset:
        raise refused(_WHERE, "something follows its end")
    return collector.files


def _unpacked(data: bytes) -> bytes:
    unpack = zlib.decompressobj(_GZIP)
    parts: list[bytes] = []
    size = 0
    try:
        for start in range(0, len(data), _CHUNK_BYTES):
            waiting = data[start : start + _CHUNK_BYTES]
            while waiting and not unpack.eof:
                part = unpack.decompress(waiting, _CHUNK_BYTES)
                waiting = unpack.unconsumed_tail
                parts.append(part)
                size += len(part)
                check_ratio(_WHERE, size, start + _CHUNK_BYTES)
                if size > _MOST_TAR_BYTES:
                    raise refused(_WHERE, f"is larger than {MOST_BYTES >> 20} MiB unpacked")
            if unpack.eof and (unpack.unused_data or start + _CHUNK_BYTES < len(data)):
                raise refused(_WHERE, "something follows its end")
        parts.append(unpack.flush())
    except zlib.error as error:
        raise refused(_WHERE, f"is damaged: {str(error).lower()}") from None
    if not unpack.eof:
        raise refused(_WHERE, "is cut off")
    return b"".join(parts)


def _read_entry(tar: bytes, offset: int, collector: Collector) -> int:
    """Take in the entry whose header stands at `offset`; where the next one stands. Raises PackError."""
    header = tar[offset : offset + _BLOCK]
    if _octal(header[148:156]) != sum(header[:148]) + 8 * ord(" ") + sum(header[156:]):
        raise refused(f"{_WHERE}, byte {offset:,}", "is damaged: no header stands there")
    name = _name(header)
    kind = header[156:157]
    size = _octal(header[124:136])
    if size is None:
        raise refused(quoted(name), "has no size that a pack may have", _HINT)
    if kind == b"5" and size == 0:
        check_folder_name(name)
        return offset + _BLOCK
    if kind not in (b"0", b"\0"):
        raise refused(quoted(name), f"is {_KINDS.get(kind, 'something else than a regular file')}", _HINT)
    collector.check(name, size)
    start = offset + _BLOCK
    end = start + size
    after = start + -(-size // _BLOCK) * _BLOCK
    if after > len(tar):
        raise refused(quoted(name), "is cut off")
    if any(tar[end:after]):
        raise refused(quoted(name), "something is hidden behind its end")
    collector.add(name, tar[start:end])
    return after


def _name(header: bytes) -> str:
    name, _, rest = header[:100].partition(b"\0")
    shown = name.decode("utf-8", "backslashreplace")
    if any(rest):
        raise refused(quoted(shown), "a name with a NUL in it")
    if header[257:263] == b"ustar\0" and any(header[345:500]):
        raise refused(quoted(shown), "a name of more than 100 characters")
    return shown


def _octal(field: bytes) -> int | None:
    match = _OCTAL.fullmatch(field)
    return int(match[1], 8) if match else None
