"""The form of a receipt: one JSON object, read strictly, since it comes from strangers. Bytes stand in it as base64.

    v, kind           1, "guardian-receipt"
    journal, seq, schema, public, sealed_sha256        the parts of the record's leaf (`fields.leaf_data`)
    fields            every name of `FIELDS`: {"salt", "value"} where it is shown, else {"commitment"}
    text              the message's bytes; null where they are not shown or were not kept
    proof             RFC 6962 inclusion proof of the leaf, lowest hash first
    checkpoint        signed note over the tree (`guardian.journal.checkpoint`)
    vkey, pq_vkey     verifier keys of its signatures; pq_vkey is "" unless the note bears the second one
    later             null, or {"size", "root", "proof"}: RFC 6962 consistency proof to a later tree

Invariants: a receipt that was written is read back equal; unknown, missing and doubled keys are refused; sizes, numbers
and depth are bounded before anything is computed from them; nothing here says whether a receipt is true.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from guardian.journal.encoding import canonical_bytes
from guardian.journal.fields import FIELDS
from guardian.journal.note import NoteError, decode64, encode64
from guardian.journal.strict_json import check_keys, read_object
from guardian.journal.verdict_record import MOST_TEXT_BYTES

VERSION: Final = 1
KIND: Final = "guardian-receipt"
MOST_BYTES: Final = 64 << 10
"""Longest receipt, its message's text not counted."""
MOST_BYTES_WITH_TEXT: Final = MOST_BYTES + (MOST_TEXT_BYTES + 2) // 3 * 4

_KEYS: Final = (
    *("v", "kind", "journal", "seq", "schema", "public", "sealed_sha256", "fields", "text"),
    *("proof", "checkpoint", "vkey", "pq_vkey", "later"),
)
_MOST_DEPTH: Final = 6
_HASH_BYTES: Final = 32
_LARGEST_NUMBER: Final = (1 << 63) - 1
_MOST_PROOF_HASHES: Final = 128
_SHA256: Final = re.compile("[0-9a-f]{64}")
_ID: Final = re.compile("[0-9a-f]{32}")


class ReceiptError(ValueError):
    """A receipt does not hold, or can't be made; the text is one lower-case line."""


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """A field that the owner chose to show."""

    salt: bytes
    """(32,)"""
    value: Any
    """As `guardian.journal.fields.field_values` gives it."""


@dataclass(frozen=True, slots=True)
class Later:
    """What links the receipt's checkpoint to a later tree."""

    size: int
    root: bytes
    """(32,)"""
    proof: tuple[bytes, ...]
    """RFC 6962 consistency proof."""


@dataclass(frozen=True, slots=True, repr=False)
class Receipt:
    """All that a receipt says; not yet checked."""

    journal_id: bytes
    """(16,)"""
    seq: int
    schema: int
    public: bytes
    sealed_sha256: bytes
    """(32,): hash of the sealed record."""
    fields: Mapping[str, Shown | bytes]
    """For every name of `FIELDS`: what is shown, or the commitment (32,) alone."""
    text: bytes | None
    """The message itself; None where it is not shown or was not kept."""
    proof: tuple[bytes, ...]
    """RFC 6962 inclusion proof of the record in the checkpoint's tree."""
    checkpoint: str
    """The signed note."""
    vkey: str
    pq_vkey: str = ""
    """Key of the note's second signature, where it has one."""
    later: Later | None = None

    def to_text(self) -> str:
        """The receipt as canonical JSON with a line feed at its end. Raises ReceiptError where it is too long."""
        later = self.later and {
            "size": self.later.size,
            "root": encode64(self.later.root),
            "proof": [encode64(each) for each in self.later.proof],
        }
        value = {
            "v": VERSION,
            "kind": KIND,
            "journal": self.journal_id.hex(),
            "seq": self.seq,
            "schema": self.schema,
            "public": encode64(self.public),
            "sealed_sha256": encode64(self.sealed_sha256),
            "fields": {name: _field_json(field) for name, field in self.fields.items()},
            "text": None if self.text is None else encode64(self.text),
            "proof": [encode64(each) for each in self.proof],
            "checkpoint": self.checkpoint,
            "vkey": self.vkey,
            "pq_vkey": self.pq_vkey,
            "later": later,
        }
        text = canonical_bytes(value).decode("ascii") + "\n"
        _check_length(text, value["text"])
        return text

    @classmethod
    def parse(cls, text: str) -> Receipt:
        """The receipt in `text`. Raises ReceiptError for anything else."""
        try:
            value = read_object(text, most_bytes=MOST_BYTES_WITH_TEXT, most_depth=_MOST_DEPTH)
            if value.get("kind") != KIND:
                raise ReceiptError("not a receipt of guardian's")
            if value.get("v") != VERSION or isinstance(value["v"], bool):
                raise ReceiptError("a receipt of another version of guardian")
            return _receipt(check_keys(value, _KEYS, "the receipt"), text)
        except ReceiptError:
            raise
        except ValueError as error:
            raise ReceiptError(str(error)) from error


