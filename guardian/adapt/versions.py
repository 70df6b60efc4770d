"""The versions of the owner's head on disk: each in a sealed file, and beside them which one is in force.

    heads/head-0003.sealed    AES-GCM-SIV over `magic | count, size, outputs (uint32) | fingerprint (32 bytes) |
                              embeddings, scores, weights (float32) | groups (int32)`, little endian
    heads/in-force.json       {"v": 1, "version": 3}; 0, or no file: none

An embedding tells much of its text, so a version opens only with a key made from the journal's identity, which stays
when the journal's master key is renewed. The number of the version is bound to the seal, so one file cannot stand for
another.

Invariants: files are their owner's alone, mode 0600, written whole or not at all; a version that is damaged, of
another model or under another key is refused with its reason and never used in part; the same labels give the same
bytes under the seal; a version is never written over.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import struct
from pathlib import Path
from typing import Final

import numpy as np

from guardian.adapt.head import Anchors, PersonalHead
from guardian.errors import AdaptError, OutputError
from guardian.journal.seal import SealError, seal, unseal
from guardian.journal.secret import Secret
from guardian.owner_files import NotOwnersError, read_own_file, replace_file
from guardian.paths import ensure_private_directory

PURPOSE: Final = b"guardian/personal-head/v1"
"""What the key is derived for."""
LARGEST_BYTES: Final = 64 << 20
IN_FORCE: Final = "in-force.json"
_MAGIC: Final = b"guardian head 1\n"
_SIZES: Final = struct.Struct("<III")
_DIGEST_BYTES: Final = 32
_NAME: Final = re.compile(r"head-([0-9]{4,9})\.sealed")
_LARGEST_POINTER_BYTES: Final = 1_000
_MOST_VERSION: Final = 999_999_999
_HINT: Final = "guardian adapt --back or --off"
_POINTER_HINT: Final = "guardian adapt --off puts it right"


def content_of(head: PersonalHead, fingerprint: str) -> bytes:
    """A head as it stands under its seal; equal labels give equal bytes, whatever the version's number."""
    anchors = head.anchors
    sizes = _SIZES.pack(len(anchors), anchors.embeddings.shape[1], anchors.scores.shape[1])
    arrays = (anchors.embeddings, anchors.scores, head.weights)
    numbers = b"".join(array.astype("<f4").tobytes() for array in arrays)
    return _MAGIC + sizes + bytes.fromhex(fingerprint) + numbers + anchors.groups.astype("<i4").tobytes()


def digest_of(head: PersonalHead, fingerprint: str) -> str:
    """Hex SHA-256 of a head's content: what a version is known by in the journal."""
    return hashlib.sha256(content_of(head, fingerprint)).hexdigest()


def save_version(folder: Path, head: PersonalHead, fingerprint: str, key: Secret) -> None:
    """Write a version; it is not in force by that. Raises OutputError, also where the version is there already."""
    ensure_private_directory(folder)
    path = _path(folder, head.version)
    if path.exists():
        raise OutputError(f"cannot write {path}: there is such a version already")
    _write(path, seal(key, content_of(head, fingerprint), _bound(head.version)))


def load_version(folder: Path, version: int, fingerprint: str, key: Secret) -> PersonalHead:
    """A version for the model with this fingerprint. Raises AdaptError where it cannot be used."""
    path = _path(folder, version)
    content = _read(path, LARGEST_BYTES)
    if content is None:
        raise AdaptError(f"version {version} of your head is gone", hint=_HINT)
    try:
        opened = unseal(key, content, _bound(version))
    except SealError:
        raise AdaptError(f"{path} is damaged, or another journal's, so it is not used", hint=_HINT) from None
    return _parsed(opened, version, fingerprint, path)


def versions_on_disk(folder: Path) -> list[int]:
    """The versions that have a file, in order; none where the folder cannot be read."""
    try:
        names = [_NAME.fullmatch(name) for name in os.listdir(folder)]
    except OSError:
        return []
    return sorted(int(found[1]) for found in names if found is not None)


def read_in_force(folder: Path) -> int:
    """The version in force; 0 where none is. Raises AdaptError where the file cannot be used."""
    path = folder / IN_FORCE
    content = _read(path, _LARGEST_POINTER_BYTES)
    if content is None:
        return 0
    try:
        row = json.loads(content.decode("utf-8"))
        version = row["version"]
        if row.keys() != {"v", "version"} or row["v"] != 1 or type(version) is not int:
            raise ValueError("not as it is written")
        if not 0 <= version <= _MOST_VERSION:
            raise ValueError("no number of a version")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise AdaptError(f"{path} is damaged, so no head of yours is used", hint=_POINTER_HINT) from None
    return version


def write_in_force(folder: Path, version: int) -> None:
    """Put a version in force, or with 0 none. Raises OutputError."""
    ensure_private_directory(folder)
    _write(folder / IN_FORCE, json.dumps({"v": 1, "version": version}).encode() + b"\n")


def _path(folder: Path, version: int) -> Path:
    return folder / f"head-{version:04}.sealed"


def _bound(version: int) -> bytes:
    return PURPOSE + b"\0" + version.to_bytes(4)


def _parsed(content: bytes, version: int, fingerprint: str, path: Path) -> PersonalHead:
    """The head. A seal that opens was made by this program, so what is odd here is another version's of it."""
    numbers_at = len(_MAGIC) + _SIZES.size + _DIGEST_BYTES
    odd = AdaptError(f"{path} is not a head that this version knows, so it is not used", hint=_HINT)
    if not content.startswith(_MAGIC) or len(content) < numbers_at:
        raise odd
    count, size, outputs = _SIZES.unpack_from(content, len(_MAGIC))
    if len(content) != numbers_at + 4 * count * (size + outputs + 2):
        raise odd
    if content[numbers_at - _DIGEST_BYTES : numbers_at].hex() != fingerprint:
        hint = "guardian adapt --apply learns for this one, --off switches it off"
        raise AdaptError(f"version {version} of your head was made for another model, so it is not used", hint=hint)
    floats = np.frombuffer(content, "<f4", count * (size + outputs + 1), numbers_at).astype(np.float32)
    groups = np.frombuffer(content, "<i4", count, len(content) - 4 * count).astype(np.int32)
    if not np.isfinite(floats).all() or (count and not 0 <= groups.min() <= groups.max() < count):
        raise odd
    embeddings, scores, weights = np.split(floats, (count * size, count * (size + outputs)))
    anchors = Anchors(embeddings.reshape(count, size), scores.reshape(count, outputs), groups)
    return PersonalHead(version, anchors, weights)


def _write(path: Path, content: bytes) -> None:
    try:
        replace_file(path, [content])
    except OSError as error:
        raise OutputError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from error


def _read(path: Path, most_bytes: int) -> bytes | None:
    """The file's bytes; None where there is none. Raises AdaptError where it is not the owner's alone."""
    try:
        return read_own_file(path, most_bytes)
    except NotOwnersError as error:
        raise AdaptError(error.what, hint=_HINT) from None
