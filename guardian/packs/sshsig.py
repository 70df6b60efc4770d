"""Signatures as `ssh-keygen -Y sign` makes them, over Ed25519.

Source: PROTOCOL.sshsig of OpenSSH; RFC 8709 for the key and the signature. Invariants: a signature is read strictly, so
that there is one armour and one blob for it; what it says of itself (namespace, key) is only believed after it was
verified; the namespace is bound, so that a signature made for something else is none for a pack.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from guardian.packs.base import refused
from guardian.policy.problem import quoted

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NAMESPACE: Final = "guardian-pack"
KEY_TYPE: Final = "ssh-ed25519"
LONGEST_BYTES: Final = 8 << 10

_MAGIC: Final = b"SSHSIG"
_VERSION: Final = 1
_BEGIN: Final = "-----BEGIN SSH SIGNATURE-----"
_END: Final = "-----END SSH SIGNATURE-----"
_COLUMNS: Final = 70
_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_HASHES: Final[Mapping[str, Callable[[bytes], Any]]] = {"sha512": hashlib.sha512, "sha256": hashlib.sha256}
_HASH: Final = "sha512"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 key as OpenSSH writes it."""

    raw: bytes
    """(32,)"""

    @property
    def blob(self) -> bytes:
        """As it stands in key files, base64 aside."""
        return _string(KEY_TYPE.encode()) + _string(self.raw)

    @property
    def fingerprint(self) -> str:
        """`SHA256:...`, as ssh-keygen -l prints it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")

    def line(self) -> str:
        """`ssh-ed25519 AAAA...`"""
        return f"{KEY_TYPE} {base64.b64encode(self.blob).decode()}"


def parse_key(text: str) -> PublicKey:
    """The key in the base64 of a key file. Raises ValueError, with the reason in words, for any other."""
    return _key(_unarmoured(text, "the key"))


def sign(message: bytes, key: Ed25519PrivateKey) -> str:
    """The armoured signature over a message, for the namespace of packs."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = PublicKey(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    signature = _string(KEY_TYPE.encode()) + _string(key.sign(_to_sign(message, NAMESPACE, b"", _HASH)))
    fields = (public.blob, NAMESPACE.encode(), b"", _HASH.encode(), signature)
    blob = _MAGIC + struct.pack(">I", _VERSION) + b"".join(_string(field) for field in fields)
    text = base64.b64encode(blob).decode()
    lines = [text[start : start + _COLUMNS] for start in range(0, len(text), _COLUMNS)]
    return "\n".join([_BEGIN, *lines, _END]) + "\n"


def verify(message: bytes, armoured: str, where: str) -> PublicKey:
    """The key that made this signature over this message, for the namespace of packs. Raises PackError at `where`."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key, namespace, reserved, hash_name, signature = _parse(armoured)
    except ValueError as error:
        raise refused(where, str(error)) from None
    if namespace != NAMESPACE.encode():
        shown = quoted(namespace.decode("utf-8", "replace"))
        raise refused(where, f"the signature was made for something else: {shown}, not {NAMESPACE}")
    try:
        Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, _to_sign(message, NAMESPACE, reserved, hash_name))
    except (InvalidSignature, ValueError):
        raise refused(where, "the signature does not fit: the pack, or its signature, was changed") from None
    return key


def _parse(armoured: str) -> tuple[PublicKey, bytes, bytes, str, bytes]:
    """Key, namespace, reserved, hash and signature. Raises ValueError."""
    lines = armoured.replace("\r\n", "\n").strip("\n").split("\n")
    if len(armoured) > LONGEST_BYTES or len(lines) < 3 or lines[0] != _BEGIN or lines[-1] != _END:
        raise ValueError("is no SSH signature")
    reader = _Reader(_unarmoured("".join(lines[1:-1]), "the signature"))
    if reader.take(len(_MAGIC)) != _MAGIC or reader.number() != _VERSION:
        raise ValueError("is no SSH signature of a version that is known here")
    public, namespace, reserved, hash_name, signature = (reader.string() for _ in range(5))
    reader.check_end()
    key = _key(public)
    if (name := hash_name.decode("ascii", "replace")) not in _HASHES:
        raise ValueError("uses a hash that is not known here (known: sha512, sha256)")
    inner = _Reader(signature)
    kind, raw = inner.string(), inner.string()
    inner.check_end()
    if kind != KEY_TYPE.encode() or len(raw) != _SIGNATURE_BYTES:
        raise ValueError("holds a signature of another kind than its key")
    return key, namespace, reserved, name, raw


def _key(blob: bytes) -> PublicKey:
    reader = _Reader(blob)
    kind = reader.string()
    if kind != KEY_TYPE.encode():
        shown = quoted(kind.decode("utf-8", "replace"))
        raise ValueError(f"the key is {shown}: only {KEY_TYPE} is taken")
    raw = reader.string()
    reader.check_end()
    if len(raw) != _KEY_BYTES:
        raise ValueError("the key has the wrong length")
    return PublicKey(raw)


def _to_sign(message: bytes, namespace: str, reserved: bytes, hash_name: str) -> bytes:
    digest = _HASHES[hash_name](message).digest()
    return _MAGIC + b"".join(_string(field) for field in (namespace.encode(), reserved, hash_name.encode(), digest))


def _unarmoured(text: str, what: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{what} is not base64") from None
    if base64.b64encode(data).decode() != text:  # the last letter can hold bits that count for nothing
        raise ValueError(f"{what} is not base64 as it is written")
    return data


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


class _Reader:
    """Takes a blob apart. Every method raises ValueError where it ends too early."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, size_bytes: int) -> bytes:
        if size_bytes > len(self._data):
            raise ValueError("is cut off")
        taken, self._data = self._data[:size_bytes], self._data[size_bytes:]
        return taken

    def number(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def string(self) -> bytes:
        return self.take(self.number())

    def check_end(self) -> None:
        if self._data:
            raise ValueError("has something behind its end")
