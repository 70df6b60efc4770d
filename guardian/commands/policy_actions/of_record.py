"""The verdict of a record, as the actions that explain one take it."""

from __future__ import annotations

from guardian.errors import UsageError
from guardian.journal.journal import Journal
from guardian.journal.record import Record
from guardian.journal.reports.past_verdict import past_verdict
from guardian.verdict import Verdict


def recorded_verdict(journal: Journal, seq: int) -> tuple[Record, Verdict]:
    """The record `seq` and the verdict that it holds. Raises UsageError where it holds none, JournalError."""
    record = journal.entry(seq).record
    if not isinstance(record, Record):
        raise UsageError(f"record {seq} can't be explained: {record.why}")
    try:
        return record, past_verdict(record)
    except ValueError:
        hint = "guardian journal list '~k verdict' lists the verdicts"
        raise UsageError(f"record {seq} is no verdict", hint=hint) from None
