"""The owner speaks of a verdict: right, wrong or unsure; kept or done; a note. For the commands and the app alike.

Invariants: nothing is overwritten, every word is a record of its own; what says nothing new is not recorded. Nothing
is learned from it here.
"""

from __future__ import annotations

from dataclasses import dataclass

from guardian import __version__
from guardian.errors import UsageError
from guardian.journal.feedback import Feedback, Says
from guardian.journal.journal import Journal
from guardian.journal.marks import Mark, Marked
from guardian.journal.opening import now_ms
from guardian.journal.reports.view import View, view_of
from guardian.journal.scan import Scan
from guardian.paths import Paths
from guardian.policy.effects.track_file import keep_track


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said of a verdict."""

    now: Feedback
    before: Feedback | None
    """What counted until then; None where nothing did."""
    is_new: bool
    """Whether it was recorded: it was not said before."""


@dataclass(frozen=True, slots=True)
class Marking:
    """How a verdict was marked."""

    now: Mark
    before: Mark | None
    is_new: bool


def say(journal: Journal, paths: Paths, seq: int, says: Says, note: str | None = "") -> Spoken:
    """Record the owner's word on record `seq`, and bring the policies' track records up to date.

    `note` None keeps the note of the word before. Raises UsageError where there is no verdict to speak of, nothing to
    take back, or a note that is too long; JournalError.
    """
    view = verdict_to_speak_of(journal, seq)
    before = view.feedback
    if says is Says.WITHDRAWN and before is None:
        raise UsageError(f"there is nothing to take back: you said nothing of record {seq}")
    if note is None:
        note = before.note if before is not None and says is not Says.WITHDRAWN else ""
    now = Feedback(seq, says, note, now_ms())
    is_new = before is None or (before.says, before.note) != (says, note)
    if is_new:
        journal.append(now.to_record(__version__))
        keep_track(paths.track_records, journal)
    return Spoken(now, before, is_new)


def mark(journal: Journal, seq: int, marked: Marked, note: str | None = "") -> Marking:
    """Record how the owner marks record `seq`. `note` None keeps the note of the mark before.

    Raises UsageError where there is no verdict to mark, nothing to take away, or a note that is too long; JournalError.
    """
    before = verdict_to_speak_of(journal, seq).mark
    if note is None:
        note = before.note if before is not None else ""
    now = Mark(seq, marked, note, now_ms())
    if now.is_withdrawal and before is None:
        raise UsageError(f"there is no mark to take away: record {seq} has none")
    is_new = before is None or (before.mark, before.note) != (marked, note)
    if is_new:
        journal.append(now.to_record(__version__))
    return Marking(now, before, is_new)


def verdict_to_speak_of(journal: Journal, seq: int) -> View:
    """The verdict `seq`, with what the owner said of it. Raises UsageError where it is none, JournalError."""
    view = view_of(Scan(journal), journal.entry(seq))
    if view.kind in ("erased", "unreadable"):
        raise UsageError(f"record {seq} can't be judged: {view.why_not}")
    if view.kind != "verdict":
        hint = "guardian journal list '~k verdict' lists the verdicts"
        raise UsageError(f"record {seq} is no verdict, but of the kind {view.kind}", hint=hint)
    return view
