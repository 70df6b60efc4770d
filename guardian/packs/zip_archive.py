"""Reads a pack from a .zip in memory.

The directory at the archive's end is checked by hand first, since zipfile takes an archive that begins or ends with
something else, and parses a directory of any length. Invariants: nothing before, behind or between the entries can
give the archive a second reading; entries are stored or deflated, plain, and no links. Source: APPNOTE.TXT 6.3.10,
4.3 and 4.4.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

from guardian.packs.base import MOST_FILE_BYTES, MOST_FILES, refused
from guardian.packs.contents import Collector, check_folder_name, check_ratio
from guardian.policy.problem import quoted

_END: Final = struct.Struct("<4s4H2LH")
"""Signature, number of this disk, disk of the directory, entries here, entries, size and offset of the directory,
length of the comment."""
_END_SIGNATURE: Final = b"PK\x05\x06"
_MOST_ENTRY_BYTES: Final = 512
"""Of one entry in the directory: 46 bytes, a name of 100, and what file systems add."""
_KNOWN_FLAGS: Final = 0x0002 | 0x0004 | 0x0008 | 0x0800
"""How hard deflate tried, a size that follows the data, a name in UTF-8."""
_DAMAGE: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError,
    OSError, KeyError, IndexError, struct.error,
)  # fmt: skip
"""What zipfile raises for archives that are not what they say."""
_WHERE: Final = "the archive"


def read_zip(data: bytes) -> Mapping[str, bytes]:
    """The files in the archive, by name. Raises PackError."""
    entries = _check_end(data)
    collector = Collector()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if len(infos) != entries:
                raise refused(_WHERE, "its directory has not the number of entries that it says")
            if sum(info.compress_size for info in infos) > len(data):
                raise refused(_WHERE, "its entries lie over one another")
            for info in infos:
                _read_entry(archive, info, collector)
    except _DAMAGE as error:
        raise refused(_WHERE, f"is damaged: {str(error).lower() or type(error).__name__}") from None
    return collector.files


def _check_end(data: bytes) -> int:
    """The number of entries that the archive says it has. Raises PackError unless it is one plain archive."""
    if len(data) < _END.size:
        raise refused(_WHERE, "is cut off")
    signature, disk, first_disk, here, entries, size, offset, comment = _END.unpack(data[-_END.size :])
    if signature != _END_SIGNATURE or comment:
        raise refused(_WHERE, "is cut off, or something follows it")
    if disk or first_disk or here != entries or offset + size != len(data) - _END.size:
        raise refused(_WHERE, "is not one whole .zip from its first byte to its last")
    if entries > MOST_FILES + 1 or size > entries * _MOST_ENTRY_BYTES:
        raise refused(_WHERE, f"the pack holds more than {MOST_FILES} files")
    return int(entries)


def _read_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, collector: Collector) -> None:
    name = info.orig_filename  # zipfile cuts the other one off at a NUL
    kind = stat.S_IFMT(info.external_attr >> 16)
    if info.flag_bits & ~_KNOWN_FLAGS:
        raise refused(quoted(name), "is encrypted, or packed in a way that a pack may not use")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refused(quoted(name), "is packed in another way than stored or deflated")
    if name.endswith("/") and info.file_size == 0 and kind in (0, stat.S_IFDIR):
        check_folder_name(name)
        return
    if kind not in (0, stat.S_IFREG):
        raise refused(quoted(name), "is a link, a device or something else that is no regular file")
    collector.check(name, info.file_size)
    check_ratio(quoted(name), info.file_size, info.compress_size)
    with archive.open(info) as file:
        collector.add(name, file.read(MOST_FILE_BYTES + 1))
