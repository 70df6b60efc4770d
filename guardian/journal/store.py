"""The journal's rows in a plain SQLite database. It knows tables and transactions, no keys and no meaning.

Invariants: what a transaction wrote is on disk when it returns (synchronous=FULL, rollback journal), or not there at
all; erased content does not stay in free pages (secure_delete); the head is read only behind BEGIN IMMEDIATE, so two
writers never continue from the same place; a connection is not used behind a fork.

The rollback journal is truncated, not kept, so that it holds no old page after a commit. WAL is not used: SQLite before
3.51.3 could lose a commit when several connections reset it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from guardian.errors import JournalDamagedError, JournalError, JournalIoError
from guardian.journal.store_file import CREATION, DAMAGE_HINT, connected, opened, said

PAGE_ROWS: Final = 500
"""Rows read at a time; between two pages no lock is held, so a long read never keeps a writer waiting."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record as it stands in the file: public, without the key of its seal."""

    seq: int
    schema: int
    root: bytes
    """Root of the tree of all records before this one."""
    public: bytes
    fields: bytes
    sealed: bytes | None
    """None once it was forgotten."""
    sealed_sha256: bytes
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Wrap:
    """The sealed key of one record."""

    seq: int
    epoch: int
    wrapped: bytes
    """Empty once the record was forgotten."""
    chain: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the journal."""

    size: int
    root: bytes
    frontier: bytes
    chain: bytes
    note: str
    """The signed checkpoint over all of it."""


class Store:
    """One open journal file."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open the file at `path`; where there is none, or an empty one, make an empty file for its owner alone.

        Raises JournalIoError where it can't be opened, JournalError where it is something else than a journal.
        """
        self.path = path
        self._pid = os.getpid()
        self._read_only = read_only
        self._db = opened(path, read_only=read_only)

    def close(self) -> None:
        """Let the file go."""
        if os.getpid() == self._pid:
            self._db.close()

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever written to it."""
        return not self.all("SELECT 1 FROM sqlite_master LIMIT 1")

    def create(self) -> None:
        """Make the tables, inside a transaction."""
        for statement in CREATION:
            self.run(statement)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, alone among writers, and on disk when it ends.

        Raises JournalIoError where the disk or another writer does not let it, JournalDamagedError for a broken file,
        or one that would do something of its own when it is written to.
        """
        try:
            with self._begun("BEGIN IMMEDIATE"):
                self._refuse_triggers()
                yield
        except JournalIoError:
            self._connect_again()
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several reads of one state of the file, which may be on a disk that can't be written. Raises JournalError."""
        with self._begun("BEGIN"):
            yield

    @contextmanager
    def _begun(self, statement: str) -> Iterator[None]:
        self.run(statement)
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # a full disk has rolled it back already
                self._db.execute("ROLLBACK")
            raise

    def _refuse_triggers(self) -> None:
        """A trigger that somebody put into the file could take out again what a transaction puts in."""
        if self.all("SELECT 1 FROM sqlite_master WHERE type = 'trigger' LIMIT 1"):
            raise JournalDamagedError(f"a trigger was added to the journal {self.path}", hint=DAMAGE_HINT)

    def run(self, statement: str, values: tuple[Any, ...] = ()) -> None:
        """One statement without an answer."""
        self.all(statement, values)

    def run_many(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        """One statement for many rows."""
        with said(self.path):
            self._db.executemany(statement, rows)

    def all(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Every row of the answer."""
        if os.getpid() != self._pid:
            raise JournalError("the journal was opened by another process", hint="open it again behind a fork")
        with said(self.path):
            return self._db.execute(statement, values).fetchall()

    def one(self, statement: str, values: tuple[Any, ...] = ()) -> tuple[Any, ...]:
        """The only row of the answer. Raises JournalDamagedError where there is none."""
        rows = self.all(statement, values)
        if len(rows) != 1:
            raise JournalDamagedError(f"the journal {self.path} lacks a part that it must have", hint=DAMAGE_HINT)
        return rows[0]

    def meta(self, name: str) -> bytes | None:
        """One of the named values; None where there is none, or it is no bytes: SQLite itself would store anything."""
        rows = self.all("SELECT value FROM meta WHERE name = ?", (name,))
        return rows[0][0] if rows and isinstance(rows[0][0], bytes) else None

    def set_meta(self, name: str, value: bytes) -> None:
        """Replace one of the named values."""
        self.run(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
        )

    def head(self) -> Head:
        """The end of the journal, as it claims to be."""
        head: Head = _typed(Head, self.one("SELECT size, root, frontier, chain, note FROM head"), self.path)
        return head

    def set_head(self, head: Head) -> None:
        """Replace the end of the journal."""
        values = (head.size, head.root, head.frontier, head.chain, head.note)
        self.run("INSERT OR REPLACE INTO head VALUES (1, ?, ?, ?, ?, ?)", values)

    def insert(self, row: Row, wrap: Wrap) -> None:
        """Add one record with its key."""
        values = (row.seq, row.schema, row.root, row.public, row.fields, row.sealed, row.sealed_sha256, row.leaf)
        self.run("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        self.run("INSERT INTO wrap VALUES (?, ?, ?, ?)", (wrap.seq, wrap.epoch, wrap.wrapped, wrap.chain))

    def pair(self, seq: int) -> tuple[Row, Wrap] | None:
        """One record and its key; None where either is missing."""
        return next((pair for pair in self._page("r.seq = ?", "", (seq,))), None)

    def pairs(self, start: int, stop: int, *, newest_first: bool = False) -> Iterator[tuple[Row, Wrap]]:
        """The records from `start` to before `stop` with their keys, without those that are missing."""
        order = "ORDER BY r.seq DESC" if newest_first else "ORDER BY r.seq"
        while start < stop:
            page = self._page("r.seq >= ? AND r.seq < ?", f"{order} LIMIT {PAGE_ROWS}", (start, stop))
            yield from page
            if len(page) < PAGE_ROWS:
                return
            start, stop = (start, page[-1][0].seq) if newest_first else (page[-1][0].seq + 1, stop)

    def wrap(self, seq: int) -> Wrap:
        """The key of one record. Raises JournalDamagedError where there is none."""
        wrap: Wrap = _typed(
            Wrap, self.one("SELECT seq, epoch, wrapped, chain FROM wrap WHERE seq = ?", (seq,)), self.path
        )
        return wrap

    def wraps(self, start: int) -> list[Wrap]:
        """The keys of all records from `start` on."""
        rows = self.all("SELECT seq, epoch, wrapped, chain FROM wrap WHERE seq >= ? ORDER BY seq", (start,))
        return [_typed(Wrap, row, self.path) for row in rows]

    def leaves(self, stop: int, start: int = 0) -> list[bytes]:
        """The hashes of the records from `start` to before `stop`, in order."""
        statement = "SELECT leaf FROM record WHERE seq >= ? AND seq < ? ORDER BY seq"
        leaves = [row[0] for row in self.all(statement, (start, stop))]
        if not all(isinstance(leaf, bytes) for leaf in leaves):
            raise JournalDamagedError(f"the journal {self.path} is damaged: {_ANOTHER_TYPE}", hint=DAMAGE_HINT)
        return leaves

    def _page(self, where: str, order: str, values: tuple[Any, ...]) -> list[tuple[Row, Wrap]]:
        rows = self.all(
            "SELECT r.seq, r.schema, r.root, r.public, r.fields, r.sealed, r.sealed_sha256, r.leaf,"
            f" w.seq, w.epoch, w.wrapped, w.chain FROM record r JOIN wrap w ON w.seq = r.seq WHERE {where} {order}",
            values,
        )
        return [(_typed(Row, row[:8], self.path), _typed(Wrap, row[8:], self.path)) for row in rows]

    def _connect_again(self) -> None:
        """Where SQLite once could not open the file for writing, it keeps to reading, whatever the disk does since."""
        with suppress(JournalError):
            self._db = connected(
                self.path, read_only=self._read_only
            )  # the old one closes when no other thread reads through it any more


_ANOTHER_TYPE: Final = "a column has another type"


def _typed(kind: type[Any], values: tuple[Any, ...], path: Path) -> Any:
    """`kind(*values)`, where each has the type that the column must have: SQLite itself would store anything."""
    for wanted, value in zip(kind.__annotations__.values(), values, strict=True):
        if type(value).__name__ not in wanted.replace("None", "NoneType").split(" | "):
            raise JournalDamagedError(f"the journal {path} is damaged: {_ANOTHER_TYPE}", hint=DAMAGE_HINT)
    return kind(*values)
