"""Small files that are their owner's alone: key files and anchors.

Invariants: a file is there whole or not at all (written beside, synced, read back, then renamed); symbolic links,
other people's files and files that others may read or write are refused, with the command that mends it; a replaced or
deleted file is overwritten first. That last is a courtesy, not a promise: file systems that copy on write and flash
drives keep old blocks, and so do backups.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from guardian.errors import GuardianError, OutputError
from guardian.journal.keys import KeyPlaceError, KeyPlaceIoError
from guardian.paths import ensure_private_directory
from guardian.safe_text import safe_line

_MODE: Final = 0o600
_PARTIAL_BYTES: Final = 6
_PARTIAL: Final = re.compile(rf"\.(.+)\.[0-9a-f]{{{2 * _PARTIAL_BYTES}}}")
_STALE_AFTER_S: Final = 60.0
_READ_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def read_private(path: Path, most_bytes: int) -> str | None:
    """The file's text; None where there is no file. Raises KeyPlaceError, KeyPlaceIoError."""
    _refuse_link(path)
    try:
        descriptor = os.open(path, _READ_FLAGS)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _failed(path, error) from None
    try:
        _check(path, os.fstat(descriptor))  # before it is made a file: of a folder none can be made
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(most_bytes + 1)
    except OSError as error:
        raise _failed(path, error) from None
    finally:
        os.close(descriptor)
    if len(data) > most_bytes:
        raise KeyPlaceError(f"{_shown(path)} is too long for what it should be")
    return data.decode("utf-8", "surrogateescape")


def write_private(path: Path, text: str) -> None:
    """Put `text` in the place of the file; nothing is left half done. Raises KeyPlaceError, KeyPlaceIoError."""
    _ensure_folder(path.parent)
    _refuse_link(path)
    data = text.encode("utf-8")
    partial = path.with_name(f".{path.name}.{secrets.token_hex(_PARTIAL_BYTES)}")
    try:
        try:
            _write_synced(partial, data)
            old = _opened_to_overwrite(path)
            os.replace(partial, path)
        except OSError:
            with suppress(OSError):
                _overwrite(_opened_to_overwrite(partial))
                partial.unlink()
            raise
        _sync_folder(path.parent)
        _overwrite(old)
    except OSError as error:
        raise _failed(path, error) from None


def delete_private(path: Path) -> None:
    """Overwrite the file and remove it; nothing happens where there is none. Raises KeyPlaceError, KeyPlaceIoError."""
    _refuse_link(path)
    try:
        old = _opened_to_overwrite(path)
        path.unlink(missing_ok=True)
        if old is not None:
            _sync_folder(path.parent)
            _overwrite(old)
    except OSError as error:
        raise _failed(path, error) from None


def remove_partials(folder: Path, of: re.Pattern[str]) -> None:
    """Overwrite and remove what `write_private` was killed over, of the files whose names match `of`.

    A file that is younger than a minute may still be written; one of somebody else's is left alone. Raises
    KeyPlaceIoError.
    """
    try:
        with os.scandir(folder) as found:
            partials = [Path(each.path) for each in found if _is_stale_partial(each, of)]
    except FileNotFoundError:
        return
    except OSError as error:
        raise _failed(folder, error) from None
    for path in partials:
        delete_private(path)


def _is_stale_partial(found: os.DirEntry[str], of: re.Pattern[str]) -> bool:
    match = _PARTIAL.fullmatch(found.name)
    if match is None or of.fullmatch(match[1]) is None:
        return False
    facts = found.stat(follow_symlinks=False)
    age_s = time.time() - facts.st_mtime
    return stat.S_ISREG(facts.st_mode) and facts.st_uid == os.geteuid() and age_s > _STALE_AFTER_S


def _write_synced(path: Path, data: bytes) -> None:
    """A new file with `data`; what the disk gives back is compared before it is trusted."""
    with os.fdopen(os.open(path, _WRITE_FLAGS, _MODE), "r+b") as file:
        os.fchmod(file.fileno(), _MODE)  # whatever the umask is
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        if file.read() != data:
            raise OSError("what was written does not read back")


def _opened_to_overwrite(path: Path) -> int | None:
    """The file that is about to lose its name; None where there is none, or where it has a second name elsewhere."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    facts = os.fstat(descriptor)
    if stat.S_ISREG(facts.st_mode) and facts.st_nlink == 1 and facts.st_uid == os.geteuid():
        return descriptor
    os.close(descriptor)
    return None


def _overwrite(descriptor: int | None) -> None:
    """Zeros over what the file held. It may fail: the new file stands already."""
    if descriptor is None:
        return
    try:
        with suppress(OSError):
            os.pwrite(descriptor, bytes(os.fstat(descriptor).st_size), 0)
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _ensure_folder(folder: Path) -> None:
    try:
        ensure_private_directory(folder)
    except OutputError as error:
        raise KeyPlaceIoError(error.what, hint=error.hint) from None
    except GuardianError as error:
        raise KeyPlaceError(error.what, hint=error.hint) from None


def _refuse_link(path: Path) -> None:
    if path.is_symlink():
        raise KeyPlaceError(f"{_shown(path)} is a symbolic link", hint="put the file itself there")


def _check(path: Path, facts: os.stat_result) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise KeyPlaceError(f"{_shown(path)} is not a regular file")
    if facts.st_uid != os.geteuid():
        raise KeyPlaceError(f"{_shown(path)} belongs to somebody else")
    if facts.st_mode & 0o077:
        raise KeyPlaceError(f"others may read or write {_shown(path)}", hint=f"chmod 600 {_shown(path)} mends it")


def _failed(path: Path, error: OSError) -> KeyPlaceIoError:
    words = (error.strerror or str(error) or type(error).__name__).lower()
    return KeyPlaceIoError(f"{_shown(path)}: {words}")


def _shown(path: Path) -> str:
    return safe_line(str(path))
