"""`guardian feedback SEQ right|wrong|unsure`: the owner's word on a verdict, or taken back with --undo."""

from __future__ import annotations

import argparse
import sys

from guardian.commands.journal_actions.asked import opened
from guardian.errors import UsageError
from guardian.exits import ExitCode
from guardian.journal.feedback import Says
from guardian.journal.speaking import Spoken, say
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Record the owner's word. Raises UsageError where there is no verdict to speak of, JournalError."""
    if args.undo and (args.says or args.note):
        raise UsageError("--undo takes a word back, and goes with nothing else")
    if not args.undo and not args.says:
        raise UsageError("say right, wrong or unsure", hint="--undo takes back what you said")
    with opened(settings) as journal:
        says = Says.WITHDRAWN if args.undo else Says(args.says)
        spoken = say(journal, settings.paths, args.seq, says, args.note)
    sys.stdout.write(_words(spoken) + "\n")
    return ExitCode.CLEAN


def _words(spoken: Spoken) -> str:
    seq, says, before = spoken.now.of, spoken.now.says, spoken.before
    was = f" (before: {before.says.value})" if before is not None else ""
    if says is Says.WITHDRAWN:
        return f"record {seq}: your word is taken back{was}"
    return f"record {seq}: you said {says.value}" + (was if spoken.is_new else " (as before)")
