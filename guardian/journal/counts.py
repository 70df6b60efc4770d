"""How many messages were not recorded one by one: counted at once, and sealed when their day is over.

Invariants: a count is on disk when `add_count` returns, without the key; once its day is over it goes into a sealed
record, in the transaction that takes it out of the table. What this does not protect: a day's counts that are not yet
sealed can be read and changed by whoever may write to the file; only damage by accident shows.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import datetime

from guardian.errors import JournalDamagedError, JournalError, JournalIoError
from guardian.journal.journal import Journal
from guardian.journal.once import kept, note_kept
from guardian.journal.record import Kind, Record
from guardian.journal.store import Store
from guardian.safe_text import safe_line

DAMAGED = b""
"""Mark of a count that was found damaged, and was counted on: it never becomes sound again by that."""
_MARK_BYTES = 8
_MOST = 1 << 62


def add_count(
    store: Store, journal_id: bytes, day: str, channel: str, outcome: str, n: int = 1, once: bytes = b""
) -> None:
    """Count `n` more messages of one day (ISO, UTC); a delivery of the name `once` only where nothing is kept of it.

    Raises JournalIoError, JournalDamagedError.
    """
    where, total = (day, channel, outcome), 0
    try:
        with store.transaction():
            if kept(store, once) is not None:
                return
            note_kept(store, once, None, _noon_ms(day))
            before, is_sound = _count(store, journal_id, where)
            total = n + before
            mark = mark_of(journal_id, *where, total) if is_sound else DAMAGED
            store.run("INSERT OR REPLACE INTO counts VALUES (?, ?, ?, ?, ?)", (*where, total, mark))
    except JournalIoError:
        if not total or not _stands(store, journal_id, where, total):
            raise


def _noon_ms(day: str) -> int:
    return int(datetime.fromisoformat(f"{day}T12:00+00:00").timestamp() * 1000)


def _count(store: Store, journal_id: bytes, where: tuple[str, str, str]) -> tuple[int, bool]:
    """How many were counted, and whether that is sound. What is damaged counts on, so that no message waits for it."""
    rows = store.all("SELECT n, mark FROM counts WHERE day = ? AND channel = ? AND outcome = ?", where)
    n, mark = rows[0] if rows else (0, b"")
    if not isinstance(n, int) or not 0 <= n < _MOST:
        return 0, False
    return n, not rows or mark == mark_of(journal_id, *where, n)


def _stands(store: Store, journal_id: bytes, where: tuple[str, str, str], total: int) -> bool:
    """Whether a commit that failed is on disk all the same, so that nothing is counted twice."""
    try:
        return _count(store, journal_id, where)[0] == total
    except JournalError:
        return False


def unsealed_counts(store: Store, journal_id: bytes) -> dict[str, dict[str, dict[str, int]]]:
    """{day: {channel: {outcome: n}}} of what is not yet sealed. Raises JournalDamagedError for a damaged count."""
    days: defaultdict[str, dict[str, dict[str, int]]] = defaultdict(dict)
    for day, channel, outcome, n, mark in store.all("SELECT day, channel, outcome, n, mark FROM counts ORDER BY day"):
        is_typed = isinstance(n, int) and all(isinstance(each, str) for each in (day, channel, outcome))
        if not is_typed or mark != mark_of(journal_id, day, channel, outcome, n):
            raise JournalDamagedError(f"the count of {outcome} messages of {day} is damaged")
        days[day].setdefault(channel, {})[outcome] = n
    return dict(days)


def seal_counts(journal: Journal, today: str, now_ms: int) -> int:
    """Put the counts of every day before `today` into sealed records; how many days. Raises JournalError."""
    if not journal.store.all("SELECT 1 FROM counts WHERE day < ? LIMIT 1", (today,)):
        return 0
    records: list[tuple[Record, bytes]] = []

    def take(_seq: int) -> None:
        try:
            days = unsealed_counts(journal.store, journal.id)
        except JournalDamagedError as error:
            records.append((Record(Kind.GAP, now_ms, {"why": error.what}), b""))
            days = {}
        for day, counts in days.items():
            if day < today:
                records.append((Record(Kind.COUNTS, now_ms, {"day": day, "counts": counts}), b""))
        journal.store.run("DELETE FROM counts WHERE day < ?", (today,))

    journal.append_all(records, take)
    return len(records)


def mark_of(journal_id: bytes, day: str, channel: str, outcome: str, n: int) -> bytes:
    """(8,): what a count's row must carry, so that damage by accident shows."""
    data = "\0".join((day, channel, outcome, str(n))).encode("utf-8", "surrogatepass")
    return hashlib.sha256(b"guardian/counts/v1\0" + journal_id + data).digest()[:_MARK_BYTES]


def todays_counts(journal: Journal) -> tuple[dict[str, dict[str, dict[str, int]]], str]:
    """Counts that are not sealed yet; where they are damaged, none, and a safe line that says so."""
    try:
        return unsealed_counts(journal.store, journal.id), ""
    except JournalDamagedError as error:
        return {}, f"{safe_line(error.what)}; today's counts are left out"
