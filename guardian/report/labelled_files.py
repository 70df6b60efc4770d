"""Labelled rows from one NDJSON file, or from all of them in a folder.

Invariants: the first bad line ends the reading with its file and line, so that a report never rests on part of a set;
every file's SHA-256 is of the very bytes that were parsed; a row's id is unique within its file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from guardian.errors import InputError, UsageError
from guardian.report.rows import LabelledRow, parse_row
from guardian.sources.files import open_regular_file
from guardian.sources.ndjson import MAX_LINE_BYTES

SUFFIXES: Final = (".jsonl", ".ndjson")
_HINT: Final = "see docs/guide/report-card.md"


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file that a report rests on."""

    name: str
    """Its name without folders, so that a report is the same wherever its data lies. Untrusted."""
    sha256: str
    size_bytes: int
    rows: int


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Rows, and the files that they came from."""

    rows: tuple[LabelledRow, ...]
    files: tuple[DataFile, ...]


def read_labelled(path: Path) -> LabelledSet:
    """The rows of a file, or of every `.ndjson` and `.jsonl` file right in a folder, in name order.

    Raises InputError where something cannot be read, UsageError with file and line where a row is not one.
    """
    files = _files(path)
    parts = [_read_file(file) for file in files]
    rows = tuple(row for part, _ in parts for row in part)
    if not rows:
        raise UsageError(f"{path} holds no rows", hint=_HINT)
    return LabelledSet(rows, tuple(file for _, file in parts))


def _files(path: Path) -> Sequence[Path]:
    if not path.is_dir():
        if not path.exists():
            raise InputError(f"no such file or folder: {path}")
        return [path]
    try:
        found = sorted(each for each in path.iterdir() if each.suffix in SUFFIXES and not each.name.startswith("."))
    except OSError as error:
        raise InputError(f"cannot list {path}: {error.strerror or error}") from error
    if not found:
        raise UsageError(f"{path} holds no file that ends in {' or '.join(SUFFIXES)}", hint=_HINT)
    return found


def _read_file(path: Path) -> tuple[list[LabelledRow], DataFile]:
    digest, size_bytes = hashlib.sha256(), 0
    rows: list[LabelledRow] = []
    seen: set[str] = set()
    try:
        with open_regular_file(path) as stream:
            for number, line in enumerate(iter(lambda: stream.readline(MAX_LINE_BYTES + 1), b""), start=1):
                digest.update(line)
                size_bytes += len(line)
                if line.strip():
                    rows.append(_parse(line, path, number))
                    if rows[-1].id in seen:
                        raise _bad(path, number, "its id stands there twice")
                    seen.add(rows[-1].id)
    except InputError as error:
        raise InputError(f"cannot read {path}: {error.what}") from error
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    return rows, DataFile(path.name, digest.hexdigest(), size_bytes, len(rows))


def _parse(line: bytes, path: Path, number: int) -> LabelledRow:
    if len(line) > MAX_LINE_BYTES:
        raise _bad(path, number, f"longer than {MAX_LINE_BYTES:,} bytes")
    try:
        return parse_row(line, path.stem)
    except ValueError as error:
        raise _bad(path, number, str(error)) from error


def _bad(path: Path, number: int, what: str) -> UsageError:
    return UsageError(f"{path}:{number}: {what}", hint=_HINT)
