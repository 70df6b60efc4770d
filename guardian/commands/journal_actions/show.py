"""`guardian journal show SEQ`: all of one entry."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Final

from guardian.commands.journal_actions.asked import opened
from guardian.exits import ExitCode
from guardian.journal.journal import Journal
from guardian.journal.reports.view import View, view_of
from guardian.journal.reports.view_lines import show_lines
from guardian.journal.scan import Scan
from guardian.policy.effects.track_record import track_record_line, track_records
from guardian.settings import Settings

_LOOK_BACK: Final = 20_000
"""Records in which judged alerts are looked for: about a second's work."""


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Show one entry. Raises JournalError where there is none of that number."""
    with opened(settings) as journal:
        view = view_of(Scan(journal), journal.entry(args.seq))
        standings = {} if args.json else _standings(journal, view)
    if args.json:
        sys.stdout.write(json.dumps(view.to_json(), indent=2, ensure_ascii=True) + "\n")
    else:
        sys.stdout.write("\n".join(show_lines(view, standings=standings)) + "\n")
    return ExitCode.CLEAN


def _standings(journal: Journal, view: View) -> dict[str, str]:
    """How earlier alerts of the policies that matched fared, as far as the journal's last records say."""
    verdict = view.verdict()
    matched = [match.id for match in verdict.matched] if verdict is not None else []
    if not matched:
        return {}
    records = track_records(Scan(journal), matched, start=max(journal.size - _LOOK_BACK, 0))
    return {policy: track_record_line(record) for policy, record in records.items()}
