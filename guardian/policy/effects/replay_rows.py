"""The rows (embeddings) of recorded texts, so that a policy's examples can be tried on them without the model.

An embedding tells much of its text, and a record can be forgotten. So each record's rows are sealed under a key made
from that record's own key, with the model and the record's leaf bound to it: who lacks the journal's key reads nothing
in the file, and with a record its rows are gone, wherever copies of the file are.

The file: `magic | count (uint32) | count x (seq uint64, length uint32, sealed)`, little endian; sealed is AES-GCM-SIV
over windows x size float16.

Invariants: a damaged or foreign file counts as empty, a row that does not open as not there, neither is an error; the
file is replaced whole, mode 0600, and holds no text.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np

from guardian.errors import JournalError
from guardian.inference.base import Floats
from guardian.journal.seal import SealError, derived, seal, unseal
from guardian.journal.secret import Secret
from guardian.owner_files import replace_file
from guardian.paths import ensure_private_directory

MOST_ROWS: Final = 50_000
"""Records whose rows are kept, those asked for last first."""
LARGEST_BYTES: Final = 256 << 20
_MAGIC: Final = b"guardian replay 1\n"
_COUNT: Final = struct.Struct("<I")
_HEAD: Final = struct.Struct("<QI")
_PURPOSE: Final = b"guardian/replay-rows/v1"


class StoredRows:
    """The rows of one journal's records, in memory and in the cache file behind it."""

    def __init__(self, path: Path, journal_id: bytes, record_key: Callable[[int], Secret], model_sha256: str) -> None:
        """`record_key` gives a record's key; it raises JournalError where there is none."""
        self._path, self._journal_id, self._record_key = path, journal_id, record_key
        self._model = bytes.fromhex(model_sha256)
        self._sealed = _read(path)
        self._asked: dict[int, None] = {}
        self._has_news = False

    def get(self, seq: int, leaf: bytes, size: int) -> Floats | None:
        """(windows, size): the unit rows of a record's windows; None where they are not there."""
        self._asked[seq] = None
        sealed = self._sealed.get(seq)
        if sealed is None:
            return None
        try:
            data = unseal(self._key(seq), sealed, self._bound(seq, leaf))
        except (SealError, JournalError):
            return None
        if len(data) % (2 * size):
            return None
        return np.frombuffer(data, dtype="<f2").reshape(-1, size).astype(np.float32)

    def put(self, seq: int, leaf: bytes, rows: Floats) -> None:
        """Keep a record's rows; they are on disk after `save`. A record that was forgotten meanwhile is passed over."""
        with suppress(JournalError):
            self._sealed[seq] = seal(self._key(seq), rows.astype("<f2").tobytes(), self._bound(seq, leaf))
            self._has_news = True

    def save(self) -> None:
        """Write the file where anything is new. A disk that refuses costs time the next time, and nothing else."""
        if not self._has_news:
            return
        kept = [
            seq for seq in (*self._asked, *(s for s in self._sealed if s not in self._asked)) if seq in self._sealed
        ]
        parts = [_MAGIC, _COUNT.pack(min(len(kept), MOST_ROWS))]
        for seq in kept[:MOST_ROWS]:
            parts += [_HEAD.pack(seq, len(self._sealed[seq])), self._sealed[seq]]
        with suppress(OSError):
            ensure_private_directory(self._path.parent)
            replace_file(self._path, parts, is_cache=True)
            self._has_news = False

    def _key(self, seq: int) -> Secret:
        return derived(self._record_key(seq), self._journal_id, _PURPOSE)

    def _bound(self, seq: int, leaf: bytes) -> bytes:
        return _PURPOSE + b"\0" + self._model + seq.to_bytes(8) + leaf


def _read(path: Path) -> dict[int, bytes]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError:
        return {}
    if len(data) > LARGEST_BYTES or not data.startswith(_MAGIC):
        return {}
    rows: dict[int, bytes] = {}
    try:
        at = len(_MAGIC) + _COUNT.size
        for _ in range(*_COUNT.unpack_from(data, len(_MAGIC))):
            seq, length = _HEAD.unpack_from(data, at)
            at += _HEAD.size + length
            if at > len(data):
                return {}
            rows[seq] = data[at - length : at]
    except struct.error:
        return {}
    return rows
