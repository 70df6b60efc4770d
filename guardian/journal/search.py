"""Full-text search over an index in memory: for the app, which asks often; one command scans instead.

Measured (100,000 records of 4.3 KB): to parse and index them all costs several times a straight scan over the opened
bytes (`guardian.journal.reports.words.RawWords`), so `guardian journal search` scans, and who keeps the journal open
for longer builds this once and adds to it.

Invariants: the index lives in memory alone (an in-memory database, which keeps no temporary files either) and holds
no whole text; what is looked for is never read as a query language; it finds what the scan finds.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from guardian.journal.feedback import feedback_of
from guardian.journal.marks import mark_of
from guardian.journal.record import Entry, Kind, Record
from guardian.journal.reports.facts import searched_texts, senders_of
from guardian.journal.reports.words import SEPARATOR, Phrase, words_of

_TABLE: Final = (
    "CREATE VIRTUAL TABLE texts USING fts5(words, content='', columnsize=0, tokenize='unicode61 remove_diacritics 0')"
)
_BATCH_ENTRIES: Final = 500
_NOBODY: Final = -1
"""Whom a note belongs to that no longer counts."""


class SearchIndex:
    """An index over texts, quotes, notes and senders. May be used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA temp_store = MEMORY")  # else a large sort could reach the disk in clear
        self._db.execute(_TABLE)
        self._entries: list[int] = []
        """Row n of the index (from 0) belongs to this entry: a verdict has a row more for every note on it."""
        self._notes: dict[tuple[Kind, int], tuple[int, int]] = {}
        """Of each verdict that the owner spoke of or marked: number of the latest such record, and its note's row."""

    @classmethod
    def build(cls, entries: Iterable[Entry]) -> SearchIndex:
        """An index over these entries."""
        index, batch = cls(), []
        for entry in entries:
            batch.append(entry)
            if len(batch) == _BATCH_ENTRIES:
                index.add_all(batch)
                batch = []
        index.add_all(batch)
        return index

    def add(self, entry: Entry) -> None:
        """Take in one more entry; a note on a verdict is found under the verdict's number, and its own."""
        self.add_all([entry])

    def add_all(self, entries: Sequence[Entry]) -> None:
        """Take in several at once."""
        rows = [row for entry in entries for row in _rows(entry)]
        with self._lock:
            first = len(self._entries)
            self._db.execute("BEGIN")
            self._db.executemany(
                "INSERT INTO texts (rowid, words) VALUES (?, ?)",
                [(first + place, row.words) for place, row in enumerate(rows)],
            )
            self._db.execute("COMMIT")
            for row in rows:
                self._entries.append(row.about)
                if row.said_by != row.about:
                    self._supersede(row, len(self._entries) - 1)

    def search(self, words: Sequence[str]) -> list[int]:
        """Numbers of the entries that hold every one of `words` (each a word or a phrase), newest first.

        Raises ValueError where one holds no letter or digit.
        """
        found: set[int] | None = None
        for phrase in map(Phrase, words):
            with self._lock:
                rows = self._db.execute("SELECT rowid FROM texts WHERE texts MATCH ?", (phrase.to_fts(),)).fetchall()
                hits = {self._entries[row] for (row,) in rows} - {_NOBODY}
            found = hits if found is None else found & hits
        return sorted(found or (), reverse=True)

    def close(self) -> None:
        """Let the memory go."""
        self._db.close()

    def _supersede(self, note: _Row, row: int) -> None:
        """Of the notes on one verdict only the latest of each kind counts, whatever the order they come in."""
        latest, latest_row = self._notes.get((note.kind, note.about), (-1, row))
        if note.said_by > latest:
            self._notes[note.kind, note.about] = (note.said_by, row)
            row = latest_row if latest >= 0 else -1
        if row >= 0:
            self._entries[row] = _NOBODY


class _Row(NamedTuple):
    """One row of the index."""

    said_by: int
    """Number of the record."""
    kind: Kind
    about: int
    """Number of the entry that is found by it."""
    words: str


def _rows(entry: Entry) -> list[_Row]:
    record = entry.record
    if not isinstance(record, Record):
        return []
    rows = [_Row(entry.seq, record.kind, entry.seq, _indexed([*searched_texts(record), *senders_of(record)]))]
    word = feedback_of(entry) or mark_of(entry)
    if word is not None:
        rows.append(_Row(entry.seq, record.kind, word.of, _indexed([word.note])))
    return rows


def _indexed(texts: Iterable[str]) -> str:
    """Words alone, so that SQLite cuts them where `guardian.journal.reports.words` does."""
    return f" {SEPARATOR} ".join(" ".join(words_of(text)) for text in texts)
