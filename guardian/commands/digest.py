"""`guardian digest`: what came on a day or in a week."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path

from guardian.alerts.level import owners_zone
from guardian.commands.journal_actions.asked import opened
from guardian.digest.digest import make_digest
from guardian.digest.span import Length, span_of
from guardian.errors import UsageError
from guardian.exits import ExitCode
from guardian.journal.reports.export import refuse_existing, write_private
from guardian.policy.life.standing import policies_in_force
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print or write it. `args`: daily, weekly, on, html, force, with_text.

    Raises UsageError, JournalError, PolicyError, OutputError.
    """
    if args.force and not args.html:
        raise UsageError("--force needs --html FILE")
    now = datetime.now(owners_zone(settings.alerts))  # naive where the clock is this machine's
    span = span_of(Length.WEEKLY if args.weekly else Length.DAILY, args.on, now.date())
    path = Path(args.html) if args.html else None
    if path is not None:
        refuse_existing(path, force=args.force)  # before a passphrase is asked for
    with opened(settings) as journal:
        policies = policies_in_force(settings, journal=journal).policies.policies
        digest = make_digest(journal, settings, policies, span, now, with_text=args.with_text)
    if path is not None:
        from guardian.digest.page import digest_page

        write_private(path, digest_page(digest), force=args.force)
    else:
        from guardian.digest.lines import digest_lines

        sys.stdout.write("\n".join(digest_lines(digest)) + "\n")
    return ExitCode.CLEAN
