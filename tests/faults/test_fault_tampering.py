"""A journal that somebody, or a dying disk, has changed: every change of its content is seen, without the key."""

from __future__ import annotations

import os
import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from fault_counts import spread, tried
from fault_journal import UNSEALED_COUNTS, Victim, add_session, make_victim
from fault_lives import settings_of
from fault_table import FaultTable

from guardian.events import ignore
from guardian.journal.opening import open_or_begin
from guardian.journal.record import Kind, Record
from guardian.journal.verification.report import Part

_RECORDS = 50
"""Of one journal whose fields are changed."""
_PAGE_BYTES = 4096

_FIELDS = {
    Part.RECORD: ("record", ("seq", "schema", "root", "public", "fields", "sealed", "sealed_sha256", "leaf")),
    Part.KEY: ("wrap", ("seq", "epoch", "wrapped", "chain")),
}


@tried(sample=10, full=1000)
def test_every_field_of_every_record_is_missed_when_it_is_changed(
    count: int, new_home: Callable[[], Path], fault_table: FaultTable
) -> None:
    draw, done, tampered, undetected, elsewhere = random.Random(count), 0, 0, [], []
    while done < count:
        victim = make_victim(new_home(), _RECORDS)
        assert victim.complaints() == []
        for seq in spread(victim.size, min(count - done, victim.size)):
            for part, (table, column) in _each_field():
                with _changed(victim, table, column, seq, draw):
                    problems = victim.problems()
                tampered += 1
                if not problems:
                    undetected.append(f"{table}.{column} of {seq}")
                elif not any(each.part is part and each.seq == seq for each in problems):
                    elsewhere.append(f"{table}.{column} of {seq}: {[each.line() for each in problems]}")
            done += 1
    besides = f"all {len(list(_each_field()))} fields of {done:,} records; {tampered - len(elsewhere):,} located"
    fault_table.add("a field of a record changed", tampered, undetected=len(undetected), besides=besides)
    assert undetected == []
    assert elsewhere == []


def _each_field() -> Iterator[tuple[Part, tuple[str, str]]]:
    return ((part, (table, column)) for part, (table, columns) in _FIELDS.items() for column in columns)


@contextmanager
def _changed(victim: Victim, table: str, column: str, seq: int, draw: random.Random) -> Iterator[None]:
    """One column of one row with another value in the file; afterwards the file is as it was."""
    with _restored(victim), closing(sqlite3.connect(victim.path)) as database:
        database.execute("PRAGMA synchronous = OFF")
        (before,) = database.execute(f"SELECT {column} FROM {table} WHERE seq = ?", (seq,)).fetchone()
        database.execute(f"UPDATE {table} SET {column} = ? WHERE seq = ?", (_other(before, draw), seq))
        database.commit()
        database.close()
        yield


def _other(value: int | bytes | None, draw: random.Random) -> int | bytes:
    """Another value of the same type, often the next to nothing."""
    if isinstance(value, int):
        return value + draw.choice((1_000, 1_000_000)) * draw.randint(1, 9)
    if not value:
        return draw.randbytes(draw.choice((1, 32)))
    match draw.randrange(4):
        case 0:
            return value[:-1]
        case 1:
            return b""
        case _:
            place = draw.randrange(len(value))
            return value[:place] + bytes([value[place] ^ 1 << draw.randrange(8)]) + value[place + 1 :]


@contextmanager
def _restored(victim: Victim) -> Iterator[bytes]:
    """The file's bytes, to which it goes back."""
    before = victim.path.read_bytes()
    try:
        yield before
    finally:
        victim.path.write_bytes(before)


@tried(sample=300, full=10_000)
def test_a_flipped_byte_that_is_not_seen_changes_nothing(
    count: int, new_home: Callable[[], Path], fault_table: FaultTable
) -> None:
    victim, draw, seen, undetected = make_victim(new_home(), 40), random.Random(count), 0, Counter[str]()
    content = victim.content()
    for _ in range(count):
        with _restored_byte(victim.path, draw.randrange(victim.path.stat().st_size)) as flip:
            flip(draw.randint(1, 255))
            if victim.complaints():
                seen += 1
            else:
                undetected.update(_differing(victim, content))
    assert victim.complaints() == []
    besides = f"{seen:,} seen, {count - seen - undetected.total():,} without a change of content"
    fault_table.add("a byte of the file flipped", count, undetected=undetected.total(), besides=besides)
    assert undetected == {}


