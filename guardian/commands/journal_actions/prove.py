"""`guardian journal prove SEQ --reveal ...`: a receipt for one record.

Invariants: what is not named is not in the receipt but as a salted commitment; what is in it is said.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from guardian.commands.journal_actions.asked import opened, say
from guardian.commands.journal_actions.notes import hand_out, read_checkpoint
from guardian.errors import JournalDamagedError, JournalError, UsageError
from guardian.exits import ExitCode
from guardian.journal.checkpoint import fingerprint
from guardian.journal.fields import FIELDS
from guardian.journal.journal import Journal
from guardian.journal.receipt import Place, ReceiptError, make_receipt
from guardian.journal.record import Erased, Kind, Record
from guardian.journal.reports.export import refuse_existing
from guardian.journal.store import DAMAGE_HINT
from guardian.journal.verdict_record import text_of
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Write a receipt to a file, or to standard output.

    `args`: seq, reveal (names joined by commas), against (a path or None), output (a path or None), force. Raises
    UsageError, JournalError where there is no such record or it was forgotten, InputError, OutputError.
    """
    reveal = _names(args.reveal)
    against = read_checkpoint(args.against) if args.against is not None else ""
    if args.output is not None:
        refuse_existing(Path(args.output), force=args.force)
    with opened(settings) as journal:
        record = _record(journal, args.seq)
        text = text_of(record) if record.kind is Kind.VERDICT and "text" in reveal else None
        receipt = _receipt(journal, args.seq, record, reveal, text, against, settings)
        key = fingerprint(journal.header.vkey)
    hand_out(receipt, args.output, force=args.force)
    hidden = ", ".join(name for name in FIELDS if name not in reveal) or "nothing more"
    with_text = "; the message itself is in it" if text is not None else ""
    say(f"the receipt shows {', '.join(reveal) or 'no field'}{with_text}; closed in it: {hidden}")
    say(f"whoever checks it should know your key by its fingerprint: {key}")
    return ExitCode.CLEAN


def _names(asked: str) -> list[str]:
    """The fields to be shown, in their own order. Raises UsageError."""
    names = [name.strip() for name in asked.split(",") if name.strip()]
    for name in names:
        if name not in FIELDS:
            from guardian.policy.problem import did_you_mean, quoted

            hint = did_you_mean(name, list(FIELDS)) or f"the fields are {', '.join(FIELDS)}"
            raise UsageError(f"no field has the name {quoted(name)}", hint=hint)
    return [name for name in FIELDS if name in names]


def _record(journal: Journal, seq: int) -> Record:
    entry = journal.entry(seq)
    if isinstance(entry.record, Record):
        return entry.record
    if isinstance(entry.record, Erased):
        raise JournalError(f"record {seq} was forgotten, and can't be proved any more")
    raise JournalDamagedError(f"record {seq} can't be read: {entry.record.why}", hint=DAMAGE_HINT)


def _receipt(
    journal: Journal, seq: int, record: Record, reveal: list[str], text: bytes | None, against: str, settings: Settings
) -> str:
    with journal.store.snapshot():
        pair = journal.store.pair(seq)
        note = journal.store.head().note
        leaves = journal.store.leaves(journal.store.head().size)
    if pair is None:
        raise JournalDamagedError(f"record {seq} is missing from the file", hint=DAMAGE_HINT)
    row, header = pair[0], journal.header
    if settings.journal.second_signature == "on":
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
