"""What a record commits to, field by field, so that its owner can later show one field and keep the others closed.

Each field has a salt of its own, made from the record's key: whoever has a commitment alone can't try out likely
values, and one salt that was shown says nothing of the others. The commitments' digest stands in the record's leaf.

Invariants: every record has every field, in the order of `FIELDS` (None where it does not apply); two different
lists of values never give one digest.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from guardian.journal.encoding import canonical_bytes
from guardian.journal.record import Kind, Record, Spoke
from guardian.journal.secret import Secret
from guardian.journal.verdict_record import matched_policies, tactics_of

FIELDS: Final = ("kind", "time", "channel", "sender", "outcome", "policy", "tactic", "model", "text")
"""Names of the fields, in the order in which their commitments are hashed."""

JOURNAL_ID_BYTES: Final = 16
HASH_BYTES: Final = 32


def field_values(record: Record) -> dict[str, Any]:
    """The record's value of each field of `FIELDS`, as JSON values.

    kind str; time int (milliseconds since 1970); channel, sender, outcome str; policy {"matched": [ids], "set": hash};
    tactic [ids]; model {"name", "sha256", "wall", "program"}; text {"sha256", "bytes",
    "format", "context_sha256"}. What does not apply is None.
    """
    values: dict[str, Any] = dict.fromkeys(FIELDS)
    values |= {"kind": record.kind.value, "time": record.at_ms}
    spoke = record.spoke
    if spoke != Spoke():
        values["model"] = {
            "name": spoke.model_name,
            "sha256": spoke.model_sha256,
            "wall": spoke.wall,
            "program": spoke.program,
        }
    if record.kind is Kind.VERDICT:
        body = record.body
        values |= {
            "channel": body["message"]["channel"],
            "sender": body["message"]["sender"],
            "outcome": body["verdict"]["outcome"],
            "policy": {"matched": matched_policies(record), "set": spoke.policy_set},
            "tactic": tactics_of(record),
            "text": {
                "sha256": body["text"]["sha256"],
                "bytes": body["text"]["bytes"],
                "format": body["message"]["format"],
                "context_sha256": body["text"]["context_sha256"],
            },
        }
    return values


def salt_of(record_key: Secret | bytes, name: str) -> bytes:
    """(32,): the salt of one field. It can be shown without giving away the key or another field's salt."""
    return _salt(_salts_key(record_key), name)


def commitment(salt: bytes, name: str, value: Any) -> bytes:
    """(32,): what binds a record to one field's value. Raises ValueError for a value that JSON can't hold."""
    return sha256(b"guardian/commit/v1\0" + salt + name.encode("ascii") + b"\0" + canonical_bytes(value)).digest()


def commitments(record: Record, record_key: Secret | bytes) -> dict[str, bytes]:
    """The commitment (32,) to each field of `FIELDS`, in that order."""
    key = _salts_key(record_key)
    return {name: commitment(_salt(key, name), name, value) for name, value in field_values(record).items()}


def fields_digest(commitments: Mapping[str, bytes]) -> bytes:
    """(32,): the hash over all commitments, in the order of `FIELDS`. Raises ValueError unless it has them all."""
    if commitments.keys() != set(FIELDS) or any(len(each) != HASH_BYTES for each in commitments.values()):
        raise ValueError("not the commitments of a record")
    return sha256(b"guardian/fields/v1\0" + b"".join(commitments[name] for name in FIELDS)).digest()


def leaf_data(journal_id: bytes, seq: int, schema: int, fields: bytes, sealed_sha256: bytes, public: bytes) -> bytes:
    """What a record's leaf in the tree is the hash of.

    `journal_id` (16,), `fields` (32,) and `sealed_sha256` (32,) have fixed lengths, so no two records give the same
    bytes. Raises ValueError for another length, OverflowError for a number that does not fit.
    """
    if len(journal_id) != JOURNAL_ID_BYTES or len(fields) != HASH_BYTES or len(sealed_sha256) != HASH_BYTES:
        raise ValueError("a part of the leaf has the wrong length")
    return b"".join(
        (
            b"guardian/leaf/v1\0",
            journal_id,
            seq.to_bytes(8, "big"),
            schema.to_bytes(2, "big"),
            fields,
            sealed_sha256,
            len(public).to_bytes(4, "big"),
            public,
        )
    )


def _salts_key(record_key: Secret | bytes) -> bytes:
    key = record_key.reveal() if isinstance(record_key, Secret) else record_key
    return hmac.digest(key, b"guardian/salts/v1", "sha256")


def _salt(salts_key: bytes, name: str) -> bytes:
    return hmac.digest(salts_key, name.encode("ascii"), "sha256")
