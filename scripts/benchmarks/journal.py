"""The journal: durable appends, and a large one opened, searched and verified; what it adds to a cold filter.

The records are verdicts as the gate gives them on the benchmarks' texts, so they have the size of real ones. An append
is measured beside the least that could be written: one row by bare SQLite on the same disk, as durably.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, Row, Target, at_least, at_most, differences, ratios_percent, typical
from benchmarks.texts import MESSAGE_100_TOKENS
from benchmarks.turns import elapsed_ms, take_turns
from benchmarks.workplace import Workplace
from guardian import __version__
from guardian.alerts.follow import Follower
from guardian.assembly import open_gate
from guardian.journal.filters.query import words_filter
from guardian.journal.journal import Journal
from guardian.journal.opening import now_ms, open_journal, open_or_begin
from guardian.journal.record import Record
from guardian.journal.reports.view import select
from guardian.journal.scan import Scan
from guardian.journal.verdict_record import verdict_record
from guardian.journal.verification.here import verify_here
from guardian.message import Message
from guardian.paths import HOME_VARIABLE
from guardian.recording import Seen
from guardian.settings import Settings, load_settings
from guardian.verdict import Verdict

APPENDS = at_least(500)
OPEN = at_most(1000)
SEARCH = at_most(2000)
FIRST_ALERTS = at_most(100)
VERIFY = at_least(20_000)

_LARGE = 100_000
"""Records for which the targets are set."""
_BATCH = 2_000
_RARE_WORD = "windowsill"
"""Stands in one text in many."""
_NO_WORD = "quetzalcoatl"
"""Stands in none."""
_KEYRING = "PYTHON_KEYRING_BACKEND"
_NO_KEYRING = "keyring.backends.fail.Keyring"


def run(bench: Workplace) -> list[Row]:
    """Everything, in a home of its own; no keyring of the owner's is touched."""
    with without_keyring():
        records = _verdicts(bench)
        return [*_appends(bench, records), *_large(bench, records), *_cold_filter(bench)]


# Appending


def _appends(bench: Workplace, records: Sequence[Record]) -> list[Row]:
    rounds, each = bench.counts.batches, bench.counts.appends
    supply = cycle(records)
    with _new_journal(bench.home / "appends") as journal, _bare_sqlite(bench.home / "bare.db") as bare:
        size = len(records[0].to_bytes())
        roads = {
            "one by one": lambda _: elapsed_ms(lambda: [journal.append(next(supply)) for _ in range(each)]),
            "together": lambda _: elapsed_ms(lambda: journal.append_all([(r, b"") for r in islice(supply, each)])),
            "bare": lambda _: elapsed_ms(lambda: _insert(bare, size, each)),
        }
        took = take_turns(roads, rounds)
    rates = {name: [1000 * each / took_ms for took_ms in samples] for name, samples in took.items()}
    bare_words = f"bare SQLite, as durable: {typical(rates['bare'])}/s"
    return [
        Figure("durable appends, one by one", rates["one by one"], "/s", APPENDS, bare_words),
        Figure("share of bare SQLite", ratios_percent(rates["one by one"], rates["bare"]), "%"),
        Figure(f"durable appends, {each} at a time", rates["together"], "/s", baseline=f"about {size:,} bytes each"),
    ]


@contextmanager
def _bare_sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    """A database that waits for its disk as the journal's does."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for words in ("journal_mode = TRUNCATE", "synchronous = FULL", "secure_delete = ON"):
            database.execute(f"PRAGMA {words}")
        database.execute("CREATE TABLE record (seq INTEGER PRIMARY KEY, sealed BLOB)")
        yield database


def _insert(database: sqlite3.Connection, size_bytes: int, rows: int) -> None:
    for _ in range(rows):
        database.execute("INSERT INTO record (sealed) VALUES (?)", (os.urandom(size_bytes),))


# A large journal


def large_journal(bench: Workplace) -> Path:
    """The home of a journal of `journal_records` verdicts, filled on first use. No keyring of the owner's is used."""
    home = bench.home / "large"
    if not _settings(home).paths.journal_file.exists():
        _fill(home, _verdicts(bench), bench.counts.journal_records)
    return home


