"""`guardian journal export`: the journal, or a part of it, for other programs or as a page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from guardian.commands.journal_actions.asked import asked_filter, opened
from guardian.commands.journal_actions.stats import todays_counts
from guardian.exits import ExitCode
from guardian.journal.filters.matching import Filter
from guardian.journal.filters.query import joined
from guardian.journal.journal import Journal
from guardian.journal.reports.export import csv_lines, ndjson_lines, refuse_existing, write_private
from guardian.journal.reports.view import View, select
from guardian.journal.scan import Scan
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Write what the filter asks for to a file, or to standard output. Raises UsageError, JournalError, OutputError."""
    wanted = asked_filter(args.filter)
    path = Path(args.output) if args.output else None
    if path is not None:
        refuse_existing(path, force=args.force)
    with opened(settings) as journal:
        pieces = _pieces(args, journal, wanted)
        if path is not None:
            write_private(path, pieces, force=args.force)
        else:
            sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
            sys.stdout.writelines(pieces)
    return ExitCode.CLEAN


def _pieces(args: argparse.Namespace, journal: Journal, wanted: Filter) -> Iterator[str]:
    def texted(views: Iterable[View]) -> Iterator[View]:
        return (view.without_text() if args.no_text else view for view in views)

    if args.format == "ndjson":
        return ndjson_lines(texted(select(Scan(journal), wanted, newest_first=False)))
    if args.format == "csv":
        return csv_lines(texted(select(Scan(journal), wanted, newest_first=False)))
    from guardian.journal.reports.html_report import MOST_ENTRIES, About, report_pieces
    from guardian.journal.reports.tally import gather

    about = About(datetime.now(), joined(args.filter), with_text=not args.no_text)
    statistics = gather(Scan(journal), wanted, todays_counts(journal))
    return report_pieces(about, statistics, texted(islice(select(Scan(journal), wanted), MOST_ENTRIES)))
