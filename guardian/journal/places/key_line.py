"""A key as one line of text: what stands in a key file and in a keyring's entry.

    guardian-key 1 <name> plain <base64 key> <checksum>
    guardian-key 1 <name> argon2id m=<KiB>,t=<passes>,p=<lanes> <base64 salt> <base64 sealed key> <checksum>

The checksum (8 bytes of SHA-256 over what stands before it) finds damage; it stops nobody who means to change the
line. So a damaged key, a key of another name and a wrong passphrase are three different errors.

Invariant: what is read is checked in full before any of it is used.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Final

from guardian.journal.secret import KEY_BYTES, Secret

MAGIC: Final = "guardian-key"
VERSION: Final = "1"
NAME_BYTES: Final = 16
MOST_LINE_BYTES: Final = 1024
"""Longer than any line that is written."""

_PLAIN: Final = "plain"
_ARGON2ID: Final = "argon2id"
_CHECKSUM_BYTES: Final = 8


class KeyLineError(ValueError):
    """Not the line of this key. The text is a clause that says what is wrong with it, and shows nothing of it."""


@dataclass(frozen=True, slots=True)
class PlainKey:
    """The key itself."""

    key: Secret


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """The key, closed by a passphrase."""

    parameters: str
    """Argon2id's, as they stand in the line: not yet checked."""
    salt: bytes
    sealed: bytes
    """Nonce (12), sealed key (32), tag (16)."""


def key_line(name: bytes, key: PlainKey | WrappedKey) -> str:
    """The line, with its line feed."""
    if len(name) != NAME_BYTES:
        raise ValueError(f"a key's name has {NAME_BYTES} bytes")
    if isinstance(key, PlainKey):
        content = [_PLAIN, _text(key.key.reveal())]
    else:
        content = [_ARGON2ID, key.parameters, _text(key.salt), _text(key.sealed)]
    line = " ".join([MAGIC, VERSION, name.hex(), *content])
    return f"{line} {_checksum(line)}\n"


def parse_key_line(text: str, name: bytes) -> PlainKey | WrappedKey:
    """What a line holds. Raises KeyLineError where it is damaged, of a newer kind or of another key."""
    words = text.split()
    if len(words) < 3 or words[0] != MAGIC:
        raise KeyLineError("holds no key, or is damaged at its beginning")
    if words[1] != VERSION:
        raise KeyLineError("was written by a newer Guardian, or is damaged")
    line, _, checksum = text.strip().rpartition(" ")
    if checksum != _checksum(line):
        raise KeyLineError("is damaged: its checksum is wrong")
    if words[2] != name.hex():
        raise KeyLineError("holds a key of another name")
    content = words[3:-1]
    if len(content) == 2 and content[0] == _PLAIN:
        return PlainKey(Secret(_bytes(content[1], KEY_BYTES)))
    if len(content) == 4 and content[0] == _ARGON2ID:
        return WrappedKey(content[1], _bytes(content[2]), _bytes(content[3]))
    raise KeyLineError("was written by a newer Guardian, or is damaged")


def _checksum(line: str) -> str:
    return (
        hashlib.sha256(b"guardian/key-line/v1\0" + line.encode("utf-8", "surrogateescape"))
        .digest()[:_CHECKSUM_BYTES]
        .hex()
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str, size_bytes: int | None = None) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = b""
    if not data or (size_bytes is not None and len(data) != size_bytes):
        raise KeyLineError("is damaged")
    return data
