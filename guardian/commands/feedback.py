"""`guardian feedback SEQ right|wrong|unsure`: the owner's word on a verdict, or taken back with --undo.

Invariants: nothing is overwritten; every word is a record of its own. Nothing is learned from it here.
"""

from __future__ import annotations

import argparse
import sys

from guardian import __version__
from guardian.commands.journal_actions.asked import opened
from guardian.errors import UsageError
from guardian.exits import ExitCode
from guardian.journal.feedback import Feedback, Says
from guardian.journal.opening import now_ms
from guardian.journal.reports.view import View, view_of
from guardian.journal.scan import Scan
from guardian.policy.effects.track_file import keep_track
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Record the owner's word. Raises UsageError where there is no verdict to speak of, JournalError."""
    if args.undo and (args.says or args.note):
        raise UsageError("--undo takes a word back, and goes with nothing else")
    if not args.undo and not args.says:
        raise UsageError("say right, wrong or unsure", hint="--undo takes back what you said")
    says = Says.WITHDRAWN if args.undo else Says(args.says)
    with opened(settings) as journal:
        view = view_of(Scan(journal), journal.entry(args.seq))
        _refuse(view, undo=args.undo)
        before = view.feedback
        is_new = before is None or (before.says, before.note) != (says, args.note)
        if is_new:
            journal.append(Feedback(args.seq, says, args.note, now_ms()).to_record(__version__))
            keep_track(settings.paths.track_records, journal)
    sys.stdout.write(_words(args.seq, says, before, is_new=is_new) + "\n")
    return ExitCode.CLEAN


def _refuse(view: View, *, undo: bool) -> None:
    if view.kind in ("erased", "unreadable"):
        raise UsageError(f"record {view.seq} can't be judged: {view.why_not}")
    if view.kind != "verdict":
        hint = "guardian journal list '~k verdict' lists the verdicts"
        raise UsageError(f"record {view.seq} is no verdict, but of the kind {view.kind}", hint=hint)
    if undo and view.feedback is None:
        raise UsageError(f"there is nothing to take back: you said nothing of record {view.seq}")


def _words(seq: int, says: Says, before: Feedback | None, *, is_new: bool) -> str:
    was = f" (before: {before.says.value})" if before is not None else ""
    if says is Says.WITHDRAWN:
        return f"record {seq}: your word is taken back{was}"
    return f"record {seq}: you said {says.value}" + (was if is_new else " (as before)")
