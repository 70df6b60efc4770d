"""A journal to be tampered with: every kind of record, forgotten ones, late ones, two master keys, counts."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fault_lives import note, settings_of
from fault_messages import SEEN, message, verdict

from guardian.errors import JournalError
from guardian.events import ignore
from guardian.journal.counts import add_count
from guardian.journal.journal import Journal
from guardian.journal.keys_in_hand import Keys
from guardian.journal.opening import open_or_begin
from guardian.journal.record import Kind, Record
from guardian.journal.recorder import JournalRecorder
from guardian.journal.store import Store
from guardian.journal.verify import Problem, verify_store
from guardian.verdict import Outcome

CONTENT = ("SELECT * FROM record", "SELECT * FROM wrap", "SELECT * FROM head", "SELECT * FROM counts", "SELECT * FROM meta WHERE name = 'header'")
"""Every record, key, count and public fact. Not here: what only says where to look (the anchor's hint, verdicts that were
seen, waiting files that came in), which is believed only as far as it fits the records."""
_OUTCOMES = (Outcome.FLAGGED, Outcome.UNSURE, Outcome.CLEAN, Outcome.NOTICE)


@dataclass
class Victim:
    """A closed journal, and what is kept outside its file."""

    path: Path
    anchor: str
    keys: Keys
    size: int

    def problems(self) -> list[Problem]:
        """What `guardian journal verify` says, without the key. Raises JournalError where it can't be opened at all."""
        store = Store(self.path, read_only=True)
        try:
            return list(verify_store(store, anchor=self.anchor).problems)
        finally:
            store.close()

    def complaints(self) -> list[str]:
        """The same as lines; also where it can't be opened."""
        try:
            return [problem.line() for problem in self.problems()]
        except JournalError as error:
            return [error.line()]

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """What must not change unseen, by the query for it."""
        with closing(sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True)) as database:
            return {query: sorted(database.execute(query), key=repr) for query in CONTENT}


def make_victim(home: Path, records: int, *, sessions: int = 1) -> Victim:
    """A journal of about so many records, closed after each of `sessions`, with an anchor that is up to date."""
    settings = settings_of(home)
    for session in range(sessions):
        recorder = JournalRecorder(settings, ignore)
        for number in range(max(1, (records - 8) // sessions)):
            of = message(f"text {session}/{number}", id=f"{session}/{number}")
            recorder.record(of, verdict(of, _OUTCOMES[number % len(_OUTCOMES)]), SEEN)
        recorder.close()
    journal = open_or_begin(settings, ignore)
    _add_what_is_rare(journal)
    while journal.size < records:
        journal.append(note(f"filled up {journal.size}"))
    journal.close()
    anchor = journal.place.load_anchor(journal.id)
    assert anchor is not None
    size = len(Victim(settings.paths.journal_file, anchor, journal.keys, 0).content()[CONTENT[0]])
    return Victim(settings.paths.journal_file, anchor, journal.keys, size)


def _add_what_is_rare(journal: Journal) -> None:
    """One of everything that changes more than the end of the file."""
    journal.keep_waiting(note("it waited"))
    journal.unlock()
    journal.merge_waiting()
    journal.forget([(1, 1), (3, 4)], "no longer needed")
    journal.rotate(lambda *_: b"")
    at_ms = time.time_ns() // 1_000_000
    gap = Record(Kind.GAP, at_ms, {"why": "a test"})
    journal.append(gap)
    add_count(journal.store, journal.id, "2026-11-01", "incoming", "clean", 3)
    add_count(journal.store, journal.id, "2026-11-02", "ai_output", "clean", 5)
