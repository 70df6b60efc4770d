"""The model's file: opened once, hashed, and held so that what was hashed is what gets loaded.

Invariant: after `verify`, the bytes behind `OpenModel.descriptor` have the pinned size and SHA-256. Where the
system has sealed memory files (Linux), they are a private copy that nothing can change any more, neither
between the check and the load nor while the model runs, and that serves every restart; elsewhere it is the
open file itself.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from guardian.errors import ModelError

_CHUNK_BYTES: Final = 1 << 20
_HINT: Final = "restore it from the release, or run `guardian model verify`"


class OpenModel:
    """A model's file, open for reading. Close it, or use it as a context manager.

    Opening and verifying are two steps so that the model's process can start, and inherit the descriptor, while
    the file is still being hashed; nothing may be loaded from it before `verify` came back.

    Raises ModelError where the file is missing, unreadable, not a regular file or of another size.
    """

    def __init__(self, path: Path, size_bytes: int, sha256: str) -> None:
        self.path = path
        self.sha256 = sha256
        self._source = _open_regular(path, size_bytes)
        copy = _memory_file()
        self._copy = -1 if copy is None else copy[0]
        self.descriptor = self._source if copy is None else copy[1]
        """Read-only; what the model's process loads from."""
        self.is_sealed = False
        """Whether the bytes are a private copy that can no longer change."""

    def verify(self) -> None:
        """Compare the SHA-256 with the pinned one. Raises ModelError where it differs or the file cannot be read."""
        try:
            digest = self._hash_and_copy()
            if digest == self.sha256 and self._copy >= 0:
                seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
                fcntl.fcntl(self._copy, fcntl.F_ADD_SEALS, seals)
                self.is_sealed = True
        except OSError as error:
            raise ModelError(f"cannot read the model {self.path}: {error.strerror}", hint=_HINT) from error
        if digest != self.sha256:
            found, pinned = digest[:12], self.sha256[:12]
            raise ModelError(f"the model {self.path} has sha-256 {found}..., not the pinned {pinned}...", hint=_HINT)

    def _hash_and_copy(self) -> str:
        digest = hashlib.sha256()
        room = memoryview(bytearray(_CHUNK_BYTES))
        while size := os.readv(self._source, [room]):
            digest.update(room[:size])
            rest = room[:size]
            while self._copy >= 0 and rest:
                rest = rest[os.write(self._copy, rest) :]
        return digest.hexdigest()

    def close(self) -> None:
        """Close the file. Idempotent."""
        for descriptor in {self._source, self._copy, self.descriptor} - {-1}:
            os.close(descriptor)
        self._source = self._copy = self.descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _open_regular(path: Path, size_bytes: int) -> int:
    try:
        # Non-blocking, or a FIFO in the model's place would hang us here.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise ModelError(f"cannot open the model {path}: {error.strerror}", hint=_HINT) from error
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        trouble = "is not a regular file"
    elif found.st_size != size_bytes:
        trouble = f"has {found.st_size} bytes, not the pinned {size_bytes}"
    else:
        return descriptor
    os.close(descriptor)
    raise ModelError(f"the model {path} {trouble}", hint=_HINT)


def _memory_file() -> tuple[int, int] | None:
    """A new, empty memory file that can be sealed: a descriptor to write it and one to read it. None where the
    system has no such thing."""
    if not hasattr(os, "memfd_create"):
        return None
    try:
        writable = os.memfd_create("guardian-model", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    except OSError:
        return None
    try:
        # A read-only descriptor of its own: llama.cpp maps the file shared, which before Linux 6.7 a writable
        # descriptor of a sealed file does not allow; and the cell has no business writing.
        return writable, os.open(f"/proc/self/fd/{writable}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        os.close(writable)
        return None
