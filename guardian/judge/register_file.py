"""The judge's register on disk: one small file of numbers by the SHA-256 of the model's file.

Invariants: written whole or not at all, mode 0600, by one process at a time (a lock on a file beside it); only the
models that were used last are kept; a file that is damaged, or not the owner's alone, counts as none and is made anew,
and so does one model's part of it, which costs no other its numbers.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from guardian.errors import JournalError, OutputError
from guardian.journal.places.private_file import read_private, write_private
from guardian.judge.tallies import ModelTallies
from guardian.judge.tallies_json import tallies_from_json, tallies_to_json
from guardian.paths import ensure_private_directory

JSON_VERSION: Final = 1
MODELS_KEPT: Final = 8
_MOST_BYTES: Final = 4 << 20
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_LOCK_WAIT_S: Final = 2.0
_LOOK_EVERY_S: Final = 0.02
_DAMAGE: Final = (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError)
"""What reading a damaged file, or one model's part of it, may raise."""


def load_models(path: Path) -> dict[str, ModelTallies]:
    """What is known of each model; nothing where there is no file, or none that can be used."""
    try:
        row = json.loads(read_private(path, _MOST_BYTES) or "{}", parse_constant=_refuse)
        if row and row["v"] != JSON_VERSION:
            return {}
        rows = row.get("models", {}).items()
    except (JournalError, *_DAMAGE):
        return {}
    found: dict[str, ModelTallies] = {}
    for sha256, each in rows:
        if _SHA256.fullmatch(sha256):
            with suppress(*_DAMAGE):
                found[sha256] = tallies_from_json(each)
    return found


@contextmanager
def updated_models(path: Path) -> Iterator[dict[str, ModelTallies]]:
    """What is known of each model, to be changed and then written. Raises OutputError."""
    with _locked(path):
        models = load_models(path)
        yield models
        kept = sorted(models.items(), key=lambda item: item[1].used_ms)[-MODELS_KEPT:]
        rows = {sha256: tallies_to_json(tallies) for sha256, tallies in kept}
        try:
            write_private(path, json.dumps({"v": JSON_VERSION, "models": rows}, allow_nan=False) + "\n")
        except JournalError as error:
            raise OutputError(f"cannot keep the judge's register: {error.what}", hint=error.hint) from error


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One writer at a time. Raises OutputError where another does not end."""
    ensure_private_directory(path.parent)
    lock = path.with_name(f".{path.name}.lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise OutputError(f"cannot keep the judge's register: {lock}: {error.strerror or error}") from error
    try:
        _wait_for(descriptor, path)
        yield
    finally:
        os.close(descriptor)


def _wait_for(descriptor: int, path: Path) -> None:
    until_s = time.monotonic() + _LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if time.monotonic() > until_s:
                raise OutputError(f"cannot keep the judge's register: {path} is in use") from error
            time.sleep(_LOOK_EVERY_S)
        else:
            return


def _refuse(name: str) -> float:
    raise ValueError(name)
