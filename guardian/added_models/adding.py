"""Puts a model file of the owner's on the shelf: checked, hashed, given a prompt frame and a name.

Invariants: nothing is downloaded, copied, moved or loaded; the bytes that were checked are the bytes that were hashed,
or the file is refused; the chat template in a file chooses a frame of ours and is never run.
"""

from __future__ import annotations

import datetime
import os
import re
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from guardian.added_models.pinning import Advance, file_sha256
from guardian.added_models.shelf import AddedModel, add, is_name, load_shelf, refuse_taken
from guardian.errors import InputError, ModelError
from guardian.gguf.check import open_model_file, read_facts
from guardian.gguf.errors import ModelFileError
from guardian.gguf.facts import GgufFacts
from guardian.safe_text import safe_line
from guardian.settings import Settings

if TYPE_CHECKING:
    from guardian.judge.prompt_frame import PromptFrame

ENDING: Final = ".gguf"
MOST_FILES: Final = 1000
"""Of one folder."""
_LONGEST_OWN_NAME: Final = 60
_HASH_LIKE: Final = re.compile(r"(sha256[-:])?[0-9a-f]{16,}", re.IGNORECASE)
"""What some programs call their files; no name that an owner would want to type."""


@dataclass(frozen=True, slots=True)
class Added:
    """What was done."""

    model: AddedModel
    facts: GgufFacts
    is_frame_named: bool
    """Whether the owner chose the frame."""
    before: AddedModel | None
    """What stood under this name until now."""
    can_others_write: bool
    """Whether other accounts than the owner's and root's can change the file."""


def model_files(folder: Path) -> tuple[Path, ...]:
    """The model files right in a folder, by name. Raises InputError where it cannot be read or has too many."""
    try:
        files = sorted(path for path in folder.iterdir() if path.name.lower().endswith(ENDING))
    except OSError as error:
        raise InputError(f"cannot read the folder {folder}: {(error.strerror or str(error)).lower()}") from error
    if len(files) > MOST_FILES:
        raise InputError(f"{folder} has {len(files):,} models; {MOST_FILES:,} can be looked at", hint="name one file")
    return tuple(files)


def add_file(settings: Settings, path: Path, *, name: str = "", frame: str = "", advance: Advance) -> Added:
    """Check, hash and add one file. `name` and `frame`: the owner's choice, or empty.

    Raises ModelFileError where the file is refused, ModelError where name, frame or list cannot be used, OutputError
    where the list cannot be written.
    """
    descriptor = open_model_file(path)
    try:
        before = os.fstat(descriptor)
        facts = read_facts(path, descriptor)
        chosen = _frame(facts, frame)
        called = name or _own_name(facts)
        _check_name(settings, called, path)
        facts = replace(facts, sha256=file_sha256(path, descriptor, advance))
        after = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise ModelFileError(path, "it was changed while it was read", hint="try again when it is complete")
    model = AddedModel(
        name=called,
        path=path.resolve(),
        sha256=facts.sha256,
        size_bytes=facts.size_bytes,
        modified_ns=after.st_mtime_ns,
        architecture=facts.architecture,
        context_tokens=facts.context_tokens,
        frame=chosen.id,
        added=datetime.date.today(),
    )
    return Added(model, facts, bool(frame), add(settings, model), _can_others_write(after))


def _frame(facts: GgufFacts, named: str) -> PromptFrame:
    """The frame that the owner names, or the one of the file's family. Raises ModelError where there is none."""
    from guardian.judge.prompt_frames import FRAMES, choose_frame, fitting_frames

    if named and named not in FRAMES:
        raise ModelError(f"there is no frame {safe_line(named, 60)}", hint=f"there are {', '.join(FRAMES)}")
    chosen = FRAMES[named] if named else choose_frame(facts)
    fitting = fitting_frames(facts)
    if chosen is not None and chosen in fitting:
        return chosen
    if not fitting:
        raise ModelFileError(facts.path, "no prompt frame fits it: its vocabulary has the control tokens of none")
    hint = f"name the one that it was trained with, --frame {' or '.join(frame.id for frame in fitting)}"
    if chosen is not None:
        missing = next(control for control in chosen.controls if control not in facts.special_tokens)
        raise ModelFileError(facts.path, f"frame {named} needs the token {missing}, which it does not have", hint=hint)
    raise ModelFileError(facts.path, f"its family is not known (architecture {facts.architecture})", hint=hint)


def _own_name(facts: GgufFacts) -> str:
    """A name from the file's own, or from the one inside it where the file is called by a hash."""
    stem = facts.path.name[: -len(ENDING)] if facts.path.name.lower().endswith(ENDING) else facts.path.name
    source = facts.name if _HASH_LIKE.fullmatch(stem) and facts.name else stem
    name = re.sub(r"[^a-z0-9._]+", "-", source.lower()).strip("-._")[:_LONGEST_OWN_NAME].rstrip("-._")
    return name if is_name(name) else "model"


def _check_name(settings: Settings, name: str, path: Path) -> None:
    if not is_name(name):
        hint = "letters, digits and . _ : / + -, beginning with a letter or digit"
        raise ModelError(f"a model can't be called {safe_line(name, 60)}", hint=hint)
    real = path.resolve()
    if not _is_text(real):
        raise ModelFileError(path, "its path is not UTF-8", hint="give the file or its folder another name")
    refuse_taken(load_shelf(settings), name, real)  # said now, and not after minutes of hashing


def _is_text(path: Path) -> bool:
    """Whether a path can be written into the list: the system allows any bytes."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _can_others_write(found: os.stat_result) -> bool:
    """By its owner and its mode. The group does not count: on many systems each account has one of its own."""
    return found.st_uid not in (os.geteuid(), 0) or bool(found.st_mode & stat.S_IWOTH)
