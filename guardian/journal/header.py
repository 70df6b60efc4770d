"""The journal's header: who it is, which keys belong to it, and where its master key lives. Public; holds no secret.

Invariants: read strictly, so that a foreign or newer journal is refused with a line and left as it is; its hash stands
in every signed checkpoint, so that a change of it shows.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from guardian.errors import JournalError
from guardian.journal.encoding import canonical_bytes, parsed
from guardian.journal.seal import JOURNAL_ID_BYTES

VERSION: Final = 1
LONGEST_BYTES: Final = 64 << 10


@dataclass(frozen=True, slots=True)
class Recovery:
    """The master key, closed to everybody but whoever has the 24 words."""

    public: bytes
    """The public key that belongs to the words."""
    wrapped: bytes
    """The master key, sealed to it."""


@dataclass(frozen=True, slots=True)
class Header:
    """What stands at the front of a journal."""

    journal_id: bytes
    created_ms: int
    vkey: str
    """Verifier key of its checkpoints (Ed25519, C2SP signed note)."""
    pq_vkey: str
    """Verifier key of their second signature (ML-DSA-65)."""
    box: bytes
    """Public key to which records are sealed while the journal is locked."""
    epoch: int
    """Counts the master keys that this journal has had, from 0."""
    key_id: bytes
    """Name of the master key where it is kept; a new one with every master key and every move."""
    place: str
    """Where the master key is kept: keyring, file or passphrase."""
    identity: bytes
    """Seed of the signing and receiving keys, sealed under the master key."""
    recovery: Recovery | None = None

    def to_bytes(self) -> bytes:
        """The header as canonical JSON."""
        recovery = self.recovery and {
            "public": _text(self.recovery.public),
            "wrapped": _text(self.recovery.wrapped),
        }
        return canonical_bytes(
            {
                "v": VERSION,
                "journal": self.journal_id.hex(),
                "created_ms": self.created_ms,
                "vkey": self.vkey,
                "pq_vkey": self.pq_vkey,
                "box": _text(self.box),
                "epoch": self.epoch,
                "key": self.key_id.hex(),
                "place": self.place,
                "identity": _text(self.identity),
                "recovery": recovery,
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Header:
        """The header that `to_bytes` wrote. Raises JournalError for anything else."""
        try:
            if len(data) > LONGEST_BYTES:
                raise ValueError("too long")
            value = parsed(data)
            if value.get("v") != VERSION:
                raise JournalError(
                    "the journal was written by another version of guardian", hint="use that version, or a newer one"
                )
            return _header(value)
        except (ValueError, KeyError, TypeError) as error:
            raise JournalError("the journal's header is damaged", hint="guardian journal verify says more") from error


def digest_of(header: bytes) -> bytes:
    """The header's hash, as it stands in checkpoints."""
    return hashlib.sha256(header).digest()


def _header(value: Mapping[str, Any]) -> Header:
    recovery = value["recovery"]
    header = Header(
        journal_id=bytes.fromhex(value["journal"]),
        created_ms=int(value["created_ms"]),
        vkey=str(value["vkey"]),
        pq_vkey=str(value["pq_vkey"]),
        box=_bytes(value["box"]),
        epoch=int(value["epoch"]),
        key_id=bytes.fromhex(value["key"]),
        place=str(value["place"]),
        identity=_bytes(value["identity"]),
        recovery=Recovery(_bytes(recovery["public"]), _bytes(recovery["wrapped"])) if recovery else None,
    )
    if len(header.journal_id) != JOURNAL_ID_BYTES or not 0 <= header.epoch < 2**32:
        raise ValueError("not a header")
    return header


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
