"""Adds a source to the owner's `sources.toml`, and takes one out.

Invariants: everything else in the file stays as its owner wrote it, comments too; the file is there whole or not at
all; what is written is read back first, and must say what was meant and nothing else.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from guardian.errors import SourcesError
from guardian.paths import Paths, ensure_private_directory
from guardian.policy.position import Positions
from guardian.policy.source import SourceError, read_source
from guardian.settings_write import alone_in, replace_text
from guardian.sources.config import TABLE, parse_sources

_BEGINNING: Final = "# Where messages come from: guardian source add writes here, and so can you.\n"


def add_table(paths: Paths, row: Mapping[str, object]) -> None:
    """Put one more `[[sources]]` at the end of the file. Raises SourcesError, OutputError; nothing is changed then."""
    _change(paths, lambda text, _: _added(text, row), lambda rows: [*rows, dict(row)])


def remove_table(paths: Paths, source_id: str) -> None:
    """Take the source of this id out of the file. Raises SourcesError, OutputError; nothing is changed then."""

    def without(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row for row in rows if row.get("id") != source_id]

    _change(paths, lambda text, rows: _cut(text, rows, source_id), without)


_Rows = list[dict[str, Any]]


def _change(paths: Paths, write: Callable[[str, _Rows], str], expect: Callable[[_Rows], _Rows]) -> None:
    file = paths.sources_file
    ensure_private_directory(paths.config)
    with alone_in(paths.config):
        before = _text(file)
        _refuse_problems(before, file)
        rows = tomllib.loads(before).get(TABLE, [])
        after = write(before, rows)
        try:
            is_meant = tomllib.loads(after).get(TABLE, []) == expect(rows)
        except ValueError:
            is_meant = False
        if not is_meant:
            raise SourcesError(f"the layout of {file} does not let a command change it", hint="edit it by hand")
        _refuse_problems(after, file)
        replace_text(file, after)


def _text(file: Path) -> str:
    try:
        file.lstat()
    except FileNotFoundError:
        return _BEGINNING
    except OSError as error:
        raise SourcesError(f"cannot read {file}: {(error.strerror or str(error)).lower()}") from None
    try:
        return read_source(file).text
    except SourceError as error:
        raise SourcesError(f"{file} {error.message}", hint=error.hint) from None


def _refuse_problems(text: str, file: Path) -> None:
    problems = parse_sources(text, file).problems
    if problems:
        raise SourcesError(problems[0].to_line(), hint="mend the file first")


def _added(text: str, row: Mapping[str, object]) -> str:
    apart = "" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
    return f"{text}{apart}{table_text(row)}"


def table_text(row: Mapping[str, object]) -> str:
    """One `[[sources]]` table as TOML."""
    import tomlkit

    lines = [f"{_key(name)} = {tomlkit.item(value).as_string()}\n" for name, value in row.items()]
    return f"[[{TABLE}]]\n{''.join(lines)}"


def _key(name: str) -> str:
    import tomlkit

    return tomlkit.key(name).as_string() if name else '""'


def _cut(text: str, rows: _Rows, source_id: str) -> str:
    """The text without one table: from its header to its last key, so that comments before the next one stay."""
    number = next((number for number, row in enumerate(rows) if row.get("id") == source_id), None)
    if number is None:
        raise SourcesError(f"no source {source_id} in the file")
    lines = text.splitlines(keepends=True)
    first = Positions(text).key((TABLE, number)).line - 1
    last = next((at for at in range(first + 1, len(lines)) if lines[at].lstrip().startswith("[")), len(lines))
    while last > first + 1 and lines[last - 1].strip()[:1] in ("", "#"):
        last -= 1
    end = last
    if end < len(lines) and not lines[end].strip():  # the empty line that stood apart from it
        end += 1
    return "".join([*lines[:first], *lines[end:]])


def as_value(text: str) -> object:
    """What a word of the command line means: TOML where it is TOML, else the text itself."""
    try:
        check = tomllib.loads(f"value = {text}\n")
    except (ValueError, RecursionError):
        return text
    return check["value"] if list(check) == ["value"] else text
