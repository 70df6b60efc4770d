"""The owner's shelf of models: which were added, where each stands, and the hash that it is pinned by.

Invariants: a model's file stays where its owner has it, and is never written; what is in `added.toml` is complete and
well formed, or nothing of it is used and the error says where it is wrong; the file is there whole or not at all.
"""

from __future__ import annotations

import datetime
import os
import re
import shlex
import stat
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from guardian.errors import ModelError
from guardian.gguf.errors import ModelFileError
from guardian.paths import ensure_private_directory
from guardian.policy.source import SourceError, read_source
from guardian.safe_text import safe_line
from guardian.settings import Settings
from guardian.settings_write import alone_in, replace_text

MOST_MODELS: Final = 200
_TABLE: Final = "models"
_BEGINNING: Final = (
    "# Models that you added. guardian model add and guardian model remove write this file anew, so notes of yours do\n"
    "# not stay in it.\n"
)
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,119}")
"""What settings can name: `guardian.settings_rules_judge.ModelName`."""
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_RESERVED: Final = frozenset({"none"})
"""`guardian model use none` means no model."""


class FileState(StrEnum):
    """How a model's file stands to what was pinned, by a look at its size and time alone."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class AddedModel:
    """One model on the shelf."""

    name: str
    """The owner's name for it."""
    path: Path
    """Absolute, links followed."""
    sha256: str
    """Of the file as it was added."""
    size_bytes: int
    modified_ns: int
    """When the file was last written, in nanoseconds since 1970, as it was added."""
    architecture: str
    context_tokens: int
    """Longest text that it was trained on."""
    frame: str
    """Id of the prompt frame: a key of `guardian.judge.prompt_frames.FRAMES`."""
    added: datetime.date

    def file_state(self) -> FileState:
        """Whether the file is still as it was added; cheap, and no proof: `guardian model verify` hashes."""
        try:
            found = self.path.stat()
        except (OSError, ValueError):
            return FileState.MISSING
        if not stat.S_ISREG(found.st_mode):
            return FileState.MISSING
        is_same = (found.st_size, found.st_mtime_ns) == (self.size_bytes, self.modified_ns)
        return FileState.UNCHANGED if is_same else FileState.CHANGED


def add_again(model: AddedModel) -> str:
    """The command that pins a model's file as it is now."""
    return f"guardian model add {shlex.quote(str(model.path))} --name {model.name}"


def add_moved(model: AddedModel) -> str:
    """The command that tells where a model's file is now."""
    return f"guardian model add PATH --name {model.name}"


def refuse_missing(model: AddedModel) -> None:
    """Raises ModelError where a model's file is not where it was added."""
    try:
        model.path.stat()
    except (FileNotFoundError, NotADirectoryError):
        hint = f"if you moved it: {add_moved(model)}"
        raise ModelError(f"the file of {model.name}, {model.path}, is not there", hint=hint) from None
    except OSError:
        return  # it may be there: whoever opens it says what is wrong


Shelf = Mapping[str, AddedModel]
"""By name, in the order of the file."""


def is_name(text: str) -> bool:
    """Whether a model may be called so."""
    return bool(_NAME.fullmatch(text)) and text not in _RESERVED


def load_shelf(settings: Settings) -> Shelf:
    """Every added model; none where nothing was added. Raises ModelError where the file cannot be used."""
    file = settings.paths.added_models_file
    if not os.path.lexists(file):
        return {}
    try:
        rows = tomllib.loads(read_source(file).text)
    except SourceError as error:
        raise ModelError(f"the list of added models {file} {error.message}", hint=error.hint) from None
    except (ValueError, RecursionError) as error:
        raise ModelError(f"the list of added models {file} is no TOML", hint=_mend(file)) from error
    return _checked(rows, file)


def find(settings: Settings, name: str) -> AddedModel:
    """The model of this name. Raises ModelError where there is none, or the list cannot be used."""
    shelf = load_shelf(settings)
    if name in shelf:
        return shelf[name]
    known = ", ".join(shelf)
    hint = f"added are: {known}" if known else "add one with guardian model add PATH"
    raise ModelError(f"no model is called {safe_line(name, 60)}", hint=hint)


