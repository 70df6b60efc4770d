"""Writes one setting into the owner's `settings.toml`: the one way for `guardian config` and for the app.

Invariants: everything else in the file stays as its owner wrote it, comments too; the file is there whole or not at
all; a value that its rule refuses, or that cannot stand beside the others, changes nothing. A symbolic link is
followed, as it is when settings are read, and its target replaced.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from guardian.errors import GuardianError, OutputError, SettingsError
from guardian.paths import Paths, ensure_private_directory
from guardian.settings import Key, check_settings_text, find_key
from guardian.settings_file import parse_settings, read_settings_text
from guardian.settings_rules import RefusedError

_NEW_MODE: Final = 0o600


@dataclass(frozen=True, slots=True)
class Written:
    """What was done."""

    name: str
    before: object
    """The value in the file before, as TOML has it; None where there was none."""
    after: object
    """The value in the file now; None where there is none."""
    still_wrong: str = ""
    """What is wrong with the rest of the file, in one line; it was so before."""

    @property
    def is_changed(self) -> bool:
        """Whether the file says something else now."""
        return self.before != self.after


def write_setting(paths: Paths, name: str, text: str) -> Written:
    """Set the key `name` to what `text` means, a relative path starting at the working directory.

    Raises SettingsError where there is no such key, or it can't have that value, or the file can't be changed;
    OutputError where it can't be written. Nothing is changed then.
    """
    key = find_key(name)
    try:
        value = key.rule.from_text(text, Path())
    except RefusedError as error:
        raise SettingsError(f"{key.name} must be {error}") from error
    return _change(paths, key, str(value) if isinstance(value, Path) else value)


def remove_setting(paths: Paths, name: str) -> Written:
    """Take the key `name` out of the file, so that its default counts. Raises as `write_setting` does."""
    return _change(paths, find_key(name), None)


def _change(paths: Paths, key: Key, value: object) -> Written:
    file = paths.settings_file
    ensure_private_directory(paths.config)
    with alone_in(paths.config):
        before = read_settings_text(file)
        after = _with_value(before, tuple(key.name.split(".")), value, file)
        still_wrong = _trouble(paths, after)
        if still_wrong is not None and _trouble(paths, before) is None:
            raise still_wrong
        written = Written(
            key.name, _value(before, key, file), value, still_wrong.line() if still_wrong is not None else ""
        )
        if after != before:
            replace_text(file, after)
    return written


def _trouble(paths: Paths, text: str) -> SettingsError | None:
    try:
        check_settings_text(paths, text)
    except SettingsError as error:
        return error
    return None


def _value(text: str, key: Key, file: Path) -> object:
    found: Any = _parsed(text, file)
    for part in key.name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _parsed(text: str, file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is no TOML: {error}".lower(), hint="mend it by hand first") from error


def _with_value(text: str, path: tuple[str, ...], value: object, file: Path) -> str:
    """The text with another value of one key, and everything else as it was: checked by reading both."""
    from tomlkit.exceptions import TOMLKitError

    wanted = _set(_parsed(text, file), path, value)
    for change in (_line_added, _document_changed):
        try:
            after = change(text, path, value, file)
            if tomllib.loads(after) == wanted:
                return after
        except (TOMLKitError, GuardianError, TypeError, ValueError):  # tomlkit is stricter in places
            continue
    raise SettingsError(f"the layout of {file} does not let a command change {'.'.join(path)}", hint="edit it by hand")


def _line_added(text: str, path: tuple[str, ...], value: object, file: Path) -> str:
    """The text with one more line behind the last key of the same table: tomlkit would put it behind the comments of
    the next one. Raises ValueError where there is no such key to stand behind."""
    import tomlkit

    beside = [entry for entry in parse_settings(text, file) if entry.path[:-1] == path[:-1]]
    if value is None or not beside or path in [entry.path for entry in beside]:
        raise ValueError("no line to add")
    lines = text.splitlines(keepends=True)
    last = max(entry.line for entry in beside)
    lines[last - 1] = lines[last - 1].rstrip("\n") + "\n"
    return "".join([*lines[:last], f"{path[-1]} = {tomlkit.item(value).as_string()}\n", *lines[last:]])


def _document_changed(text: str, path: tuple[str, ...], value: object, file: Path) -> str:
    import tomlkit

    return _set(tomlkit.parse(text), path, value).as_string()  # type: ignore[no-any-return]  # a document, as it was


def _set(document: Any, path: tuple[str, ...], value: object) -> Any:
    """Set or remove one value in a nested mapping, in place. An emptied table stays: it may hold comments."""
    *sections, last = path
    inner = document
    for section in sections:
        if section not in inner:
            if value is None:
                return document
            inner[section] = {}
        inner = inner[section]
    if not isinstance(inner, Mapping):
        raise SettingsError(f"{sections[0]} must be a table", hint="edit the settings file by hand")
    if value is not None:
        inner[last] = value  # type: ignore[index]  # every mapping of TOML can be changed
    elif last in inner:
        del inner[last]  # type: ignore[attr-defined]
    return document


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """No other Guardian changes what the owner writes there meanwhile; on a file system without locks there is none."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def replace_text(file: Path, text: str) -> None:
    """Put `text` in the file's place, whole; a symbolic link is followed. Raises OutputError."""
    partial: Path | None = None
    try:
        target = file.resolve()
        mode = target.stat().st_mode & 0o777 if target.exists() else _NEW_MODE
        partial = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        with open(os.open(partial, flags, mode), "wb") as stream:
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(partial, target)
    except OSError as error:
        if partial is not None:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
        raise OutputError(f"cannot write {file}: {(error.strerror or str(error)).lower()}") from error
