"""One recorded message, to be asked about.

Invariant: its verdict is the one that was given then; where its text was not kept there is none, and that is said.
"""

from __future__ import annotations

from dataclasses import dataclass

from guardian.errors import JournalError
from guardian.journal.journal import Journal
from guardian.journal.reports.view import View
from guardian.journal.verdict_record import message_of
from guardian.message import Message
from guardian.verdict import Verdict


@dataclass(frozen=True, slots=True, repr=False)
class Recorded:
    """What stands under a number of the journal."""

    seq: int
    verdict: Verdict
    message: Message | None
    """None where its text was not kept."""
    why_not: str = ""
    """Why there is no text."""


def recorded(journal: Journal, seq: int) -> Recorded:
    """The record of this number. Raises JournalError where it is no verdict's, was forgotten, or can't be read."""
    view = View(journal.entry(seq))
    record, verdict = view.record, view.verdict()
    if record is None or verdict is None:
        raise JournalError(f"record {seq} can't be asked about: {view.why_not or f'it is of the kind {view.kind}'}")
    message = message_of(record)
    return Recorded(seq, verdict, message, "" if message is not None else str(record.body["text"]["why_not"]))
