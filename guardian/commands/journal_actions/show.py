"""`guardian journal show SEQ`: all of one entry."""

from __future__ import annotations

import argparse
import json
import sys

from guardian.commands.journal_actions.asked import opened
from guardian.exits import ExitCode
from guardian.journal.scan import Scan
from guardian.journal.view import view_of
from guardian.journal.view_lines import show_lines
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Show one entry. Raises JournalError where there is none of that number."""
    with opened(settings) as journal:
        view = view_of(Scan(journal), journal.entry(args.seq))
    if args.json:
        sys.stdout.write(json.dumps(view.to_json(), indent=2, ensure_ascii=True) + "\n")
    else:
        sys.stdout.write("\n".join(show_lines(view)) + "\n")
    return ExitCode.CLEAN
