"""The owner's settings file: TOML in, entries with their places out.

Invariants: a missing file is an empty one; anything else that cannot be read as TOML is a SettingsError with
file, line and column; which keys and values are valid is `settings.py`'s business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from guardian.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of the file with its value."""

    path: tuple[str, ...]
    """The key's parts: `("limits", "max_windows")`, or one part for a key outside every table."""
    value: object
    """As `tomllib` gives it."""
    file: Path
    line: int
    """Counted from 1."""
    column: int
    """In characters, counted from 1."""

    @property
    def name(self) -> str:
        """The key as its owner reads it."""
        return ".".join(self.path)

    @property
    def place(self) -> str:
        """`file:line:column`."""
        return f"{self.file}:{self.line}:{self.column}"


def read_settings_file(file: Path) -> tuple[Entry, ...]:
    """The entries of `file` in its order; none where there is no such file.

    Raises SettingsError where it cannot be read, or is no TOML.
    """
    text = read_settings_text(file)
    return parse_settings(text, file) if text else ()


def read_settings_text(file: Path) -> str:
    """What stands in `file`; nothing where there is no such file. Raises SettingsError where it cannot be read."""
    try:
        file.lstat()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise SettingsError(f"cannot look for the settings file {file}: {error.strerror}") from error
    from guardian.policy.source import SourceError, read_source  # here, since most owners have no settings file

    try:
        return read_source(file).text
    except SourceError as error:
        where = f"{file}:{error.place.line}:{error.place.column}"
        raise SettingsError(f"{where}: the settings file {error.message}", hint=error.hint) from error


def parse_settings(text: str, file: Path) -> tuple[Entry, ...]:
    """The entries of a text that stands, or is to stand, in `file`. Raises SettingsError where it is no TOML."""
    return tuple(_entries(text, file))


def _entries(text: str, file: Path) -> Iterator[Entry]:
    import tomllib  # these two here, since most owners have no settings file

    from guardian.policy.position import Positions, ShapeError, check_shape, syntax_error_place

    try:
        check_shape(text)
        document = tomllib.loads(text)
    except ShapeError as error:
        raise SettingsError(f"{file}:{error.place.line}:{error.place.column}: {error}") from error
    except ValueError as error:
        words, place = syntax_error_place(error, text)
        raise SettingsError(f"{file}:{place.line}:{place.column}: {words[:1].lower() + words[1:]}") from error
    positions = Positions(text)
    for path, value in _leaves(document):
        place = positions.key(path)
        yield Entry(path, value, file, place.line, place.column)


def _leaves(document: Mapping[str, object]) -> Iterator[tuple[tuple[str, ...], object]]:
    """The keys of the file and of its tables, no deeper: no setting lies deeper."""
    for key, value in document.items():
        if isinstance(value, dict) and value:
            yield from (((key, inner), leaf) for inner, leaf in value.items())
        else:
            yield (key,), value
