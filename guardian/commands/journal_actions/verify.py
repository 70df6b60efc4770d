"""`guardian journal verify`: is the journal whole and unchanged, and if not, what is wrong and where."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Final

from guardian.commands.journal_actions.notes import read_checkpoint
from guardian.exits import ExitCode
from guardian.journal.places.passphrase import terminal_ask
from guardian.journal.reports.view import local_time
from guardian.journal.verification.here import verify_here
from guardian.journal.verification.report import Compared, Report
from guardian.safe_text import safe_line
from guardian.settings import Settings

MOST_LINES: Final = 50
"""Problems that are shown in words; --json shows up to a thousand."""
_JSON_VERSION: Final = 1


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Check the journal: CLEAN where it is intact, FLAGGED where something is wrong.

    `args`: full (open every record, too), sample (a share from 0 to 1, or None), against (a path or None), json. Raises
    JournalError where there is none, or it is foreign or newer; JournalIoError, InputError, UsageError.
    """
    against = read_checkpoint(args.against) if args.against is not None else None
    ask = terminal_ask if args.full else None
    report = verify_here(settings.paths, against=against, sample=args.sample, ask=ask)
    if args.json:
        sys.stdout.write(json.dumps({"v": _JSON_VERSION, **report.to_json()}, ensure_ascii=True) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(report)) + "\n")
    return ExitCode.CLEAN if report.is_intact else ExitCode.FLAGGED


def _lines(report: Report) -> Iterator[str]:
    for problem in report.problems[:MOST_LINES]:
        yield problem.line()
    if report.total > MOST_LINES:
        yield f"and {report.total - MOST_LINES:,} more"
    end = "intact" if report.is_intact else "1 problem" if report.total == 1 else f"{report.total:,} problems"
    yield f"{', '.join(_facts(report))}: {end}"


def _facts(report: Report) -> Iterator[str]:
    yield "1 record" if report.records == 1 else f"{report.records:,} records"
    if report.forgotten:
        yield f"{report.forgotten:,} forgotten"
    signed = local_time(report.signed_ms) if report.signed_ms is not None else None
    yield f"head signed {signed:%Y-%m-%d %H:%M}" if signed else "head not signed"
    if report.contents < report.records - report.forgotten:
        yield f"the content of {report.contents:,} looked at"
    if report.opened:
        yield f"{report.opened:,} opened with the key"
    why = f" ({safe_line(report.anchor_why, 120)})" if report.anchor_why else ""
    yield _COMPARED[report.anchor].format("the checkpoint kept outside") + why
    if report.against is not Compared.NONE:
        older = report.records - (report.against_size or 0)
        words = (
            f", {older:,} {'record' if older == 1 else 'records'} older"
            if report.against is Compared.CONTINUES and older > 0
            else ""
        )
        yield _COMPARED[report.against].format("the checkpoint given") + words
    if report.waiting:
        yield f"{report.waiting:,} more wait outside for the key"


_COMPARED: Final = {
    Compared.NONE: "no checkpoint is kept outside",
    Compared.NOT_ASKED: "{} could not be asked for",
    Compared.CONTINUES: "continues {}",
    Compared.DIFFERS: "does not continue {}",
    Compared.NOT_COMPARED: "could not be compared with {}",
}
