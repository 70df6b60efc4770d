"""What is forgotten at the owner's word: which records that takes with it.

Invariants: what was said of a verdict, and its marks, go with it, as the owner's note may tell what the message said;
nothing is erased here (`Journal.forget`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from guardian.errors import JournalError
from guardian.journal.journal import Journal
from guardian.journal.owner_words import may_be_word, verdict_spoken_of
from guardian.journal.record import GROWS_OLD, Erased, Record
from guardian.journal.scan import Scan

NOT_REACHED = (
    "not reached: copies of the journal made before, which whoever has their key can still open "
    "(guardian key rotate destroys that key here), and what the disk keeps of old blocks"
)


def still_there(journal: Journal, ranges: Sequence[tuple[int, int]]) -> list[int]:
    """Numbers in `ranges` (first, last) that are not forgotten yet, ascending. Raises JournalError for one too high."""
    size = journal.size
    for first, last in ranges:
        if last >= size:
            raise JournalError(f"the journal has no record {max(first, size)}", hint=f"the last one is {size - 1}")
    seqs = {seq for first, last in ranges for seq in range(first, last + 1)}
    return [seq for seq in sorted(seqs) if not isinstance(journal.entry(seq).record, Erased)]


def from_before(journal: Journal, before_ms: int) -> list[int]:
    """Numbers of the verdicts, and of what was said of them, from before then, ascending."""
    found = []
    for entry in journal.entries():
        record = entry.record
        if isinstance(record, Record) and record.kind in GROWS_OLD and record.at_ms < before_ms:
            found.append(entry.seq)
    return found


def with_words(journal: Journal, seqs: Collection[int]) -> list[int]:
    """`seqs`, and the numbers of what the owner said of them and of their marks, ascending."""
    wanted = set(seqs)
    for entry in Scan(journal).entries(where=lambda _seq, data: may_be_word(data)):
        if verdict_spoken_of(entry) in wanted:
            wanted.add(entry.seq)
    return sorted(wanted)
