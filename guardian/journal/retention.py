"""How long verdicts are kept, where their owner set a time.

Invariants: what is too old is forgotten like any other record, by destroying its key, and the journal says so; only
verdicts and what was said of them grow old: amendments, seals and gaps stay.
"""

from __future__ import annotations

from typing import Final

from guardian.journal.forgetting import with_words
from guardian.journal.journal import Journal
from guardian.journal.notes import KEPT_FROM, noted
from guardian.journal.record import GROWS_OLD, Record

_DAY_MS: Final = 86_400_000


def keep_to(journal: Journal, days: int, now_ms: int) -> int:
    """Forget what is older than `days` (0 keeps everything); how many records. Raises JournalError."""
    if not days:
        return 0
    start = noted(journal.store, KEPT_FROM)
    too_old, end = older_than(journal, now_ms - days * _DAY_MS, start)
    if too_old:
        why = f"older than {days} days, as your settings ask (journal.keep_days)"
        journal.forget(as_ranges(with_words(journal, too_old)), why)
    if end != start:
        with journal.store.transaction():
            journal.store.set_meta(KEPT_FROM, str(end).encode())
    return len(too_old)


def older_than(journal: Journal, before_ms: int, start: int = 0) -> tuple[list[int], int]:
    """Numbers of the records from `start` on that grow old and are from before then, and where the search ended.

    It ends at the first verdict that is younger: records stand in the order in which they came in, but for late ones.
    """
    found, end = [], start
    for entry in journal.entries(start):
        record = entry.record
        if isinstance(record, Record) and record.kind in GROWS_OLD:
            if record.at_ms < before_ms:
                found.append(entry.seq)
            elif not record.late:
                break
        end = entry.seq + 1
    return found, end


def as_ranges(seqs: list[int]) -> list[tuple[int, int]]:
    """Ascending numbers as ranges, first and last both included."""
    ranges: list[tuple[int, int]] = []
    for seq in seqs:
        if ranges and seq == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], seq)
        else:
            ranges.append((seq, seq))
    return ranges
