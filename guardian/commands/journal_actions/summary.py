"""`guardian journal summary`: what came in a span of time, on one page."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime

from guardian.alerts.summary import filter_since, summarise, summary_lines
from guardian.commands.journal_actions.asked import opened
from guardian.exits import ExitCode
from guardian.policy.life.standing import policies_in_force
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Sum up. `args`: since, json. Raises UsageError, JournalError, PolicyError."""
    now = datetime.now()  # naive: the owner's own clock and days
    filter_since(args.since, now)  # before a passphrase is asked for
    with opened(settings) as journal:
        policies = policies_in_force(settings, journal=journal).policies.policies
        titles = {policy.id: policy.title for policy in policies if policy.is_in_force}
        summary = summarise(journal, args.since, titles, now)
    if args.json:
        sys.stdout.write(json.dumps(summary.to_json(), indent=2, ensure_ascii=True) + "\n")
    else:
        sys.stdout.write("\n".join(summary_lines(summary)) + "\n")
    return ExitCode.CLEAN
