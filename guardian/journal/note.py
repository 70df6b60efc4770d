"""Signed notes and verifier keys in the formats of C2SP, so far as the journal needs them.

A note is a text, an empty line, and lines of signatures, `— <name> <base64(key id, 4 bytes; signature)>`. A verifier
key is `<name>+<key id, 8 hex digits>+<base64(type; public key)>`. Two types are known: Ed25519 (0x01), and ML-DSA-65,
to which C2SP gives no number, under 0xff and a name of our own.

Invariants: a note is read in one way only (base64 without stray bits, line feeds alone, bounded in size); a line by
a key that is not known is passed over, a line by a known key must verify.

Source: https://c2sp.org/signed-note
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519_TYPE: Final = b"\x01"
ML_DSA_65_TYPE: Final = b"\xffguardian/ml-dsa-65"
MOST_NOTE_BYTES: Final = 128 << 10
"""C2SP asks for room for 16 signatures; sixteen of the largest post-quantum ones are about 107 KiB."""

_PUBLIC_KEY_BYTES: Final = {ED25519_TYPE: 32, ML_DSA_65_TYPE: 1952}
_MOST_SIGNATURES: Final = 32
_MOST_VKEY_CHARACTERS: Final = 4096
_KEY_ID_BYTES: Final = 4
_DASH: Final = "\N{EM DASH}"
_NAME: Final = re.compile(r"guardian\.local/journal/[0-9a-f]{32}")
_VKEY: Final = re.compile(rf"({_NAME.pattern})\+([0-9a-f]{{8}})\+([A-Za-z0-9+/=]+)")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NoteError(ValueError):
    """A note or a key is malformed, or a signature does not hold; the text is one lower-case line."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name that it signs under."""

    name: str
    type: bytes
    """`ED25519_TYPE` or `ML_DSA_65_TYPE`."""
    public_key: bytes
    """(32,) or (1952,)."""

    @property
    def id(self) -> bytes:
        """(4,): C2SP's key id. A hint for finding the key, too short to tell keys apart for safety."""
        return sha256(self.name.encode() + b"\n" + self.type + self.public_key).digest()[:_KEY_ID_BYTES]

    @property
    def text(self) -> str:
        """The key as C2SP writes it."""
        return f"{self.name}+{self.id.hex()}+{encode64(self.type + self.public_key)}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """The key that `text` holds. Raises NoteError for anything that is not a journal's verifier key."""
        match = _VKEY.fullmatch(text) if len(text) <= _MOST_VKEY_CHARACTERS else None
        if match is None:
            raise NoteError("not a verifier key of a journal")
        data = decode64(match[3])
        for kind, size in _PUBLIC_KEY_BYTES.items():
            if data.startswith(kind) and len(data) == len(kind) + size:
                key = cls(match[1], kind, data[len(kind) :])
                break
        else:
            raise NoteError("the verifier key is of an unknown kind")
        if key.id.hex() != match[2]:
            raise NoteError("the verifier key's id is not that of its key")
        return key

    def verify(self, signature: bytes, data: bytes) -> None:
        """Check one signature over `data`. Raises NoteError."""
        try:
            if self.type == ED25519_TYPE:
                Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, data)
            else:
                from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

                MLDSA65PublicKey.from_public_bytes(self.public_key).verify(signature, data)
        except (InvalidSignature, ValueError) as error:
            raise NoteError("the signature does not hold") from error

    def signature_line(self, signature: bytes) -> str:
        """The line that carries a signature of this key, with its line feed."""
        return f"{_DASH} {self.name} {encode64(self.id + signature)}\n"


def read_note(note: str, keys: Collection[VerifierKey]) -> tuple[str, list[VerifierKey]]:
    """The note's text, and which of `keys` signed it, in the order of their lines; nothing is known of the text where
    that list is empty. Raises NoteError where the note is malformed or a line by one of `keys` does not hold.
    """
    text, lines = _split(note)
    data = text.encode()
    signed: list[VerifierKey] = []
    for name, key_id, signature in map(_signature, lines):
        for key in keys:
            if (key.name, key.id) == (name, key_id):
                key.verify(signature, data)
                signed.append(key)
    return text, signed


def encode64(data: bytes) -> str:
    """Base64 of RFC 4648, section 4."""
    return base64.b64encode(data).decode("ascii")


def decode64(text: str) -> bytes:
    """What `encode64` wrote. Raises NoteError for anything else, stray bits in the last character included."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("not base64") from error
    if encode64(data) != text:
        raise NoteError("not base64 as it is written")
    return data


def _split(note: str) -> tuple[str, list[str]]:
    try:
        size_bytes = len(note.encode())
    except UnicodeEncodeError as error:
        raise NoteError("the note is not UTF-8") from error
    if size_bytes > MOST_NOTE_BYTES:
        raise NoteError(f"the note is longer than {MOST_NOTE_BYTES >> 10} KiB")
    if _CONTROL.search(note):
        raise NoteError("the note holds a control character")
    text, gap, signatures = note.rpartition("\n\n")
    if not gap or not signatures.endswith("\n"):
        raise NoteError("not a signed note")
    lines = signatures[:-1].split("\n")
    if len(lines) > _MOST_SIGNATURES:
        raise NoteError(f"the note has more than {_MOST_SIGNATURES} signatures")
    return text + "\n", lines


def _signature(line: str) -> tuple[str, bytes, bytes]:
    """Name, key id and signature of one line."""
    words = line.split(" ")
    if len(words) != 3 or words[0] != _DASH or not words[1] or "+" in words[1] or len(words[1].split()) != 1:
        raise NoteError("a signature line of the note is malformed")
    data = decode64(words[2])
    if len(data) <= _KEY_ID_BYTES:
        raise NoteError("a signature line of the note is too short")
    return words[1], data[:_KEY_ID_BYTES], data[_KEY_ID_BYTES:]
