"""A journal to be tampered with: every kind of record, forgotten ones, late ones, two master keys, counts."""

from __future__ import annotations

import secrets
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
from guardian.journal.opening import open_or_begin
from guardian.journal.record import Kind, Record
from guardian.journal.recorder import JournalRecorder
from guardian.journal.verification.here import verify_here
from guardian.journal.verification.report import Problem
from guardian.paths import Paths
from guardian.verdict import Outcome

UNSEALED_COUNTS = "SELECT * FROM counts"
CONTENT = (
    "SELECT * FROM record",
    "SELECT * FROM wrap",
    "SELECT * FROM head",
    UNSEALED_COUNTS,
    "SELECT * FROM meta WHERE name = 'header'",
)
"""Every record, key, count and public fact. Not here: what only says where to look (the anchor's hint, verdicts
that were seen, waiting files that came in), which is believed only as far as it fits the records."""
_OUTCOMES = (Outcome.FLAGGED, Outcome.UNSURE, Outcome.CLEAN, Outcome.NOTICE)


@dataclass
class Victim:
    """A closed journal, and where it stands."""

    paths: Paths
    size: int

    @property
    def path(self) -> Path:
        """Its file."""
        return self.paths.journal_file

    def problems(self) -> list[Problem]:
        """What `guardian journal verify` says, without the key."""
        return list(verify_here(self.paths).problems)

    def complaints(self) -> list[str]:
        """The same as lines; also where it refuses the file."""
        try:
            return [problem.line() for problem in self.problems()]
        except JournalError as error:
            return [error.line()]

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """What must not change unseen, by the query for it."""
        with closing(sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True)) as database:
            return {query: sorted(database.execute(query), key=repr) for query in CONTENT}


def make_victim(home: Path, records: int) -> Victim:
    """A journal of so many records, closed, with an anchor that is up to date."""
    add_session(home, max(1, records - 12))
    journal = open_or_begin(settings_of(home), ignore)
    _add_what_is_rare(journal)
    while journal.size < records:
        journal.append(note(f"filled up {journal.size}"))
    journal.close()
    return _victim(home)


def add_session(home: Path, verdicts: int) -> Victim:
    """Record so many verdicts more, and close the journal."""
    settings = settings_of(home)
    recorder = JournalRecorder(settings, ignore)
    for number in range(verdicts):
        of = message(f"text {number}", id=secrets.token_hex(4))
        recorder.record(of, verdict(of, _OUTCOMES[number % len(_OUTCOMES)]), SEEN)
    recorder.close()
    journal = open_or_begin(settings, ignore)
    journal.unlock()
    journal.close()
    return _victim(home)


def _victim(home: Path) -> Victim:
    paths = settings_of(home).paths
    with closing(sqlite3.connect(paths.journal_file)) as database:
        (size,) = database.execute("SELECT size FROM head").fetchone()
    return Victim(paths, size)


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