def _large(bench: Workplace, records: Sequence[Record]) -> list[Row]:
    home, size = bench.home / "large", bench.counts.journal_records
    fill_ms = elapsed_ms(lambda: _fill(home, records, size))
    settings, rounds = _settings(home), bench.counts.batches
    words = f"{size:,} records"
    roads = {
        "open": lambda _: elapsed_ms(lambda: _open(settings)),
        "search": lambda _: elapsed_ms(lambda: _search(settings, _NO_WORD)),
        "verify": lambda _: elapsed_ms(lambda: _verify(settings)),
        "first alerts": lambda _: _alerts_ms(settings, batches=1),
        "all alerts": lambda _: _alerts_ms(settings),
        "all found": lambda _: bench.command_ms(("journal", "search", _RARE_WORD, "--limit", f"{size}"), home=home),
        "nothing found": lambda _: bench.command_ms(("journal", "search", _NO_WORD), home=home),
        "list, process": lambda _: bench.command_ms(("journal", "list"), home=home),
    }
    took = take_turns(roads, max(1, rounds // 3))
    hits = _search(settings, _RARE_WORD)
    file_bytes = settings.paths.journal_file.stat().st_size
    rates = [1000 * size / each_ms for each_ms in took["verify"]]
    built = f"{file_bytes / size / 1000:.1f} kB a record on disk; filled at {1000 * size / fill_ms:,.0f}/s"
    return [
        Figure(f"open, {words}", took["open"], "ms", _for_large(OPEN, size), built),
        Figure(f"journal search, {hits:,} found, {words}", took["all found"], "ms", _for_large(SEARCH, size)),
        Figure(
            f"journal search, nothing found, {words}",
            took["nothing found"],
            "ms",
            _for_large(SEARCH, size),
            f"the same scan in one process: {typical(took['search'])} ms",
        ),
        Figure(f"the newest alerts, {words}", took["first alerts"], "ms", FIRST_ALERTS, "the journal is open already"),
        Figure(f"all alerts, {words}", took["all alerts"], "ms"),
        Figure(f"journal list, the whole process, {words}", took["list, process"], "ms"),
        Figure(f"verify without the key, {words}", rates, "records/s", VERIFY, f"{typical(took['verify'])} ms in all"),
    ]


def _for_large(target: Target, size: int) -> Target | None:
    """The target, where the journal is as large as the one that it is set for."""
    return target if size >= _LARGE else None


def _fill(home: Path, records: Sequence[Record], size: int) -> None:
    numbers, start_ms = count(), now_ms() - 90 * 86_400_000
    supply = (replace(record, at_ms=start_ms + 60_000 * next(numbers)) for record in cycle(records))
    with _new_journal(home) as journal:
        while (missing := size - journal.size) > 0:
            journal.append_all([(record, b"") for record in islice(supply, min(_BATCH, missing))])


def _open(settings: Settings) -> int:
    with open_journal(settings) as journal:
        return journal.size


def _search(settings: Settings, word: str) -> int:
    """In this process alone: the command's own forks a second one, which a process with numpy's threads must not."""
    with open_journal(settings) as journal:
        return sum(1 for _ in select(Scan(journal, most_readers=0), words_filter([word])))


def _alerts_ms(settings: Settings, batches: int | None = None) -> float:
    """Milliseconds until the first batches of alerts, or all, are there."""
    with open_journal(settings) as journal:
        earlier = islice(Follower(journal).earlier(), batches)
        return elapsed_ms(lambda: sum(map(len, earlier)))


def _verify(settings: Settings) -> None:
    report = verify_here(settings.paths)
    if not report.is_intact:
        raise RuntimeError(f"the journal is not intact: {report.problems[0].line()}")


# A cold filter


def _cold_filter(bench: Workplace) -> list[Row]:
    """Whole processes, a clean message: the usual one."""
    message = MESSAGE_100_TOKENS.encode()
    roads = {
        "with": lambda _: bench.command_ms(("filter",), stdin=message),
        "without": lambda _: bench.command_ms(("filter", "--no-journal"), stdin=message),
    }
    took = take_turns(roads, bench.counts.processes)
    without = f"without: {typical(took['without'])} ms"
    return [
        Figure("cold filter, clean message, with the journal", took["with"], "ms", at_most(1000), without),
        Figure("what the journal adds to it", differences(took["with"], took["without"]), "ms"),
    ]


# What is recorded


class _Gathered:
    """A recorder that keeps verdicts in memory."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def record(self, message: Message, verdict: Verdict, seen: Seen) -> Mapping[str, Any] | None:
        """Keep one, as the journal would keep it."""
        stream = {
            "scores": dict(seen.possible),
            "senders": list(seen.senders),
            "ordinary": True,
            "fingerprint": seen.fingerprint,
        }
        made = verdict_record(message, verdict, at_ms=now_ms(), program=__version__, why_not_text="", stream=stream)
        self.records.append(made)
        return None

    def record_late(self, message: Message, before: Verdict, now: Verdict, seen: Seen) -> Mapping[str, Any] | None:
        """Nothing: no judge speaks here."""
        return None


def _verdicts(bench: Workplace) -> list[Record]:
    """Records of real verdicts."""
    gathered = _Gathered()
    texts = [
        text.message(id=f"text-{number}") for number, text in enumerate(bench.texts.mixed(bench.counts.texts, 0.5))
    ]
    with open_gate(bench.settings(), recorder=gathered) as gate:
        for _ in gate.screen_all([*texts, Message(MESSAGE_100_TOKENS.encode(), id="the rare one")]):
            pass
    return gathered.records


def _settings(home: Path) -> Settings:
    return load_settings({HOME_VARIABLE: str(home)}, {})


@contextmanager
def _new_journal(home: Path) -> Iterator[Journal]:
    journal = open_or_begin(_settings(home))
    try:
        yield journal
    finally:
        journal.close()


@contextmanager
def without_keyring() -> Iterator[None]:
    """While it lasts there is no keyring, so no measurement puts a key into the owner's."""
    before = os.environ.get(_KEYRING)
    os.environ[_KEYRING] = _NO_KEYRING
    try:
        yield
    finally:
        del os.environ[_KEYRING]
        if before is not None:
            os.environ[_KEYRING] = before
