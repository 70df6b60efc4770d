"""`guardian journal export`: the journal, or a part of it, for other programs or as a page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from guardian.commands.journal_actions.asked import asked_filter, opened, say
from guardian.exits import ExitCode
from guardian.journal.counts import todays_counts
from guardian.journal.filters.query import joined
from guardian.journal.reports.export import refuse_existing, write_private
from guardian.journal.reports.exporting import Export, export_pieces
from guardian.journal.scan import Scan
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Write what the filter asks for to a file, or to standard output. Raises UsageError, JournalError, OutputError."""
    wanted = asked_filter(args.filter)
    path = Path(args.output) if args.output else None
    if path is not None:
        refuse_existing(path, force=args.force)
    with opened(settings) as journal:
        counts, trouble = todays_counts(journal) if args.format == "html" else ({}, "")
        if trouble:
            say(trouble)
        asked = Export(args.format, wanted, joined(args.filter), with_text=not args.no_text)
        pieces = export_pieces(Scan(journal), asked, counts)
        if path is not None:
            write_private(path, pieces, force=args.force)
        else:
            sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
            sys.stdout.writelines(pieces)
    return ExitCode.CLEAN
