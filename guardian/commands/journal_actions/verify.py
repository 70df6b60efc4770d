"""`guardian journal verify`: is the journal whole and unchanged, and if not, what is wrong and where."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Final

from guardian.commands.journal_actions.notes import read_checkpoint
from guardian.commands.progress import ProgressBar
from guardian.exits import ExitCode
from guardian.journal.places.passphrase import terminal_ask
from guardian.journal.verification.here import verify_here
from guardian.journal.verification.report_lines import report_lines
from guardian.settings import Settings

_JSON_VERSION: Final = 1


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Check the journal: CLEAN where it is intact, FLAGGED where something is wrong.

    `args`: full (open every record, too), sample (a share from 0 to 1, or None), against (a path or None), json. Raises
    JournalError where there is none, or it is foreign or newer; JournalIoError, InputError, UsageError.
    """
    against = read_checkpoint(args.against) if args.against is not None else None
    ask = terminal_ask if args.full else None
    with ProgressBar(None, sys.stderr, "records") as bar:
        report = verify_here(settings.paths, against=against, sample=args.sample, ask=ask, observer=bar.show)
    if args.json:
        sys.stdout.write(json.dumps({"v": _JSON_VERSION, **report.to_json()}, ensure_ascii=True) + "\n")
    else:
        sys.stdout.write("\n".join(report_lines(report)) + "\n")
    return ExitCode.CLEAN if report.is_intact else ExitCode.FLAGGED
