"""A receipt for one record, out of an unlocked journal: what `guardian journal prove` and the app both hand out.

Invariants: what is not named is not in the receipt but as a salted commitment; the owner is told what is in it, what
is closed in it, and by which fingerprint a reader should know the key.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from guardian.errors import JournalDamagedError, JournalError, UsageError
from guardian.journal.checkpoint import fingerprint
from guardian.journal.fields import FIELDS
from guardian.journal.journal import Journal
from guardian.journal.receipt import Place, ReceiptError, make_receipt
from guardian.journal.record import Erased, Kind, Record
from guardian.journal.store_file import DAMAGE_HINT
from guardian.journal.verdict_record import text_of

PROVES = (
    "that your key logged a record with the values shown, before the checkpoint in it, and that nobody has changed it "
    "since; not that the model was right, nor that it really ran"
)
"""What a receipt proves, and what not, in words for its owner (`guardian.journal.receipt`)."""


@dataclass(frozen=True, slots=True, repr=False)
class Proof:
    """A receipt, and what its owner should know of it before they hand it on."""

    receipt: str
    """The text of the file."""
    revealed: tuple[str, ...]
    """Fields that it shows, in the order of `FIELDS`."""
    with_text: bool
    """Whether the message itself is in it."""
    fingerprint: str
    """Of the key that vouches."""

    @property
    def closed(self) -> tuple[str, ...]:
        """Fields that it commits to and does not show."""
        return tuple(name for name in FIELDS if name not in self.revealed)

    def lines(self) -> list[str]:
        """The same in words."""
        shown, hidden = ", ".join(self.revealed) or "no field", ", ".join(self.closed) or "nothing more"
        with_text = "; the message itself is in it" if self.with_text else ""
        return [
            f"the receipt shows {shown}{with_text}; closed in it: {hidden}",
            f"whoever checks it should know your key by its fingerprint: {self.fingerprint}",
        ]


def named_fields(asked: str) -> list[str]:
    """The fields that a list joined by commas names, in their own order. Raises UsageError."""
    names = [name.strip() for name in asked.split(",") if name.strip()]
    for name in names:
        if name not in FIELDS:
            from guardian.policy.problem import did_you_mean, quoted

            hint = did_you_mean(name, list(FIELDS)) or f"the fields are {', '.join(FIELDS)}"
            raise UsageError(f"no field has the name {quoted(name)}", hint=hint)
    return [name for name in FIELDS if name in names]


def prove(
    journal: Journal, seq: int, reveal: Collection[str], *, against: str = "", second_signature: bool = False
) -> Proof:
    """A receipt for record `seq` that shows the fields of `reveal`.

    `against`: a signed checkpoint that the reader has, or empty. `second_signature`: have the post-quantum key sign
    too. Raises JournalError where there is no such record, it was forgotten, or no receipt can be made.
    """
    revealed = tuple(name for name in FIELDS if name in reveal)
    record = _record(journal, seq)
    text = text_of(record) if record.kind is Kind.VERDICT and "text" in revealed else None
    receipt = _receipt(journal, seq, record, revealed, text, against, second_signature=second_signature)
    return Proof(receipt, revealed, text is not None, fingerprint(journal.header.vkey))


def _record(journal: Journal, seq: int) -> Record:
    entry = journal.entry(seq)
    if isinstance(entry.record, Record):
        return entry.record
    if isinstance(entry.record, Erased):
        raise JournalError(f"record {seq} was forgotten, and can't be proved any more")
    raise JournalDamagedError(f"record {seq} can't be read: {entry.record.why}", hint=DAMAGE_HINT)


def _receipt(
    journal: Journal,
    seq: int,
    record: Record,
    reveal: Collection[str],
    text: bytes | None,
    against: str,
    *,
    second_signature: bool,
) -> str:
    with journal.store.snapshot():
        pair = journal.store.pair(seq)
        note = journal.store.head().note
        leaves = journal.store.leaves(journal.store.head().size)
    if pair is None:
        raise JournalDamagedError(f"record {seq} is missing from the file", hint=DAMAGE_HINT)
    row, header = pair[0], journal.header
    if second_signature:
        note = journal.checkpoint(post_quantum=True)
        leaves = journal.store.leaves(journal.size)  # at least as many as the note counts
    place = Place(journal.id, seq, row.schema, row.public, row.sealed_sha256)
    try:
        return make_receipt(
            place,
            record,
            journal.record_key(seq),
            leaves,
            note,
            header.vkey,
            reveal=reveal,
            text=text,
            pq_vkey=header.pq_vkey,
            against=against,
        )
    except ReceiptError as error:
        raise JournalError(f"no receipt can be made: {error}") from error
