"""`guardian journal list`: what was recorded, one line an entry, the newest last."""

from __future__ import annotations

import argparse

from guardian.commands.journal_actions.asked import asked_filter, newest, opened, print_views, say_how_much
from guardian.exits import ExitCode
from guardian.journal.reports.view import select
from guardian.journal.scan import Scan
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """List the newest entries that the filter asks for. Raises UsageError, JournalError."""
    wanted = asked_filter(args.filter)
    with opened(settings) as journal:
        views, has_more = newest(select(Scan(journal), wanted), args.limit)
    print_views(views, settings, as_json=args.json)
    say_how_much(wanted, len(views), settings, has_more=has_more)
    return ExitCode.CLEAN
