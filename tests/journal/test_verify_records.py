"""What a check finds in the records: every column of every one, what was forgotten, what was rewritten.

The journal under test has 40 records of all kinds; some are forgotten, its key was renewed, and its last record tells
of a gap.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journal_rig import begun, settings_in
from verify_rig import (
    FORGOT,
    FORGOTTEN,
    GAP,
    RECORDS,
    checked,
    fill,
    found,
    lines,
    made,
    named,
    opened_to_change,
    tried,
)

from guardian.journal.chain import next_link
from guardian.journal.store import Store
from guardian.journal.tree import Frontier
from guardian.journal.verification.tree import leaf_of
from guardian.journal.verification.verify import Compared, Part, verify_store

TEXT = "a text where bytes should be"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("verify") / "home")


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    with opened_to_change(home) as store:
        yield store


def test_an_untouched_journal_is_intact_and_its_facts_are_counted(tmp_path: Path) -> None:
    here = settings_in(tmp_path)
    fill(here)
    with begun(here) as journal:
        anchor, keys = journal.anchor(), journal.keys
    report = checked(here, anchor=anchor, keys=keys)
    assert lines(report) == []
    assert report.is_intact
    assert (report.records, report.forgotten, report.contents, report.opened) == (39, 5, 34, 34)
    assert (report.anchor, report.anchor_size) == (Compared.CONTINUES, 39)


def test_a_gap_that_the_journal_tells_of_stays_a_problem_for_good(store: Store) -> None:
    report = verify_store(store)
    assert [(each.part, each.seq) for each in report.problems] == [(Part.RECORD, GAP)]
    assert not report.is_intact


# Records and keys: every column of every one


def _flipped(value: Any) -> Any:
    if value is None:
        return b"content"
    if isinstance(value, int):
        return value + 1
    return bytes([value[0] ^ 1]) + value[1:] if value else b"{}"


def _cut(value: Any) -> Any:
    return -value - 1 if isinstance(value, int) else (value or b"xx")[:-1]


CHANGES: dict[str, Callable[[Any], Any]] = {
    "one bit": _flipped,
    "cut": _cut,
    "emptied": lambda value: 0 if isinstance(value, int) else b"",
    "another type": lambda value: TEXT,
    "huge": lambda value: 2**62 if isinstance(value, int) else bytes(70_000),
}
RECORD_COLUMNS = ("schema", "root", "public", "fields", "sealed", "sealed_sha256", "leaf")
WRAP_COLUMNS = ("epoch", "wrapped", "chain")


@pytest.mark.parametrize("how", CHANGES)
@pytest.mark.parametrize(
    ("table", "column"),
    [*(("record", column) for column in RECORD_COLUMNS), *(("wrap", column) for column in WRAP_COLUMNS)],
)
def test_every_changed_value_is_found_and_named_with_its_record_and_column(
    store: Store, table: str, column: str, how: str
) -> None:
    part = Part.RECORD if table == "record" else Part.KEY
    for seq in range(0, RECORDS, 1 if how == "one bit" else 5):
        (value,) = store.one(f"SELECT {column} FROM {table} WHERE seq = ?", (seq,))
        changed = CHANGES[how](value)
        if changed == value:
            continue
        with tried(store):
            store.run(f"UPDATE {table} SET {column} = ? WHERE seq = ?", (changed, seq))
            problems = found(store) if seq != GAP else list(verify_store(store).problems)
        columns = {each.column for each in problems if (each.part, each.seq) == (part, seq)}
        # Without the key, and without the content, one hash of a forgotten record can't be told from the other.
        # What a record shows to everybody is empty for most, so that a wrong one can be told from wrong fields.
        alike = {"sealed_sha256", "public"} & {column} if seq in FORGOTTEN | FORGOT | {GAP} else set()
        assert columns & {column, *({"fields"} if alike else ())}, (seq, problems)
        beside = {problem.seq for problem in problems} - {seq}
        assert beside <= (FORGOTTEN if column == "public" and seq in FORGOT else {GAP}), (seq, problems)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.integers(0, GAP - 1), st.sampled_from([*RECORD_COLUMNS, *WRAP_COLUMNS]), max_size=6))
def test_several_changes_at_once_are_all_named(store: Store, changes: dict[int, str]) -> None:
    with tried(store):
        for seq, column in changes.items():
            table = "record" if column in RECORD_COLUMNS else "wrap"
            (value,) = store.one(f"SELECT {column} FROM {table} WHERE seq = ?", (seq,))
            store.run(f"UPDATE {table} SET {column} = ? WHERE seq = ?", (_flipped(value), seq))
        problems = found(store)
    assert named(problems, Part.RECORD) | named(problems, Part.KEY) >= set(changes)


def test_a_missing_record_is_named_and_a_missing_key_too(store: Store) -> None:
    store.run("DELETE FROM record WHERE seq IN (8, 20, 21)")
    store.run("DELETE FROM wrap WHERE seq = 15")
    problems = found(store)
    assert [each.line() for each in problems] == [
        "record 8: missing",
        "records 20 to 21: missing",
        "key of record 15: missing",
    ]


def test_a_change_behind_a_missing_record_is_named_all_the_same(store: Store) -> None:
    store.run("DELETE FROM record WHERE seq = 8")
    store.run("UPDATE record SET fields = zeroblob(32) WHERE seq = 33")
    assert named(found(store), Part.RECORD) == {8, 33}


def test_a_record_too_many_is_named(store: Store) -> None:
    for seq in (-3, RECORDS, 2**62):
        store.run(
            "INSERT INTO record SELECT ?, schema, root, public, fields, sealed, sealed_sha256, leaf "
            "FROM record WHERE seq = 9",
            (seq,),
        )
        store.run("INSERT INTO wrap SELECT ?, epoch, wrapped, chain FROM wrap WHERE seq = 9", (seq,))
    problems = found(store)
    assert named(problems, Part.RECORD) == {-3, RECORDS, 2**62}
    assert named(problems, Part.KEY) == {-3, RECORDS, 2**62}


def test_a_renumbered_record_is_named_with_its_new_number(store: Store) -> None:
    store.run("UPDATE record SET seq = 999 WHERE seq = 11")
    assert "record 11: it was renumbered to 999" in [each.line() for each in found(store)]


def test_two_records_that_were_swapped_are_both_named(store: Store) -> None:
    for old, new in ((9, 1000), (10, 9), (1000, 10)):
        store.run("UPDATE record SET seq = ? WHERE seq = ?", (new, old))
    assert {9, 10} <= named(found(store), Part.RECORD)


# What was forgotten


def test_content_that_was_removed_without_a_word_is_named(store: Store) -> None:
    store.run("UPDATE record SET sealed = NULL WHERE seq IN (17, 18)")
    store.run("UPDATE wrap SET wrapped = x'' WHERE seq IN (17, 18)")
    _forge_chain(store, 17)
    assert "records 17 to 18: their content was removed, and no record says so" in [
        each.line() for each in found(store)
    ]


def test_content_alone_or_a_key_alone_that_was_removed_is_named(store: Store) -> None:
    store.run("UPDATE record SET sealed = NULL WHERE seq = 17")
    store.run("UPDATE wrap SET wrapped = x'' WHERE seq = 20")
    shown = [each.line() for each in found(store)]
    assert "record 20: its key was removed, and its content was not" in shown
    assert any(line.startswith("record 17: its content was removed") for line in shown)


def test_content_that_came_back_from_an_older_copy_is_named(tmp_path: Path) -> None:
    here = settings_in(tmp_path)
    fill(here)
    with begun(here) as journal:
        store, before = journal.store, journal.store.pair(9)
        assert before is not None
        journal.forget([(9, 9)], "a test")
        store.run("UPDATE record SET sealed = ? WHERE seq = 9", (before[0].sealed,))
        store.run("UPDATE wrap SET wrapped = ? WHERE seq = 9", (before[1].wrapped,))
    assert "record 9: its content is there, though a later record says that it was forgotten" in lines(checked(here))


# Rewritten by somebody without the key


def _forge_chain(store: Store, start: int) -> None:
    """The chain as somebody makes it who knows the format."""
    chain = store.wraps(start - 1)[0].chain
    for wrap in store.wraps(start):
        chain = next_link(chain, wrap.seq, wrap.epoch, wrap.wrapped)
        store.run("UPDATE wrap SET chain = ? WHERE seq = ?", (chain, wrap.seq))
    store.run("UPDATE head SET chain = ?", (chain,))


def _forge_tree(store: Store, start: int, stop: int) -> None:
    """Roots and leaves of the records from `start` on, as somebody makes them who knows the format."""
    header = verify_store(store).journal
    frontier = Frontier.empty()
    for row, _ in store.pairs(0, RECORDS):
        if row.seq in range(start, stop):
            sealed = hashlib.sha256(row.sealed).digest() if row.sealed is not None else row.sealed_sha256
            leaf = leaf_of(bytes.fromhex(header), replace(row, sealed_sha256=sealed))
            assert leaf is not None
            row = replace(row, root=frontier.root, sealed_sha256=sealed, leaf=leaf)
            values = (row.root, row.sealed_sha256, row.leaf, row.seq)
            store.run("UPDATE record SET root = ?, sealed_sha256 = ?, leaf = ? WHERE seq = ?", values)
        frontier = frontier.add(row.leaf)
    if stop == RECORDS:
        store.run("UPDATE head SET root = ?, frontier = ?", (frontier.root, frontier.to_bytes()))


def test_a_record_rewritten_with_a_leaf_that_fits_it_is_named_by_the_one_behind_it(store: Store) -> None:
    store.run("UPDATE record SET sealed = x'1234' WHERE seq = 19")
    _forge_tree(store, 19, 20)
    assert "record 19: it was replaced: what follows stands on another record" in [each.line() for each in found(store)]


def test_an_end_rewritten_without_the_key_does_not_fit_the_signed_head(store: Store) -> None:
    store.run("UPDATE record SET sealed = x'1234' WHERE seq = 19")
    _forge_tree(store, 19, RECORDS)
    problems = found(store)
    assert {each.column for each in problems if each.part is Part.HEAD} == {"root", ""}


def test_a_chain_rewritten_to_its_end_does_not_fit_the_signed_head(store: Store) -> None:
    store.run("UPDATE wrap SET wrapped = (SELECT wrapped FROM wrap WHERE seq = 20) WHERE seq = 19")
    _forge_chain(store, 19)
    assert any("do not lead to its chain" in each.what for each in found(store) if each.part is Part.HEAD)
