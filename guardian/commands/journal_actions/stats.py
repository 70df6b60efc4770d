"""`guardian journal stats`: what the journal adds up to."""

from __future__ import annotations

import argparse
import json
import sys

from guardian.commands.journal_actions.asked import asked_filter, opened, say
from guardian.exits import ExitCode
from guardian.journal.counts import todays_counts
from guardian.journal.reports.sparkline import steps_for
from guardian.journal.reports.statistics_lines import statistics_lines
from guardian.journal.reports.tally import gather
from guardian.journal.scan import Scan
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Count what the filter asks for. Raises UsageError, JournalError."""
    wanted = asked_filter(args.filter)
    with opened(settings) as journal:
        counts, trouble = todays_counts(journal)
        statistics = gather(Scan(journal), wanted, counts)
    if trouble:
        say(trouble)
    if args.json:
        sys.stdout.write(json.dumps(statistics.to_json(), indent=2, ensure_ascii=True) + "\n")
    else:
        steps = steps_for(sys.stdout.encoding)
        sys.stdout.write("\n".join(statistics_lines(statistics, steps)) + "\n")
    return ExitCode.CLEAN
