"""What an owner is writing and has not kept yet, in a private file, so that a crash does not lose it.

The text lies in `ID.toml`, so that any editor opens it, and what it was begun from beside it.

Invariants: files 0600 in a folder 0700, replaced whole; a damaged one counts as not there; where the usual place is
full or can't be written, the runtime folder (mostly in memory) is taken.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from guardian.errors import GuardianError, PolicyError
from guardian.journal.places.private_file import delete_private, read_private, write_private
from guardian.policy.load import SUFFIX
from guardian.policy.source import LARGEST_BYTES
from guardian.settings import Settings

_FOLDER: Final = "unsaved-policies"
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_MOST_BYTES: Final = 8 * LARGEST_BYTES
"""A text may be too large to be kept as a policy, and is not lost by that."""


@dataclass(frozen=True, slots=True, repr=False)
class Unsaved:
    """One policy's text that was not kept."""

    base: str
    """What stood in the file when it was begun."""
    text: str
    at_ns: int
    """When it was written last."""
    path: Path
    """The private file that it is in."""


def put_aside(settings: Settings, policy_id: str, base: str, text: str) -> Path:
    """Keep a text that is being written; where it is. Raises PolicyError where no place takes it."""
    trouble = ""
    for path in _places(settings, policy_id):
        try:
            write_private(_base_of(path), base)
            write_private(path, text)
        except GuardianError as error:
            trouble = trouble or error.what
            continue
        return path
    raise PolicyError(f"what you write can't be kept against a crash: {trouble}")


def unsaved_text(settings: Settings, policy_id: str) -> Unsaved | None:
    """The latest text that was put aside; None where there is none."""
    found = [unsaved for path in _places(settings, policy_id) if (unsaved := _read(path)) is not None]
    return max(found, key=lambda unsaved: unsaved.at_ns, default=None)


def drop_unsaved(settings: Settings, policy_id: str) -> None:
    """It was kept, or the owner does not want it any more."""
    for path in _places(settings, policy_id):
        for each in (path, _base_of(path)):
            with suppress(GuardianError):
                delete_private(each)


def _places(settings: Settings, policy_id: str) -> tuple[Path, Path]:
    safe = policy_id if _ID.fullmatch(policy_id) else hashlib.sha256(os.fsencode(policy_id)).hexdigest()[:32]
    name = f"{safe}{SUFFIX}"
    return settings.paths.state / _FOLDER / name, settings.paths.runtime / _FOLDER / name


def _base_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.base")


def _read(path: Path) -> Unsaved | None:
    try:
        text, base = read_private(path, _MOST_BYTES), read_private(_base_of(path), _MOST_BYTES)
        return Unsaved(base, text, path.stat().st_mtime_ns, path) if text is not None and base is not None else None
    except (OSError, GuardianError):
        return None
