"""Receipts: one record of the journal, shown to somebody who has nothing but the file.

A receipt proves that the key whose fingerprint it has logged a record with these values, for this committed text,
before that checkpoint. It does not prove that the model was really run: running it again is the check for that, and a
receipt that shows model, policy and text names all that it needs. Who the key belongs to, no receipt can say: that
comes from a key or a checkpoint that the reader got another way.

Invariants: pure functions, without the journal and its keys; what is not revealed appears as a salted commitment
alone; a receipt that does not hold is not handed out; every failure is one line that says which part fails.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from guardian.journal.checkpoint import Checkpoint, NoteError, fingerprint, is_post_quantum, open_note, origin_of
from guardian.journal.fields import FIELDS, commitment, commitments, field_values, fields_digest, leaf_data, salt_of
from guardian.journal.receipt_file import Later, Receipt, ReceiptError, Shown
from guardian.journal.record import SCHEMA, Record
from guardian.journal.secret import Secret
from guardian.journal.tree import (
    ProofError,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

__all__ = ["Place", "ReceiptError", "Verified", "make_receipt", "verify_receipt"]

_AGAIN: Final = ("model", "policy", "text")
"""Fields that must be shown for somebody to run the model again."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands, from the journal's public columns."""

    journal_id: bytes
    """(16,)"""
    seq: int
    schema: int
    public: bytes
    sealed_sha256: bytes
    """(32,)"""


@dataclass(frozen=True, slots=True, repr=False)
class Verified:
    """What a receipt proved."""

    journal: str
    """The journal's id, 32 hex digits."""
    seq: int
    size: int
    """Records under the receipt's checkpoint; the record is one of them."""
    time_ms: int
    """When that checkpoint was signed, in milliseconds since 1970, by the journal's own clock."""
    revealed: Mapping[str, Any]
    """The fields that are shown, in the order of `FIELDS`."""
    hidden: tuple[str, ...]
    """The fields that are committed to and not shown."""
    text: bytes | None
    """The message, where the receipt carries it; it is the one whose hash was logged."""
    public: bytes
    """What the record says to everybody; empty for most."""
    fingerprint: str
    """Of the key that vouches."""
    pq_fingerprint: str
    """Of the post-quantum key that signed the receipt's checkpoint too; empty where none did."""
    is_key_known: bool
    """Whether the reader brought the key."""
    against_size: int | None
    """Records under the checkpoint that the reader brought, which holds the record too; None where none was brought."""

    @property
    def can_run_again(self) -> bool:
        """Whether the receipt shows model, policy set and the message, so that the verdict can be made again.

        A message that was judged with earlier turns of its conversation needs those too, and a receipt has them not.
        """
        if self.text is None or any(self.revealed.get(name) is None for name in _AGAIN):
            return False
        return self.revealed["text"]["context_sha256"] is None


def make_receipt(
    place: Place,
    record: Record,
    record_key: Secret | bytes,
    leaves: Sequence[bytes],
    note: str,
    vkey: str,
    *,
    reveal: Collection[str],
    text: bytes | None = None,
    pq_vkey: str = "",
    against: str = "",
) -> str:
    """A receipt for one record, as the text of a file.

    `leaves`: the journal's leaf hashes (32,), at least as many as `note`, a signed checkpoint of it, counts. `reveal`:
    names from `FIELDS`. `text`: the message, where it was kept; it goes in only where `text` is revealed. `against`: a
    signed checkpoint that the reader has, so that the receipt can be checked against that one. Raises ReceiptError.
    """
    if unknown := sorted(set(reveal) - set(FIELDS)):
        raise ReceiptError(f"no field has the name {unknown[0][:40]}; the fields are {', '.join(FIELDS)}")
    fields = _fields(place, record, record_key, leaves, reveal)
    note, size, later = _tree(place, leaves, note, against, vkey)
    receipt = Receipt(
        place.journal_id,
        place.seq,
        place.schema,
        place.public,
        place.sealed_sha256,
        fields,
        text=text if "text" in reveal else None,
        proof=tuple(inclusion_proof(leaves[:size], place.seq)),
        checkpoint=note,
        vkey=vkey,
        pq_vkey=pq_vkey if pq_vkey and is_post_quantum(note, pq_vkey) else "",
        later=later,
    ).to_text()
    verify_receipt(receipt, against or None, vkey)
    return receipt


def verify_receipt(text: str, checkpoint: str | None = None, vkey: str | None = None) -> Verified:
    """What the receipt in `text` proves.

    `checkpoint`: a signed note of the same journal that the reader got another way. `vkey`: the verifier key, got
    another way. Raises ReceiptError where anything does not hold.
    """
    receipt = Receipt.parse(text)
    if receipt.schema != SCHEMA:
        raise ReceiptError("the record is of another version of guardian")
    if vkey is not None and vkey != receipt.vkey:
        raise ReceiptError("the receipt is signed with another key than the one given")
    own = _own_opened(receipt)
    _check_text(receipt)
    try:
        verify_inclusion(_leaf(receipt), receipt.seq, own.size, receipt.proof, own.root)
        if receipt.later is not None:
            verify_consistency(own.size, receipt.later.size, receipt.later.proof, own.root, receipt.later.root)
    except ProofError as error:
        raise ReceiptError(f"the record is not shown to be in the journal: {error}") from error
    against = None
    if checkpoint is not None:
        against = _opened(checkpoint, receipt.vkey, receipt.pq_vkey, "the checkpoint given")
        _check_against(receipt, own, against)
    return _verified(receipt, own, against, is_key_known=vkey is not None)