def refuse_taken(shelf: Shelf, name: str, path: Path) -> None:
    """Raises ModelFileError where the name is that of another file, which is still there. Of one that is gone the name
    may be taken: it may have been moved."""
    there = shelf.get(name)
    if there is not None and there.path != path and there.file_state() is not FileState.MISSING:
        raise ModelFileError(path, f"{there.path} is called {name} already", hint="choose another name with --name")


def add(settings: Settings, model: AddedModel) -> AddedModel | None:
    """Put a model on the shelf, in the place of one of the same name, which is returned.

    Raises ModelFileError as `refuse_taken` does, ModelError where the list cannot be used or is full, OutputError where
    it cannot be written.
    """
    before: list[AddedModel] = []

    def put(shelf: dict[str, AddedModel]) -> None:
        refuse_taken(shelf, model.name, model.path)
        if model.name in shelf:
            before.append(shelf[model.name])
        elif len(shelf) >= MOST_MODELS:
            raise ModelError(f"there are {MOST_MODELS} models already", hint="guardian model remove takes one out")
        shelf[model.name] = model

    _change(settings, put)
    return before[0] if before else None


def remove(settings: Settings, name: str) -> AddedModel:
    """Take a model off the shelf; its file is left alone. Raises as `find` and `add` do."""
    model = find(settings, name)
    _change(settings, lambda shelf: shelf.pop(name, None))
    return model


def _change(settings: Settings, change: Callable[[dict[str, AddedModel]], object]) -> None:
    file = settings.paths.added_models_file
    ensure_private_directory(file.parent)
    with alone_in(file.parent):
        shelf = dict(load_shelf(settings))
        change(shelf)
        replace_text(file, _BEGINNING + "".join(_table(model) for model in shelf.values()))


def _table(model: AddedModel) -> str:
    import tomlkit

    values = {each.name: getattr(model, each.name) for each in fields(AddedModel)} | {"path": str(model.path)}
    lines = [f"{name} = {tomlkit.item(value).as_string()}\n" for name, value in values.items()]
    return f"\n[[{_TABLE}]]\n{''.join(lines)}"


def _checked(data: Mapping[str, Any], file: Path) -> Shelf:
    rows = data.get(_TABLE, [])
    if set(data) - {_TABLE} or not isinstance(rows, list) or len(rows) > MOST_MODELS:
        raise ModelError(f"the list of added models {file} must hold [[{_TABLE}]] alone", hint=_mend(file))
    shelf: dict[str, AddedModel] = {}
    for number, row in enumerate(rows, start=1):
        wrong = _wrong(row)
        if not wrong and row["name"] in shelf:
            wrong = "the name is there twice"
        if wrong:
            raise ModelError(f"model {number} in {file} cannot be used: {wrong}", hint=_mend(file))
        shelf[row["name"]] = AddedModel(**{**row, "path": Path(row["path"])})
    return shelf


_KINDS: Final[Mapping[str, type]] = {
    "name": str,
    "path": str,
    "sha256": str,
    "size_bytes": int,
    "modified_ns": int,
    "architecture": str,
    "context_tokens": int,
    "frame": str,
    "added": datetime.date,
}


def _wrong(row: object) -> str:
    """What is wrong with one table; empty where nothing is."""
    if not isinstance(row, dict) or set(row) != set(_KINDS):
        return f"it must have {', '.join(_KINDS)}, and nothing else"
    for name, kind in _KINDS.items():
        if type(row[name]) is not kind:
            return f"{name} is of the wrong kind"
    tests = (
        ("name", is_name(row["name"])),
        ("path", os.path.isabs(row["path"]) and "\0" not in row["path"]),
        ("sha256", bool(_SHA256.fullmatch(row["sha256"]))),
        ("size_bytes", row["size_bytes"] > 0),
        ("context_tokens", row["context_tokens"] > 0),
        ("frame", bool(_NAME.fullmatch(row["frame"]))),
        ("architecture", bool(_NAME.fullmatch(row["architecture"]))),
    )
    return next((f"{name} cannot be so" for name, is_good in tests if not is_good), "")


def _mend(file: Path) -> str:
    return f"mend it, or delete {file} and add your models again"
