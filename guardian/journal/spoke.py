"""Who spoke last in the journal, so that a change of model is recorded where it happens."""

from __future__ import annotations

from typing import Final

from guardian.journal.journal import Journal
from guardian.journal.record import Kind, Record, Spoke

_LOOK_BACK: Final = 64
"""Records among which the last verdict is sought."""


def last_spoke(journal: Journal) -> Spoke | None:
    """Who said the last verdict; None where there is none among the last records. Raises JournalError."""
    size = journal.size
    for entry in journal.entries(max(size - _LOOK_BACK, 0), size, newest_first=True):
        if isinstance(entry.record, Record) and entry.record.kind is Kind.VERDICT:
            return entry.record.spoke
    return None
