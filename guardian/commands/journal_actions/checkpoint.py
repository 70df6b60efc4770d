"""`guardian journal checkpoint`: the journal's end as a signed note, to be kept elsewhere.

Whoever has it can later tell with `guardian journal verify --against` whether the journal was cut or rewritten, and
check receipts against it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from guardian.commands.journal_actions.notes import hand_out
from guardian.exits import ExitCode
from guardian.journal.checkpointing import signed_end, wants_second_signature
from guardian.journal.opening import open_journal
from guardian.journal.places.passphrase import terminal_ask
from guardian.journal.reports.export import refuse_existing
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the note, or write it to a file. The key is needed for a second signature alone.

    `args`: output (a path or None), force. Raises JournalError, JournalDamagedError where the end of the journal is not
    signed by its own key, OutputError.
    """
    if args.output is not None:
        refuse_existing(Path(args.output), force=args.force)
    with open_journal(settings, ask=terminal_ask, unlock=wants_second_signature(settings)) as journal:
        note = signed_end(journal, settings)
    hand_out(note, args.output, force=args.force)
    return ExitCode.CLEAN
