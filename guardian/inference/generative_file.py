"""The file of a generative model: checked, hashed and held open, but not copied.

An encoder's file is copied into memory that nothing can change (`model_file.py`); a generative model's may have the
size of the memory, so it is mapped from where it lies. What holds instead: the check, the hash and the load read
through one descriptor, so that another file under the same name changes nothing; and size, inode and the times of the
last change are compared after hashing, after loading and before each question. What does not hold: somebody who may
write as the owner, and changes bytes through a mapping, is seen only when the kernel notes the time of that change; and
root can set the clock (ADR 19).

Invariant: after `verify`, the bytes read through `descriptor` had the pinned SHA-256, and as long as `is_unchanged`,
the kernel has noted no write since.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from guardian.errors import CellError, ModelError
from guardian.gguf.check import open_model_file, read_facts
from guardian.gguf.facts import GgufFacts

_CHUNK_BYTES: Final = 1 << 20
_HINT: Final = "if you changed it on purpose, run `guardian model add` again"

Identity = tuple[int, int, int, int, int]
"""Device, inode, size, and the times of the last change of content and of the file, in nanoseconds."""


class HeldModelFile:
    """A model's file, open for reading. Close it.

    Raises ModelError where it is missing, of another size than pinned, or no file that llama.cpp may be shown.
    """

    def __init__(self, path: Path, sha256: str, size_bytes: int) -> None:
        self._path = path
        self._sha256 = sha256
        self.is_verified = False
        self.descriptor = open_model_file(path)
        """Read-only; what the model's process loads from."""
        try:
            self._identity = _identity(self.descriptor)
            if self._identity[2] != size_bytes:
                found = f"has {self._identity[2]} bytes, not the pinned {size_bytes}"
                raise ModelError(f"the model {path} {found}", hint=_HINT)
            self.facts: GgufFacts = read_facts(path, self.descriptor)
        except BaseException:
            self.close()
            raise

    def verify(self, is_cancelled: Callable[[], bool]) -> None:
        """Compare the SHA-256 with the pinned one; about a second for 1.5 GB.

        Raises ModelError where it differs, the file cannot be read, or was written to; CellError where `is_cancelled`
        became true.
        """
        digest = hashlib.sha256()
        room = memoryview(bytearray(_CHUNK_BYTES))
        place = 0
        try:
            while size := os.preadv(self.descriptor, [room], place):
                if is_cancelled():
                    raise CellError("the model's file was not checked to its end")
                digest.update(room[:size])
                place += size
        except OSError as error:
            raise ModelError(f"cannot read the model {self._path}: {error.strerror}") from error
        if digest.hexdigest() != self._sha256:
            found, pinned = digest.hexdigest()[:12], self._sha256[:12]
            raise ModelError(f"the model {self._path} has sha-256 {found}..., not the pinned {pinned}...", hint=_HINT)
        self.check_unchanged()
        self.is_verified = True

    def is_unchanged(self) -> bool:
        """Whether the kernel has noted no change of the file since it was opened."""
        try:
            return _identity(self.descriptor) == self._identity
        except OSError:  # a file of a network that is gone
            return False

    def check_unchanged(self) -> None:
        """Raises ModelError where the file was changed since it was opened."""
        if not self.is_unchanged():
            raise ModelError(f"the model {self._path} was changed while it was in use", hint=_HINT)

    def close(self) -> None:
        """Close the file. Idempotent."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor = -1


def _identity(descriptor: int) -> Identity:
    found = os.fstat(descriptor)
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
