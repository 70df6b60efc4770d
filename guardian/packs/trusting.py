"""Trusting a key for packs: looking at it, and adding its line to the owner's list.

Invariant: a line is added whole and behind all others; what is in the list already is never added again.
"""

from __future__ import annotations

import os
from pathlib import Path

from guardian.errors import OutputError
from guardian.packs.base import PackError
from guardian.packs.keys import MINE, TRUSTED_KEYS, read_public_key, read_trusted_keys, trust_line
from guardian.packs.sshsig import PublicKey
from guardian.paths import ensure_private_directory
from guardian.settings import Settings


def key_to_trust(file: Path, name: str, settings: Settings) -> PublicKey:
    """The key in a `.pub` file, that is not trusted yet. Raises PackError."""
    key = read_public_key(file)
    trust_line(name, key)
    for known in read_trusted_keys(settings.paths.config):
        if known.key == key:
            raise PackError(f"{key.fingerprint} is in the list already, as {known.name}", hint="edit trusted-keys")
    return key


def trust_key(key: PublicKey, name: str, settings: Settings) -> Path:
    """Add a key to the list; where that is. As `mine` it is the owner's own. Raises PackError, OutputError."""
    path = settings.paths.config / TRUSTED_KEYS
    _append(path, trust_line(name, key))
    return path


def trust_words(name: str) -> str:
    """What packs may do that are signed with a key of this name."""
    return "come in as they stand" if name == MINE else "warn, never hold"


def _append(path: Path, line: str) -> None:
    ensure_private_directory(path.parent)
    try:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        with open(os.open(path, flags, 0o600), "r+b") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(end - 1, 0))
            is_open = end > 0 and file.read(1) != b"\n"
            file.write((b"\n" if is_open else b"") + line.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputError(f"{path}: {(error.strerror or type(error).__name__).lower()}") from None
