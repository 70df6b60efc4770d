"""The hash that a model's file is pinned by: taken once when it is added, and compared whenever the owner asks.

Invariant: a file is read from front to back through one descriptor, in pieces; nothing else of it is kept.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from guardian.added_models.shelf import AddedModel, add_again, refuse_missing
from guardian.gguf.check import open_model_file
from guardian.gguf.errors import ModelFileError

_PIECE_BYTES: Final = 1 << 20

Advance = Callable[[int], None]
"""Told of so many more bytes that were hashed."""


def file_sha256(path: Path, descriptor: int, advance: Advance) -> str:
    """SHA-256 of an open file, in hex. Raises ModelFileError where it cannot be read to its end."""
    digest = hashlib.sha256()
    room = memoryview(bytearray(_PIECE_BYTES))
    at = 0
    try:
        while size := os.preadv(descriptor, [room], at):
            digest.update(room[:size])
            at += size
            advance(size)
    except OSError as error:
        raise ModelFileError(path, f"it cannot be read: {(error.strerror or str(error)).lower()}") from error
    return digest.hexdigest()


def verify(model: AddedModel, advance: Advance) -> None:
    """Hash a model's file again. Raises ModelError where it is not the pinned one, not there, or cannot be read."""
    refuse_missing(model)
    hint = f"if the change is yours, add it again: {add_again(model)}"
    descriptor = open_model_file(model.path)
    try:
        size = os.fstat(descriptor).st_size
        if size != model.size_bytes:
            raise ModelFileError(model.path, f"it has {size:,} bytes, not the pinned {model.size_bytes:,}", hint=hint)
        digest = file_sha256(model.path, descriptor, advance)
    finally:
        os.close(descriptor)
    if digest != model.sha256:
        reason = f"it has sha-256 {digest[:12]}..., not the pinned {model.sha256[:12]}..."
        raise ModelFileError(model.path, reason, hint=hint)