@contextmanager
def _restored_byte(path: Path, place: int) -> Iterator[Callable[[int], None]]:
    descriptor = os.open(path, os.O_RDWR)
    before = os.pread(descriptor, 1, place)

    def flip(bits: int) -> None:
        os.pwrite(descriptor, bytes([before[0] ^ bits]), place)

    try:
        yield flip
    finally:
        os.pwrite(descriptor, before, place)
        os.close(descriptor)


def _differing(victim: Victim, content: dict[str, list[tuple[object, ...]]]) -> list[str]:
    try:
        now = victim.content()
    except sqlite3.Error as error:
        return [f"unreadable: {error}"]
    return [query for query, rows in content.items() if now[query] != rows]


@tried(sample=60, full=1000)
def test_a_journal_that_was_cut_short_is_seen(
    count: int, new_home: Callable[[], Path], fault_table: FaultTable
) -> None:
    victim, draw = make_victim(new_home(), 40), random.Random(count)
    with _restored(victim) as whole:
        lengths = [draw.randrange(len(whole)) for _ in range(count)]
        lengths[::4] = [length // _PAGE_BYTES * _PAGE_BYTES for length in lengths[::4]]  # whole pages are the hard case
        undetected = []
        for length in [0, *lengths[1:]]:
            victim.path.write_bytes(whole[:length])
            if not victim.complaints():
                undetected.append(length)
    fault_table.add("the file cut short", count, undetected=len(undetected))
    assert undetected == []


@tried(sample=20, full=200)
def test_an_older_copy_is_seen_and_stands_in_the_journal_for_good(
    count: int, new_home: Callable[[], Path], fault_table: FaultTable
) -> None:
    home = new_home()
    copies, victim = _history(home, count)
    undetected = []
    with _restored(victim):
        for number, copy in enumerate(copies):
            victim.path.write_bytes(copy)
            if not victim.complaints():
                undetected.append(number)
    fault_table.add("an older copy put back", count, undetected=len(undetected))
    assert undetected == []
    victim.path.write_bytes(copies[count // 2])
    journal = open_or_begin(settings_of(home), ignore)
    journal.unlock()
    last = journal.entry(journal.size - 1).record
    journal.close()
    assert isinstance(last, Record)
    assert last.kind is Kind.GAP


@tried(sample=20, full=200)
def test_a_page_of_an_older_copy_is_seen_or_changes_nothing(
    count: int, new_home: Callable[[], Path], fault_table: FaultTable
) -> None:
    copies, victim = _history(new_home(), max(20, count // 4))
    draw, seen, undetected, content = random.Random(count), 0, Counter[str](), victim.content()
    with _restored(victim) as whole:
        for _ in range(count):
            victim.path.write_bytes(_with_old_page(whole, copies, draw))
            if victim.complaints():
                seen += 1
            else:
                undetected.update(_differing(victim, content))
    unsealed = undetected.pop(UNSEALED_COUNTS, 0)  # written without the key: see guardian.journal.counts
    besides = f"{seen:,} seen; {unsealed:,} of counts not yet sealed, which nothing protects from being put back"
    fault_table.add("a page of an older copy put back", count, undetected=undetected.total(), besides=besides)
    assert undetected == {}


def _history(home: Path, sessions: int) -> tuple[list[bytes], Victim]:
    """The file as it was after each of so many sessions, and the journal as it is now."""
    copies, victim = [], make_victim(home, 20)
    for number in range(sessions):
        copies.append(victim.path.read_bytes())
        victim = add_session(home, 1 + 2 * (number % 3))
    return copies, victim


def _with_old_page(whole: bytes, copies: list[bytes], draw: random.Random) -> bytes:
    """The file with one page as it was in an older copy, where it differs."""
    while True:
        copy = draw.choice(copies)
        start = draw.randrange(len(copy) // _PAGE_BYTES) * _PAGE_BYTES
        page = copy[start : start + _PAGE_BYTES]
        if page != whole[start : start + _PAGE_BYTES]:
            return whole[:start] + page + whole[start + _PAGE_BYTES :]
