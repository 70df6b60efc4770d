"""`guardian journal stats`: what the journal adds up to."""

from __future__ import annotations

import argparse
import json
import sys

from guardian.commands.journal_actions.asked import asked_filter, opened, say
from guardian.errors import JournalDamagedError
from guardian.exits import ExitCode
from guardian.journal.counts import unsealed_counts
from guardian.journal.journal import Journal
from guardian.journal.reports.sparkline import steps_for
from guardian.journal.reports.statistics_lines import statistics_lines
from guardian.journal.reports.tally import DayCounts, gather
from guardian.journal.scan import Scan
from guardian.safe_text import safe_line
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Count what the filter asks for. Raises UsageError, JournalError."""
    wanted = asked_filter(args.filter)
    with opened(settings) as journal:
        statistics = gather(Scan(journal), wanted, todays_counts(journal))
    if args.json:
        sys.stdout.write(json.dumps(statistics.to_json(), indent=2, ensure_ascii=True) + "\n")
    else:
        steps = steps_for(sys.stdout.encoding)
        sys.stdout.write("\n".join(statistics_lines(statistics, steps)) + "\n")
    return ExitCode.CLEAN


def todays_counts(journal: Journal) -> DayCounts:
    """Counts that are not sealed yet; where they are damaged, none, and a line that says so."""
    try:
        return unsealed_counts(journal.store, journal.id)
    except JournalDamagedError as error:
        say(f"{safe_line(error.what)}; today's counts are left out")
        return {}