def _receipt(value: Mapping[str, Any], text: str) -> Receipt:
    journal = _text(value["journal"], "journal")
    if not _ID.fullmatch(journal):
        raise ReceiptError("journal is not the id of a journal")
    _check_length(text, value["text"])
    fields = check_keys(value["fields"], FIELDS, "fields")
    return Receipt(
        journal_id=bytes.fromhex(journal),
        seq=_number(value["seq"], "seq"),
        schema=_number(value["schema"], "schema"),
        public=_bytes(value["public"], "public"),
        sealed_sha256=_hash(value["sealed_sha256"], "sealed_sha256"),
        fields={name: _field(fields[name], name) for name in FIELDS},
        text=None if value["text"] is None else _bytes(value["text"], "text"),
        proof=_proof(value["proof"], "proof"),
        checkpoint=_text(value["checkpoint"], "checkpoint"),
        vkey=_text(value["vkey"], "vkey"),
        pq_vkey=_text(value["pq_vkey"], "pq_vkey"),
        later=None if value["later"] is None else _later(value["later"]),
    )


def _field_json(field: Shown | bytes) -> dict[str, Any]:
    if isinstance(field, bytes):
        return {"commitment": encode64(field)}
    return {"salt": encode64(field.salt), "value": field.value}


def _field(value: object, name: str) -> Shown | bytes:
    where = f"field {name}"
    if isinstance(value, dict) and "commitment" in value:
        return _hash(check_keys(value, ("commitment",), where)["commitment"], where)
    shown = check_keys(value, ("salt", "value"), where)
    if not _has_shape(name, shown["value"]):
        raise ReceiptError(f"{where} holds what no record has there")
    return Shown(_hash(shown["salt"], where), shown["value"])


def _has_shape(name: str, value: object) -> bool:
    """Whether a record can have this value in this field: whoever reads a receipt may rely on it."""
    match name, value:
        case ("kind", str()) | ("channel" | "sender" | "outcome", None | str()):
            return True
        case "policy" | "tactic" | "model" | "text", None:
            return True
        case "time", int():
            return not isinstance(value, bool)
        case "tactic", [*ids]:
            return _are_texts(ids)
        case "policy", {"matched": [*ids], "set": str(), **rest}:
            return _are_texts(ids) and not rest
        case "model", {"name": str(), "sha256": str(), "wall": str(), "program": str(), **rest}:
            return not rest
        case "text", {
            "sha256": str() as digest,
            "bytes": int() as size,
            "format": str(),
            "context_sha256": turns,
            **rest,
        }:
            is_size = not isinstance(size, bool) and size >= 0
            return not rest and is_size and _is_digest(digest) and (turns is None or _is_digest(turns))
    return False


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def _are_texts(values: list[object]) -> bool:
    return all(isinstance(each, str) for each in values)


def _later(value: object) -> Later:
    parts = check_keys(value, ("size", "root", "proof"), "later")
    return Later(_number(parts["size"], "later"), _hash(parts["root"], "later"), _proof(parts["proof"], "later"))


def _proof(value: object, where: str) -> tuple[bytes, ...]:
    if not isinstance(value, list) or len(value) > _MOST_PROOF_HASHES:
        raise ReceiptError(f"{where} is not a proof")
    return tuple(_hash(each, where) for each in value)


def _number(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST_NUMBER:
        raise ReceiptError(f"{where} is not a number that it can be")
    return value


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise ReceiptError(f"{where} is not a text")
    return value


def _bytes(value: object, where: str) -> bytes:
    try:
        return decode64(_text(value, where))
    except NoteError as error:
        raise ReceiptError(f"{where} is {error}") from error


def _hash(value: object, where: str) -> bytes:
    data = _bytes(value, where)
    if len(data) != _HASH_BYTES:
        raise ReceiptError(f"{where} is not {_HASH_BYTES} bytes long")
    return data


def _check_length(receipt: str, text: object) -> None:
    if len(receipt) - (len(text) if isinstance(text, str) else 0) > MOST_BYTES:
        raise ReceiptError(f"the receipt is longer than {MOST_BYTES >> 10} KiB")