def _verified(receipt: Receipt, own: Checkpoint, against: Checkpoint | None, *, is_key_known: bool) -> Verified:
    shown = {name: field.value for name, field in receipt.fields.items() if isinstance(field, Shown)}
    return Verified(
        journal=receipt.journal_id.hex(),
        seq=receipt.seq,
        size=own.size,
        time_ms=own.time_ms,
        revealed=shown,
        hidden=tuple(name for name in FIELDS if name not in shown),
        text=receipt.text,
        public=receipt.public,
        fingerprint=fingerprint(receipt.vkey),
        pq_fingerprint=fingerprint(receipt.pq_vkey) if receipt.pq_vkey else "",
        is_key_known=is_key_known,
        against_size=against.size if against is not None else None,
    )


def _own_opened(receipt: Receipt) -> Checkpoint:
    checkpoint = _opened(receipt.checkpoint, receipt.vkey, receipt.pq_vkey, "the receipt's checkpoint")
    if checkpoint.journal_id != receipt.journal_id:
        raise ReceiptError("the receipt's checkpoint is another journal's")
    if receipt.pq_vkey and not is_post_quantum(receipt.checkpoint, receipt.pq_vkey):
        raise ReceiptError("the receipt's checkpoint does not hold: the note bears no signature of the second key")
    return checkpoint


def _leaf(receipt: Receipt) -> bytes:
    """(32,): the leaf that the receipt's own words lead to; a false value, salt or commitment leads to another."""
    digests = {
        name: commitment(field.salt, name, field.value) if isinstance(field, Shown) else field
        for name, field in receipt.fields.items()
    }
    data = leaf_data(
        receipt.journal_id, receipt.seq, receipt.schema, fields_digest(digests), receipt.sealed_sha256, receipt.public
    )
    return leaf_hash(data)


def _check_text(receipt: Receipt) -> None:
    if receipt.text is None:
        return
    field = receipt.fields["text"]
    if not isinstance(field, Shown) or field.value is None:
        raise ReceiptError("the receipt carries a text that it does not commit to")
    if (sha256(receipt.text).hexdigest(), len(receipt.text)) != (field.value["sha256"], field.value["bytes"]):
        raise ReceiptError("the text is not the one that was logged")


def _check_against(receipt: Receipt, own: Checkpoint, against: Checkpoint) -> None:
    """The reader's checkpoint holds the record too, or else ReceiptError says why that is not shown."""
    sizes = f"{own.size} records against {against.size}"
    if against.size < own.size:
        raise ReceiptError(
            f"the receipt's checkpoint is later than the one given ({sizes}); ask for one made against it"
        )
    if against.size == own.size:
        root = own.root
    elif receipt.later is None or receipt.later.size != against.size:
        raise ReceiptError(f"nothing links the receipt to the checkpoint given ({sizes}); ask for one made against it")
    else:
        root = receipt.later.root
    if root != against.root:
        raise ReceiptError(
            "the checkpoint given is of another tree: the journal was rewritten, or one of them is false"
        )


def _fields(
    place: Place, record: Record, record_key: Secret | bytes, leaves: Sequence[bytes], reveal: Collection[str]
) -> dict[str, Shown | bytes]:
    """Every field, shown or hidden, of a record that is what its leaf commits to."""
    values, hidden = field_values(record), commitments(record, record_key)
    digest = fields_digest(hidden)
    data = leaf_data(place.journal_id, place.seq, place.schema, digest, place.sealed_sha256, place.public)
    if not place.seq < len(leaves) or leaf_hash(data) != leaves[place.seq]:
        raise ReceiptError(f"record {place.seq} is not what its leaf commits to; guardian journal verify says more")
    return {name: Shown(salt_of(record_key, name), values[name]) if name in reveal else hidden[name] for name in FIELDS}


def _tree(place: Place, leaves: Sequence[bytes], note: str, against: str, vkey: str) -> tuple[str, int, Later | None]:
    """The note to prove the record under, the size of its tree, and what links that to the reader's."""
    checkpoint = _own_checkpoint(note, vkey, place, leaves)
    if not against:
        return note, checkpoint.size, None
    readers = _own_checkpoint(against, vkey, place, leaves)
    if readers.size < checkpoint.size:  # the record is in the older tree too: no link is needed
        return against, readers.size, None
    if readers.size == checkpoint.size:
        return note, checkpoint.size, None
    link = consistency_proof(leaves[: readers.size], checkpoint.size)
    return note, checkpoint.size, Later(readers.size, readers.root, tuple(link))


def _own_checkpoint(note: str, vkey: str, place: Place, leaves: Sequence[bytes]) -> Checkpoint:
    """The checkpoint, which must be one of this very journal and hold the record."""
    checkpoint = _opened(note, vkey, "", "the checkpoint")
    if checkpoint.origin != origin_of(place.journal_id):
        raise ReceiptError("the checkpoint is another journal's")
    if checkpoint.size <= place.seq:
        raise ReceiptError(f"record {place.seq} is younger than the checkpoint over {checkpoint.size} records")
    if checkpoint.size > len(leaves) or root_of(leaves[: checkpoint.size]) != checkpoint.root:
        raise ReceiptError("the checkpoint is not one of this journal as it stands; guardian journal verify says more")
    return checkpoint


def _opened(note: str, vkey: str, pq_vkey: str, what: str) -> Checkpoint:
    try:
        return open_note(note, vkey, pq_vkey)
    except NoteError as error:
        raise ReceiptError(f"{what} does not hold: {error}") from error
