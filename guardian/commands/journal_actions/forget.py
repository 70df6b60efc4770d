"""`guardian journal forget`: destroy the content of records for good, and say so in the journal.

Invariant: nothing is forgotten without the owner's yes, on the terminal or as --yes.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime

from guardian.commands.journal_actions.asked import opened, say
from guardian.errors import UsageError
from guardian.exits import ExitCode
from guardian.journal.filters.when import parse_span
from guardian.journal.forgetting import NOT_REACHED, from_before, still_there, with_words
from guardian.journal.places.passphrase import is_terminal
from guardian.journal.retention import as_ranges
from guardian.settings import Settings

LONGEST_WHY_CHARACTERS = 500


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Forget records.

    `args`: seqs (ranges, first and last), before (a day, an age or None), why, yes. Raises UsageError, JournalError.
    """
    if bool(args.seqs) == bool(args.before):
        raise UsageError("name either records by number, or --before a day", hint="guardian journal list shows numbers")
    if len(args.why) > LONGEST_WHY_CHARACTERS:
        raise UsageError(f"--why is longer than {LONGEST_WHY_CHARACTERS} characters")
    if not args.yes and not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise UsageError("forgetting is for good, and nobody can be asked here", hint="--yes goes ahead unasked")
    before_ms = _before(args.before) if args.before else None
    with opened(settings) as journal:
        named = from_before(journal, before_ms) if before_ms is not None else still_there(journal, args.seqs)
        seqs = with_words(journal, named)
        if not seqs:
            say("there is nothing to forget" if before_ms is not None else "forgotten already: nothing was changed")
            return ExitCode.CLEAN
        if not (args.yes or _agrees(seqs, len(seqs) - len(named))):
            say("nothing was changed")
            return ExitCode.CLEAN
        placed = journal.forget(as_ranges(seqs), args.why or "forgotten at your word")
    sys.stdout.write(f"{_count(len(seqs))} forgotten; record {placed.seq} says so\n")
    say(NOT_REACHED)
    return ExitCode.CLEAN


def _before(text: str) -> int:
    try:
        return parse_span(f"{text}..", datetime.now())[0]
    except ValueError as error:
        raise UsageError(f"--before: {error}") from error


def _agrees(seqs: list[int], words: int) -> bool:
    ranges = [str(first) if first == last else f"{first} to {last}" for first, last in as_ranges(seqs)]
    shown = ", ".join(ranges[:20]) + (f" and {len(ranges) - 20} more stretches" if len(ranges) > 20 else "")
    with_words = f", {words} of them what you said of the others" if words else ""
    sys.stderr.write(f"{_count(len(seqs))} to be forgotten for good{with_words}: {shown}\n{NOT_REACHED}\n")
    sys.stderr.write("go on? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _count(number: int) -> str:
    return "1 record" if number == 1 else f"{number:,} records"
