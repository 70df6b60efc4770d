"""Is the file itself sound, and does it hold Guardian's tables and nothing else?

Invariants: nothing that was added to the file is run: a table that is not the one that Guardian makes is not read; what
SQLite says of damage is passed on in its own words.

Source: https://sqlite.org/fileformat2.html (the first 100 bytes).
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Final

from guardian.errors import JournalDamagedError
from guardian.journal.store import Store
from guardian.journal.store_file import TABLES
from guardian.journal.verification.report import Part, Problems

_MOST_LINES: Final = 20
_HEADER_BYTES: Final = 100
_NEEDED: Final = frozenset({"meta", "record", "wrap", "head"})
"""Tables without which nothing can be checked."""


def check_file(store: Store, problems: Problems) -> bool:
    """Check the file and its tables; whether its records can be looked at."""
    _check_length(store, problems)
    is_readable = _check_tables(store, problems)
    try:
        for (line,) in store.all(f"PRAGMA integrity_check({_MOST_LINES})"):
            if line != "ok":
                for each in str(line).splitlines()[:_MOST_LINES]:
                    problems.add(Part.FILE, f"damaged: {each}")
    except JournalDamagedError:
        problems.add(Part.FILE, "damaged: it can't be searched through")
    return is_readable


def _check_length(store: Store, problems: Problems) -> None:
    """Whether the file is as long as its own header says; SQLite refuses a shorter one without a word of why."""
    try:
        with store.path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
        there = store.path.stat().st_size
    except OSError:
        return  # whether the disk reads is asked by the queries that follow
    page_bytes = int.from_bytes(header[16:18]) or 512
    page_bytes = 65536 if page_bytes == 1 else page_bytes
    said = page_bytes * int.from_bytes(header[28:32])
    if there < said:
        problems.add(Part.FILE, f"cut short: {there:,} of {said:,} bytes are there")


def _check_tables(store: Store, problems: Problems) -> bool:
    try:
        found = {(kind, name): sql for kind, name, sql in store.all("SELECT type, name, sql FROM sqlite_master")}
    except JournalDamagedError:
        problems.add(Part.FILE, "damaged: its list of tables can't be read")
        return False
    wanted = _wanted_tables()
    for kind, name in sorted(found.keys() - wanted.keys(), key=str):
        problems.add(Part.FILE, f"something was added to it: the {kind} {name}")
    for kind, name in sorted(wanted.keys() - found.keys()):
        problems.add(Part.FILE, f"the {kind} {name} is missing")
    changed = [place for place in sorted(wanted.keys() & found.keys()) if wanted[place] != found[place]]
    for kind, name in changed:
        problems.add(Part.FILE, f"the {kind} {name} is not the one that guardian makes")
    sound = {name for kind, name in wanted.keys() & found.keys() if kind == "table"} - {name for _, name in changed}
    return sound >= _NEEDED


def _wanted_tables() -> dict[tuple[str, str], str | None]:
    with closing(sqlite3.connect(":memory:")) as database:
        for statement in TABLES.split(";\n"):
            database.execute(statement)
        rows = database.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    return {(kind, name): sql for kind, name, sql in rows}
