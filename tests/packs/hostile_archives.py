"""Makers of archives that no honest program makes, and what they must end in."""

from __future__ import annotations

import gzip
import io
import random
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pack_rig import pack_of

from guardian.packs.base import PackError
from guardian.packs.pack import Pack, open_pack
from guardian.safe_text import safe_line


def refusal(path: Path) -> str:
    """Why a pack is refused: one safe line that names the pack."""
    with pytest.raises(PackError) as caught:
        open_pack(path)
    line = caught.value.line()
    assert line == safe_line(line)
    assert line.startswith(str(path))
    assert len(line) < 1_000
    return line.removeprefix(str(path)).removeprefix(": ")


def outcome(path: Path) -> Pack | None:
    """The pack, or None where it is refused as it should be."""
    try:
        return open_pack(path)
    except PackError as error:
        line = error.line()
    assert line == safe_line(line)
    return None


def a_file(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def a_zip(
    path: Path, entries: list[tuple[str, bytes]], change: Callable[[zipfile.ZipInfo], None] = lambda _: None
) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of two entries with one name
        for name, data in entries:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            change(info)
            archive.writestr(info, data)
    return path


def a_tar(path: Path, entries: list[tuple[tarfile.TarInfo, bytes]], form: int = tarfile.USTAR_FORMAT) -> Path:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=form) as archive:
        for info, data in entries:
            info.size = info.size or len(data)
            archive.addfile(info, io.BytesIO(data.ljust(info.size, b"\0")))
    path.write_bytes(gzip.compress(content.getvalue()))
    return path


def entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    return info


def good(more: str = "", data: bytes = b"x") -> list[tuple[str, bytes]]:
    return [*pack_of().items(), *([(more, data)] if more else [])]


def good_tar(*more: tuple[tarfile.TarInfo, bytes]) -> list[tuple[tarfile.TarInfo, bytes]]:
    return [*((entry(name), data) for name, data in pack_of().items()), *more]


def as_link(info: zipfile.ZipInfo) -> None:
    if info.filename == "README.md":
        info.create_system, info.external_attr = 3, 0o120777 << 16


def raw_zip_name(path: Path, name: str, raw: bytes) -> Path:
    """A .zip in which a name was changed behind zipfile's back, in both of its places."""
    assert len(name) == len(raw)
    a_zip(path, good(name))
    path.write_bytes(path.read_bytes().replace(name.encode(), raw))
    return path


def zip_that_lies(path: Path) -> Path:
    """20 MiB that say that they are one byte."""
    a_zip(path, good("README.md", bytes(20 << 20)))
    data = path.read_bytes().replace(struct.pack("<L", 20 << 20), struct.pack("<L", 1))
    path.write_bytes(data)
    return path


def overlapping_zip(path: Path) -> Path:
    """Two entries over one and the same data (Fifield, A better zip bomb, 2019)."""
    a_zip(path, [("README.md", random.Random(1).randbytes(30_000)), ("LICENSE01", b"x" * 10)])
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    first = data.index(b"PK\x01\x02")
    data[second + 16 : second + 28] = data[first + 16 : first + 28]
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    path.write_bytes(bytes(data))
    return path


def encrypted(path: Path) -> Path:
    a_zip(path, good())
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))
    return path


def wrapped(path: Path, before: bytes = b"", behind: bytes = b"") -> Path:
    a_zip(path, good())
    path.write_bytes(before + path.read_bytes() + behind)
    return path


def many_zip(path: Path) -> Path:
    return a_zip(path, [(f"policies/p{number}.toml", b"x") for number in range(600)])


def negative_tar(path: Path) -> Path:
    """A size below zero, at which tarfile of Python 3.11 turned round for ever (CVE-2025-8194)."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(entry("pack.toml"))
    data = bytearray(content.getvalue())
    data[124:136] = b"\xff" * 12
    data[148:156] = b"%06o\0 " % (sum(data[:148]) + 8 * 32 + sum(data[156:512]))
    path.write_bytes(gzip.compress(bytes(data)))
    return path


def gzip_of(path: Path, content: bytes) -> Path:
    path.write_bytes(gzip.compress(content))
    return path


def tail(path: Path, tail: bytes) -> Path:
    a_tar(path, good_tar())
    path.write_bytes(path.read_bytes() + tail)
    return path


def inside_tail(path: Path) -> Path:
    a_tar(path, good_tar())
    return gzip_of(path, gzip.decompress(path.read_bytes()) + bytes(512) + b"hidden".ljust(512, b"\0"))


def padded_tar(path: Path) -> Path:
    """Bytes between a file's end and the next header, which no reader shows."""
    a_tar(path, [(entry("README.md"), b"short")])
    data = bytearray(gzip.decompress(path.read_bytes()))
    data[1023] = 1
    return gzip_of(path, bytes(data))
