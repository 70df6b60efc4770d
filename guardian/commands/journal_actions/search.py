"""`guardian journal search WORDS...`: the entries that hold all of the words, each with the words round a hit."""

from __future__ import annotations

import argparse

from guardian.commands.journal_actions.asked import newest, opened, print_views, say_how_much
from guardian.exits import ExitCode
from guardian.journal.filters.query import words_filter
from guardian.journal.reports.snippet import snippet
from guardian.journal.reports.view import View, select
from guardian.journal.reports.words import Phrase
from guardian.journal.scan import Scan
from guardian.settings import Settings

_INDENT = " " * 10


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Search texts, quotes, notes and senders. Raises UsageError, JournalError."""
    wanted = words_filter(args.words)
    first = Phrase(args.words[0])

    def below(view: View) -> str:
        found = snippet(view, first)
        return f"{_INDENT}{found}" if found else ""

    with opened(settings) as journal:
        views, has_more = newest(select(Scan(journal), wanted), args.limit)
    print_views(views, settings, as_json=args.json, below=below)
    say_how_much(wanted, len(views), settings, has_more=has_more)
    return ExitCode.CLEAN
