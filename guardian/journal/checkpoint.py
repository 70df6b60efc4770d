"""Checkpoints: what the journal's key says of the tree at one size, as a signed note that anybody can check.

Invariants: a checkpoint has one spelling, and only that is read; it is opened only under a key whose name is the
checkpoint's own origin; nothing else that is signed with the same key can be taken for a checkpoint.

Sources: https://c2sp.org/tlog-checkpoint, https://c2sp.org/signed-note (see `guardian.journal.note`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guardian.journal.note import ED25519_TYPE, ML_DSA_65_TYPE, NoteError, VerifierKey, decode64, encode64, read_note
from guardian.journal.secret import Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

__all__ = [
    "Checkpoint",
    "NoteError",
    "Signer",
    "fingerprint",
    "is_post_quantum",
    "journal_id_of",
    "open_note",
    "origin_of",
    "verify_bytes",
]

_ORIGIN_PREFIX: Final = "guardian.local/journal/"
_NUMBER: Final = "(0|[1-9][0-9]{0,18})"
_HASH: Final = "([A-Za-z0-9+/]{43}=)"
_BODY: Final = re.compile(
    rf"({re.escape(_ORIGIN_PREFIX)}[0-9a-f]{{32}})\n{_NUMBER}\n{_HASH}\nkeys {_HASH}\nheader {_HASH}\ntime {_NUMBER}\n"
)
_HASH_BYTES: Final = 32
_JOURNAL_ID_BYTES: Final = 16
_LARGEST_NUMBER: Final = (1 << 63) - 1
_SIGNED_BYTES: Final = b"guardian/sign/v1\0"
"""Begins all that is signed and is no note: no note begins so, nor may one hold a zero byte."""


def origin_of(journal_id: bytes) -> str:
    """The origin line, and the key's name, of the journal with this id (16,)."""
    if len(journal_id) != _JOURNAL_ID_BYTES:
        raise ValueError(f"a journal id is {_JOURNAL_ID_BYTES} bytes long")
    return _ORIGIN_PREFIX + journal_id.hex()


def journal_id_of(origin: str) -> bytes:
    """(16,): the id of the journal with this origin. Raises NoteError."""
    if not re.fullmatch(re.escape(_ORIGIN_PREFIX) + "[0-9a-f]{32}", origin):
        raise NoteError("not the origin of a journal")
    return bytes.fromhex(origin.removeprefix(_ORIGIN_PREFIX))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of the journal at one size. Raises ValueError for values that no journal has."""

    origin: str
    size: int
    """Leaves in the tree."""
    root: bytes
    """(32,): root of the tree."""
    chain: bytes
    """(32,): head of the chain over the wrapped record keys."""
    header: bytes
    """(32,): SHA-256 of the header's bytes."""
    time_ms: int
    """When it was signed, in milliseconds since 1970, by that machine's clock."""

    def __post_init__(self) -> None:
        journal_id_of(self.origin)
        if any(len(each) != _HASH_BYTES for each in (self.root, self.chain, self.header)):
            raise ValueError(f"a checkpoint's hashes are {_HASH_BYTES} bytes long")
        if not (0 <= self.size <= _LARGEST_NUMBER and 0 <= self.time_ms <= _LARGEST_NUMBER):
            raise ValueError("a checkpoint's size or time is out of range")

    @property
    def journal_id(self) -> bytes:
        """(16,): the id of the journal."""
        return journal_id_of(self.origin)

    def body(self) -> str:
        """The text that is signed."""
        return (
            f"{self.origin}\n{self.size}\n{encode64(self.root)}\nkeys {encode64(self.chain)}\n"
            f"header {encode64(self.header)}\ntime {self.time_ms}\n"
        )

    @classmethod
    def parse(cls, body: str) -> Checkpoint:
        """The checkpoint whose `body` this is. Raises NoteError for anything else."""
        match = _BODY.fullmatch(body)
        if match is None:
            raise NoteError("not a checkpoint of a journal")
        size, time_ms = int(match[2]), int(match[6])
        if max(size, time_ms) > _LARGEST_NUMBER:
            raise NoteError("the checkpoint's size or time is out of range")
        return cls(match[1], size, decode64(match[3]), decode64(match[4]), decode64(match[5]), time_ms)


