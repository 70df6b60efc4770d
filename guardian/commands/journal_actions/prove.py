"""`guardian journal prove SEQ --reveal ...`: a receipt for one record.

Invariants: what is not named is not in the receipt but as a salted commitment; what is in it is said.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from guardian.commands.journal_actions.asked import opened, say
from guardian.commands.journal_actions.notes import hand_out, read_checkpoint
from guardian.exits import ExitCode
from guardian.journal.proving import named_fields, prove
from guardian.journal.reports.export import refuse_existing
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Write a receipt to a file, or to standard output.

    `args`: seq, reveal (names joined by commas), against (a path or None), output (a path or None), force. Raises
    UsageError, JournalError where there is no such record or it was forgotten, InputError, OutputError.
    """
    reveal = named_fields(args.reveal)
    against = read_checkpoint(args.against) if args.against is not None else ""
    if args.output is not None:
        refuse_existing(Path(args.output), force=args.force)
    second_signature = settings.journal.second_signature == "on"
    with opened(settings) as journal:
        proof = prove(journal, args.seq, reveal, against=against, second_signature=second_signature)
    hand_out(proof.receipt, args.output, force=args.force)
    for line in proof.lines():
        say(line)
    return ExitCode.CLEAN
