"""`guardian journal mark SEQ kept|done|none`: the owner's mark on a verdict, which says neither right nor wrong."""

from __future__ import annotations

import argparse
import sys

from guardian.commands.journal_actions.asked import opened
from guardian.exits import ExitCode
from guardian.journal.marks import Marked
from guardian.journal.speaking import Marking, mark
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Record the mark.

    `args`: seq, mark (kept, done, none), note (None keeps the one that is there). Raises UsageError where there is no
    verdict to mark, JournalError.
    """
    with opened(settings) as journal:
        marking = mark(journal, args.seq, Marked(args.mark), args.note)
    sys.stdout.write(_words(marking) + "\n")
    return ExitCode.CLEAN


def _words(marking: Marking) -> str:
    now, before = marking.now, marking.before
    if now.mark is not Marked.NONE:
        words = f"marked {now.mark.value}" + (", with your note" if now.note else "")
    elif now.note:
        words = "no mark, and your note"
    else:
        words = "the mark is taken away"
    was = f" (before: {before.word})" if before is not None and before.word != now.word else ""
    return f"record {now.of}: {words}" + (was if marking.is_new else " (as before)")