class Signer:
    """The journal's signing keys. Takes the seeds (32 bytes each) and makes the keys from them."""

    def __init__(self, journal_id: bytes, ed25519_seed: Secret, ml_dsa_seed: Secret | None = None) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(ed25519_seed.reveal())
        self._ml_dsa_seed = ml_dsa_seed
        self._verifier = VerifierKey(origin_of(journal_id), ED25519_TYPE, self._key.public_key().public_bytes_raw())

    @property
    def vkey(self) -> str:
        """The Ed25519 verifier key."""
        return self._verifier.text

    @property
    def pq_vkey(self) -> str:
        """The ML-DSA-65 verifier key; empty where there is no seed for one."""
        return self._pq_verifier(self._pq_key()).text if self._ml_dsa_seed is not None else ""

    def sign(self, checkpoint: Checkpoint, post_quantum: bool = False) -> str:
        """The checkpoint as a signed note. Raises NoteError for another journal's, or where the key is not there."""
        if checkpoint.origin != self._verifier.name:
            raise NoteError("the checkpoint is another journal's")
        body = checkpoint.body()
        note = f"{body}\n{self._verifier.signature_line(self._key.sign(body.encode()))}"
        if post_quantum:
            key = self._pq_key()
            note += self._pq_verifier(key).signature_line(key.sign(body.encode()))
        return note

    def sign_bytes(self, purpose: str, data: bytes) -> str:
        """A signature (base64) over `data` that holds for this journal and purpose alone. See `verify_bytes`."""
        return encode64(self._key.sign(_for_purpose(self._verifier.name, purpose, data)))

    def _pq_key(self) -> MLDSA65PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

        if self._ml_dsa_seed is None:
            raise NoteError("there is no post-quantum key to sign with")
        return MLDSA65PrivateKey.from_seed_bytes(self._ml_dsa_seed.reveal())

    def _pq_verifier(self, key: MLDSA65PrivateKey) -> VerifierKey:
        return VerifierKey(self._verifier.name, ML_DSA_65_TYPE, key.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"Signer({self._verifier.name})"


def open_note(note: str, vkey: str, pq_vkey: str = "") -> Checkpoint:
    """The checkpoint in a signed note.

    The Ed25519 key `vkey` must have signed it; where `pq_vkey` is given and a line of that key is there, it must hold
    too. Raises NoteError.
    """
    key = _key_of_type(vkey, ED25519_TYPE)
    keys = [key, _key_of_type(pq_vkey, ML_DSA_65_TYPE)] if pq_vkey else [key]
    if any(each.name != key.name for each in keys):
        raise NoteError("the two keys are of different journals")
    text, signed = read_note(note, keys)
    if key not in signed:
        raise NoteError("the note bears no signature of that key")
    checkpoint = Checkpoint.parse(text)
    if checkpoint.origin != key.name:
        raise NoteError("the key is another journal's")
    return checkpoint


def is_post_quantum(note: str, pq_vkey: str) -> bool:
    """Whether the ML-DSA-65 key signed the note. Raises NoteError where the note is malformed or its line is false."""
    return bool(read_note(note, [_key_of_type(pq_vkey, ML_DSA_65_TYPE)])[1])


def verify_bytes(purpose: str, data: bytes, signature: str, vkey: str) -> None:
    """Check what `Signer.sign_bytes` made. Raises NoteError."""
    key = _key_of_type(vkey, ED25519_TYPE)
    key.verify(decode64(signature), _for_purpose(key.name, purpose, data))


def fingerprint(vkey: str) -> str:
    """SHA-256 over the whole verifier key, as 64 hex digits in groups of eight, for people to compare."""
    digits = sha256(VerifierKey.parse(vkey).text.encode()).hexdigest()
    return " ".join(digits[at : at + 8] for at in range(0, len(digits), 8))


def _key_of_type(vkey: str, kind: bytes) -> VerifierKey:
    key = VerifierKey.parse(vkey)
    if key.type != kind:
        raise NoteError("the verifier key is of another kind")
    return key


def _for_purpose(name: str, purpose: str, data: bytes) -> bytes:
    """The name is bound too: else one key's signature could be shown as another journal's under a renamed key."""
    if "\0" in purpose:
        raise ValueError("a purpose holds no zero byte")  # it ends the purpose
    return b"".join((_SIGNED_BYTES, name.encode(), b"\0", purpose.encode("ascii"), b"\0", data))
