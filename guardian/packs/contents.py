"""The files of a pack, read into memory from a folder, a .zip or a .tar.gz.

Invariants: nothing is ever unpacked to the disk; only names that `check_file_name` knows come in, each once, and only
regular files; the limits of `guardian.packs.base` hold while it is read, not afterwards; which kind of archive it is,
is told from its first bytes, never from its name.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from guardian.packs.base import (
    FREE_BYTES,
    MANIFEST,
    MOST_BYTES,
    MOST_FILE_BYTES,
    MOST_FILES,
    MOST_RATIO,
    POLICIES,
    PackError,
    check_file_name,
    refused,
)
from guardian.policy.problem import quoted
from guardian.safe_text import safe_line

ZIP_START: Final = b"PK\x03\x04"
GZIP_START: Final = b"\x1f\x8b"
_READ_FLAGS: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_HINT: Final = "make the archive with guardian pack export"


class Collector:
    """Takes in a pack's files one by one and refuses the first that breaks a rule."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self._left = MOST_BYTES

    def check(self, name: str, size_bytes: int) -> None:
        """Before a file is read: its name, and the size that it is said to have. Raises PackError."""
        check_file_name(name)
        if name.casefold() in (known.casefold() for known in self.files):
            raise refused(quoted(name), "is in the pack twice")
        if len(self.files) == MOST_FILES:
            raise refused(quoted(name), f"the pack holds more than {MOST_FILES} files")
        if size_bytes > MOST_FILE_BYTES:
            raise refused(quoted(name), f"is larger than {MOST_FILE_BYTES >> 20} MiB")
        if size_bytes > self._left:
            raise refused(quoted(name), f"takes the pack over {MOST_BYTES >> 20} MiB")

    def add(self, name: str, data: bytes) -> None:
        """Take in what was read under a name that was checked; the size is checked again. Raises PackError."""
        self.check(name, len(data))
        self._left -= len(data)
        self.files[name] = data


def check_folder_name(name: str) -> None:
    """Raises PackError for a folder in an archive, but for that of the policies."""
    if name.rstrip("/") != POLICIES:
        raise refused(quoted(name), "no folder that a pack may hold", _HINT)


def check_ratio(name: str, unpacked_bytes: int, packed_bytes: int) -> None:
    """Raises PackError where something unpacks to far more than text ever does."""
    if unpacked_bytes > max(FREE_BYTES, MOST_RATIO * packed_bytes):
        raise refused(name, f"unpacks to more than {MOST_RATIO} times its size")


def read_contents(path: Path) -> Mapping[str, bytes]:
    """The files of the pack at `path`, by name. Raises PackError."""
    try:
        if path.is_dir():
            return _read_folder(path)
    except OSError as error:
        raise refused(str(path), (error.strerror or type(error).__name__).lower()) from None
    except ValueError:  # a path with a NUL in it
        raise PackError("the path is no path") from None
    data = read_regular_file(path, MOST_BYTES)
    if data.startswith(ZIP_START):
        from guardian.packs.zip_archive import read_zip

        return read_zip(data)
    if data.startswith(GZIP_START):
        from guardian.packs.tar_archive import read_tar_gz

        return read_tar_gz(data)
    raise refused(str(path), "is no pack", "a pack is a folder, a .zip or a .tar.gz")


def read_regular_file(path: Path, most_bytes: int) -> bytes:
    """A regular file of at most so many bytes; never waits for one that is none. Raises PackError."""
    try:
        return _read_regular(os.open(path, _READ_FLAGS), safe_line(str(path)), most_bytes)
    except OSError as error:
        raise refused(str(path), (error.strerror or type(error).__name__).lower()) from None
    except ValueError:  # a path with a NUL in it
        raise PackError("the path is no path") from None


def _read_folder(path: Path) -> Mapping[str, bytes]:
    collector = Collector()
    top = os.open(path, _READ_FLAGS | os.O_DIRECTORY)
    try:
        names = _names_in(top, "")
        if MANIFEST not in names:
            raise refused(str(path), f"is no pack: it has no {MANIFEST}")
        for name in names:
            if name == POLICIES:
                _read_policies(top, collector)
            else:
                _read_entry(top, name, name, collector)
    finally:
        os.close(top)
    return collector.files


def _read_policies(top: int, collector: Collector) -> None:
    try:
        folder = os.open(POLICIES, _READ_FLAGS | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
    except NotADirectoryError:
        raise refused(POLICIES, "is no folder") from None
    try:
        for name in _names_in(folder, f"{POLICIES}/"):
            _read_entry(folder, name, f"{POLICIES}/{name}", collector)
    finally:
        os.close(folder)


def _names_in(folder: int, before: str) -> list[str]:
    names: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            names.append(entry.name)
            if len(names) > MOST_FILES:
                raise refused(before or "the folder", f"the pack holds more than {MOST_FILES} files")
    return sorted(names)


def _read_entry(folder: int, entry: str, name: str, collector: Collector) -> None:
    collector.check(name, 0)
    try:
        descriptor = os.open(entry, _READ_FLAGS | os.O_NOFOLLOW, dir_fd=folder)
    except OSError as error:
        why = "is a symbolic link" if _is_link(entry, folder) else (error.strerror or type(error).__name__).lower()
        raise refused(quoted(name), why) from None
    collector.add(name, _read_regular(descriptor, quoted(name), MOST_FILE_BYTES))


def _is_link(entry: str, folder: int) -> bool:
    try:
        return stat.S_ISLNK(os.stat(entry, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _read_regular(descriptor: int, shown: str, most_bytes: int) -> bytes:
    """The file's content; closes the descriptor. Raises PackError for what is no regular file, or too large."""
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise refused(shown, "is not a regular file")
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(most_bytes + 1)
    finally:
        os.close(descriptor)
    if len(data) > most_bytes:
        raise refused(shown, f"is larger than {_size(most_bytes)}")
    return data


def _size(count_bytes: int) -> str:
    return f"{count_bytes >> 20} MiB" if count_bytes >= 1 << 20 else f"{count_bytes >> 10} KiB"
