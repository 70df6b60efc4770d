"""Reads the records and their keys for a check, round whatever in the file can't be read.

Invariants: a damaged page costs the rows that stand on it and no others; a value of another type than its column has is
named, and read as bytes; a failing disk is no damage, and ends the check (JournalIoError).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from guardian.errors import JournalDamagedError
from guardian.journal.retention import as_ranges
from guardian.journal.store import PAGE_ROWS, Row, Store, Wrap
from guardian.journal.verification.report import Part, Problems

_RECORDS: Final = (
    "SELECT seq, schema, root, public, fields, {content}, sealed_sha256, leaf FROM record WHERE seq >= ? AND seq < ?"
)
_KEYS: Final = "SELECT seq, epoch, wrapped, chain FROM wrap WHERE seq >= ? AND seq < ?"
_SAMPLED: Final = (
    "CASE WHEN typeof(sealed) = 'null' THEN NULL WHEN typeof(sealed) <> 'blob' THEN '' "
    "WHEN abs(random() % 1000000) < {millionths} THEN sealed ELSE 0 END"
)
"""The sealed content of some rows picked by SQLite's generator, which is seeded by the system's; 0 for the others."""

_ROW: Final = ("seq", "schema", "root", "public", "fields", "sealed", "sealed_sha256", "leaf")
_ROW_TYPES: Final = (int, int, bytes, bytes, bytes, bytes, bytes, bytes)
_ERASED_TYPES: Final = (int, int, bytes, bytes, bytes, type(None), bytes, bytes)
_UNREAD_TYPES: Final = (int, int, bytes, bytes, bytes, int, bytes, bytes)
_WRAP: Final = ("seq", "epoch", "wrapped", "chain")
_WRAP_TYPES: Final = (int, int, bytes, bytes)


@dataclass(slots=True)
class Place:
    """What the file holds of one record."""

    seq: int
    row: Row | None
    """Its `sealed` is None for a forgotten record, and for one that was not picked; `is_erased` tells them apart."""
    wrap: Wrap | None
    is_erased: bool


class Reader:
    """Reads the places of a journal in order."""

    def __init__(self, store: Store, problems: Problems, *, sample: float | None) -> None:
        """`sample`: the share of the sealed contents to be read, 0 to 1; None for all."""
        content = "sealed" if sample is None else _SAMPLED.format(millionths=round(sample * 1_000_000))
        self._store, self._problems, self._is_sample = store, problems, sample is not None
        self._records = _RECORDS.format(content=content)
        self.unreadable: dict[Part, list[int]] = {Part.RECORD: [], Part.KEY: []}
        """Records, and keys, that stand on damaged pages."""

    def places(self, size: int) -> Iterator[Place]:
        """The places 0 to before `size`, also those of which nothing is there."""
        for start in range(0, size, PAGE_ROWS):
            stop = min(start + PAGE_ROWS, size)
            rows = {row[0]: row for row in self._read(self._records, Part.RECORD, start, stop)}
            wraps = {wrap[0]: wrap for wrap in self._read(_KEYS, Part.KEY, start, stop)}
            for seq in range(start, stop):
                row, wrap = rows.get(seq), wraps.get(seq)
                yield Place(
                    seq,
                    None if row is None else self._row(row),
                    None if wrap is None else self._wrap(wrap),
                    row is not None and row[5] is None,
                )

    def any_row(self, seq: int) -> Row | None:
        """The record with that number, wherever it stands; None where it can't be read."""
        found = (
            list(self._read(_RECORDS.format(content="sealed"), Part.RECORD, seq, seq + 1)) if seq < 2**63 - 1 else []
        )
        return self._row(found[0]) if found else None

    def _read(self, statement: str, part: Part, start: int, stop: int) -> Iterator[tuple[Any, ...]]:
        """Halves what can't be read as a whole, down to the single rows that can't."""
        try:
            yield from self._store.all(statement, (start, stop))
        except JournalDamagedError:
            if stop - start == 1:
                self.unreadable[part].append(start)
                return
            middle = (start + stop) // 2
            yield from self._read(statement, part, start, middle)
            yield from self._read(statement, part, middle, stop)

    def _row(self, values: tuple[Any, ...]) -> Row:
        types = tuple(map(type, values))
        if types in (_ROW_TYPES, _ERASED_TYPES):
            return Row(*values)
        if self._is_sample and types == _UNREAD_TYPES:
            return Row(*(*values[:5], None, *values[6:]))
        return Row(*self._as_bytes(Part.RECORD, _ROW, _ROW_TYPES, values))

    def _wrap(self, values: tuple[Any, ...]) -> Wrap:
        if tuple(map(type, values)) == _WRAP_TYPES:
            return Wrap(*values)
        return Wrap(*self._as_bytes(Part.KEY, _WRAP, _WRAP_TYPES, values))

    def _as_bytes(
        self, part: Part, names: tuple[str, ...], types: tuple[type, ...], values: tuple[Any, ...]
    ) -> list[Any]:
        """The values, those of a wrong type named and made into something of the right one that nothing agrees with."""
        good: list[Any] = []
        for name, wanted, value in zip(names, types, values, strict=True):
            if type(value) is wanted or (name == "sealed" and value is None):
                good.append(value)
                continue
            if name == "sealed" and self._is_sample and type(value) is int:
                good.append(None)
                continue
            self._problems.add(part, f"its column {name} holds a value of another type", values[0], column=name)
            good.append(-1 if wanted is int else b"")
        return good


def extra_places(store: Store, problems: Problems, size: int) -> list[int]:
    """Numbers of records that stand outside the journal, smallest first; each is a problem."""
    numbers: dict[str, list[int]] = {}
    for table, part in (("record", Part.RECORD), ("wrap", Part.KEY)):
        statement = f"SELECT seq FROM {table} WHERE seq < 0 OR seq >= ? ORDER BY seq LIMIT {PAGE_ROWS}"
        try:
            numbers[table] = [row[0] for row in store.all(statement, (size,))]
        except JournalDamagedError:
            problems.add(Part.FILE, f"the table {table} can't be read through: the file is damaged")
            numbers[table] = []
        for first, last in as_ranges(numbers[table]):
            many = last if last > first else None
            what = f"outside the journal, which has {size:,} records"
            problems.add(part, what, first, last=many, column="seq")
    return numbers["record"]
