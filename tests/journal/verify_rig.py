"""A small journal with records of every kind, some forgotten and one of a gap, and ways to change its file."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from journal_rig import SEEN, a_message, a_verdict, begun, settings_in

from guardian.journal.counts import add_count
from guardian.journal.encoding import canonical_bytes
from guardian.journal.feedback import Feedback, Says
from guardian.journal.journal import Journal
from guardian.journal.record import Kind, Record
from guardian.journal.recorder import open_recorder
from guardian.journal.secret import Secret
from guardian.journal.store import Store
from guardian.journal.verification.verify import Part, Problem, Report, verify_store
from guardian.settings import Settings
from guardian.verdict import Outcome

START_MS = 1_790_000_000_000
DAY_MS = 86_400_000
WORD = Secret(b"a long enough passphrase")


def no_recovery(*_: object) -> bytes:
    """For a journal without a recovery phrase."""
    return b""


def fill(settings: Settings, verdicts: int = 24) -> None:
    """Records of every kind, a renewed key, and two erasures; nothing that is wrong."""
    outcomes = [outcome for outcome in Outcome if outcome is not Outcome.CLEAN]
    with open_recorder(settings) as recorder:
        for number in range(verdicts):
            recorder.record(a_message(f"message {number}", id=f"m{number}"), a_verdict(outcomes[number % 4]), SEEN)
    with begun(settings) as journal:
        journal.append(Feedback(3, Says.WRONG, "a friend", START_MS).to_record("1"))
        journal.append(Record(Kind.COUNTS, START_MS, {"day": "2026-09-21", "counts": {"incoming": {"clean": 4}}}))
        journal.append(Record(Kind.MODEL, START_MS, {"before": {}, "after": {"name": "m", "sha256": "0" * 64}}))
        for number in range(2):
            journal.append(Record(Kind.AMENDMENT, START_MS, {"before": f"sha256:{number}", "after": "sha256:9"}))
        journal.forget([(2, 2), (5, 7)], "a test")
        journal.rotate(no_recovery)
        journal.forget([(12, 12)], "a test")
        for number in range(6):
            journal.append(Record(Kind.SEAL, START_MS + number, {"did": "a test"}))
        add_count(journal.store, journal.id, "2026-09-22", "incoming", "clean", 3)


def add_gap(journal: Journal) -> int:
    """What the journal writes of itself when it was cut; its number."""
    note = journal.checkpoint()
    public = canonical_bytes({"gap": {"anchor": note}})
    return journal.append(Record(Kind.GAP, START_MS, {"why": "a test", "anchor": note}), public).seq


def copied(home: Path, to: Path) -> Settings:
    """The settings of a copy of everything under `home`."""
    shutil.copytree(home, to)
    return settings_in(to)


def checked(settings: Settings, **options: Any) -> Report:
    """What `verify_store` says of the file, opened as the command opens it."""
    with closing(Store(settings.paths.journal_file, read_only=True)) as store:
        return verify_store(store, **options)


def change(settings: Settings, *statements: str | tuple[str, Sequence[Any]]) -> None:
    """Change the file as somebody would who knows SQL and has no key."""
    with closing(sqlite3.connect(settings.paths.journal_file)) as database, database:
        for each in statements:
            statement, values = (each, ()) if isinstance(each, str) else each
            database.execute(statement, values)


@contextmanager
def tried(store: Store) -> Iterator[None]:
    """Changes through this connection are taken back behind it."""
    store.run("SAVEPOINT tried")
    try:
        yield
    finally:
        store.run("ROLLBACK TO tried")
        store.run("RELEASE tried")


def lines(report: Report) -> list[str]:
    """The report's problems as lines."""
    return [problem.line() for problem in report.problems]


RECORDS = 40
"""Records of the journal that `fill` and `add_gap` make."""
GAP = RECORDS - 1
FORGOTTEN = frozenset({2, 5, 6, 7, 12})
FORGOT = frozenset({30, 32})
"""Records that say so."""


def made(home: Path) -> Path:
    """The journal of 40 records under `home`; its last record tells of a gap, which is a problem by itself."""
    fill(settings_in(home))
    with begun(settings_in(home)) as journal:
        assert add_gap(journal) == GAP
    return home


@contextmanager
def opened_to_change(home: Path) -> Iterator[Store]:
    """That journal's file; every change through it is taken back."""
    with closing(Store(settings_in(home).paths.journal_file)) as store, tried(store):
        yield store


def found(store: Store, **options: Any) -> list[Problem]:
    """What is wrong besides the gap that the journal itself tells of (see `made`)."""
    return [each for each in verify_store(store, **options).problems if (each.part, each.seq) != (Part.RECORD, GAP)]


def named(problems: list[Problem], part: Part) -> set[int | None]:
    return {seq for each in problems if each.part is part for seq in _span(each)}


def _span(problem: Problem) -> list[int | None]:
    if problem.seq is None:
        return [None]
    return list(range(problem.seq, (problem.last if problem.last is not None else problem.seq) + 1))


def note(text: str) -> Record:
    return Record(Kind.SEAL, START_MS, {"did": text})


def texts(journal: Journal) -> list[str]:
    """What the notes say, in order, without the journal's own records."""
    records = [entry.record for entry in journal.entries()]
    return [each.body["did"] for each in records if isinstance(each, Record) and each.at_ms == START_MS]
