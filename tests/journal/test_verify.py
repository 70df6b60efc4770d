"""What a check finds in a changed file: every column of every record, and all that stands beside the records.

The journal under test has 40 records of all kinds; some are forgotten, its key was renewed, and its last record tells
of a gap, which is a problem by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journal_rig import begun, settings_in
from verify_rig import START_MS, add_gap, checked, fill, lines, tried

from guardian.journal.chain import End, add_record, next_link, signed_head
from guardian.journal.checkpoint import Checkpoint, open_note
from guardian.journal.record import Kind, Record
from guardian.journal.store import Store
from guardian.journal.tree import EMPTY_ROOT, Frontier
from guardian.journal.verify import Compared, Part, Problem, verify_store
from guardian.journal.verify_tree import leaf_of

RECORDS = 40
FORGOTTEN = {2, 5, 6, 7, 12}
FORGOT = {30, 32}
"""Records that say so."""
GAP = RECORDS - 1

TEXT = "a text where bytes should be"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("verify") / "home"
    fill(settings_in(home))
    with begun(settings_in(home)) as journal:
        add_gap(journal)
    return home


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    with closing(Store(settings_in(home).paths.journal_file)) as store, tried(store):
        yield store


def found(store: Store, **options: Any) -> list[Problem]:
    """What is wrong besides the gap that the journal itself tells of."""
    return [each for each in verify_store(store, **options).problems if (each.part, each.seq) != (Part.RECORD, GAP)]


def named(problems: list[Problem], part: Part) -> set[int | None]:
    return {seq for each in problems if each.part is part for seq in _span(each)}


def _span(problem: Problem) -> list[int | None]:
    if problem.seq is None:
        return [None]
    return list(range(problem.seq, (problem.last if problem.last is not None else problem.seq) + 1))


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


# Header, head and the small tables


HEAD_CHANGES = {
    "size": "UPDATE head SET size = size - 1",
    "root": "UPDATE head SET root = zeroblob(32)",
    "frontier": "UPDATE head SET frontier = zeroblob(length(frontier))",
    "chain": "UPDATE head SET chain = zeroblob(32)",
    "note": "UPDATE head SET note = replace(note, 'time 1', 'time 2')",
}


@pytest.mark.parametrize("column", HEAD_CHANGES)
def test_every_column_of_the_head_is_held_against_its_signature(store: Store, column: str) -> None:
    store.run(HEAD_CHANGES[column])
    problems = found(store)
    assert {(each.part, each.column) for each in problems} == {(Part.HEAD, column)}


@pytest.mark.parametrize("value", [None, 7, TEXT, b"", 1.5], ids=repr)
@pytest.mark.parametrize("column", HEAD_CHANGES)
def test_a_head_that_holds_nonsense_is_a_problem_and_never_an_error(store: Store, column: str, value: Any) -> None:
    if value is None:
        store.run("DELETE FROM head")
    else:
        store.run(f"UPDATE head SET {column} = ?", (value,))
    assert Part.HEAD in {each.part for each in found(store)}


def test_a_head_without_its_records_is_no_empty_journal(store: Store) -> None:
    store.run("DELETE FROM record")
    store.run("DELETE FROM wrap")
    problems = list(verify_store(store).problems)
    assert named(problems, Part.RECORD) == named(problems, Part.KEY) == set(range(RECORDS))


def test_an_unsigned_size_cannot_keep_a_check_busy(store: Store) -> None:
    store.run("UPDATE head SET size = ?, note = 'gone'", (2**62,))
    assert Part.HEAD in {each.part for each in found(store)}


HEADERS = {
    "another place": ("replace", '"place":"file"', '"place":"keyring"'),
    "another epoch": ("replace", '"epoch":1', '"epoch":0'),
    "another creation": ("replace", '"created_ms":1', '"created_ms":2'),
    "another version": ("replace", '"v":1', '"v":2'),
    "no JSON": ("replace", "{", "["),
}


@pytest.mark.parametrize("how", HEADERS)
def test_a_changed_header_is_named_and_the_records_are_checked_all_the_same(store: Store, how: str) -> None:
    _, old, new = HEADERS[how]
    data = store.meta("header")
    assert data is not None
    assert old.encode() in data
    store.set_meta("header", data.replace(old.encode(), new.encode(), 1))
    store.run("UPDATE record SET fields = zeroblob(32) WHERE seq = 9")
    problems = found(store)
    assert Part.HEADER in {each.part for each in problems}
    assert 9 in named(problems, Part.RECORD)


SMALL = {
    "a count": ("UPDATE counts SET n = n + 1", Part.COUNTS),
    "a day": ("UPDATE counts SET day = '2026-09-23'", Part.COUNTS),
    "a mark": ("UPDATE counts SET mark = x'00'", Part.COUNTS),
    "a count of another type": ("UPDATE counts SET n = 'three'", Part.COUNTS),
    "a new value": ("INSERT INTO meta VALUES ('mine', x'00')", Part.META),
    "the hint": ("UPDATE meta SET value = x'7b7d' WHERE name = 'anchor'", Part.META),
    "another hint": (
        """UPDATE meta SET value = '{"hashes":"' || hex(zeroblob(32)) || '","size":1}' WHERE name = 'anchor'""",
        Part.META,
    ),
    "a limit of retention": ("INSERT INTO meta VALUES ('kept_from', CAST('999' AS BLOB))", Part.META),
    "a merged name": ("INSERT INTO merged VALUES ('../../x')", Part.MERGED),
    "a seen place": ("INSERT INTO seen VALUES (x'00', 999)", Part.SEEN),
    "a table": ("CREATE TABLE mine (x)", Part.FILE),
    "an index": ("CREATE INDEX mine ON record (leaf)", Part.FILE),
    "a trigger": ("CREATE TRIGGER mine AFTER INSERT ON record BEGIN DELETE FROM record; END", Part.FILE),
    "a view": ("CREATE VIEW mine AS SELECT 1", Part.FILE),
    "a column": ("ALTER TABLE counts ADD COLUMN mine", Part.FILE),
    "a table less": ("DROP TABLE merged", Part.FILE),
}


@pytest.mark.parametrize("what", SMALL)
def test_a_change_beside_the_records_is_found_and_named(store: Store, what: str) -> None:
    statement, part = SMALL[what]
    store.run(statement)
    assert part in {each.part for each in found(store)}


def test_a_view_in_the_place_of_the_records_is_not_run(store: Store) -> None:
    endless = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x AS seq FROM n"
    store.run("DROP TABLE record")
    store.run(f"CREATE VIEW record AS {endless}")
    assert "something was added to it: the view record" in {each.what for each in verify_store(store).problems}


# Checkpoints from elsewhere


@pytest.fixture(scope="module")
def notes(home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Checkpoints: of this journal as it is, as it will never be, and of another journal."""
    other = settings_in(tmp_path_factory.mktemp("other") / "home")
    with begun(other) as journal:
        foreign = journal.checkpoint()
    with begun(settings_in(home)) as journal:
        keys, now = journal.keys, journal.checkpoint()
        signed = keys.signer.sign
        at: Checkpoint = open_note(now, keys.header.vkey)
        return {
            "now": now,
            "other": foreign,
            "newer": signed(replace(at, size=RECORDS + 7)),
            "rewritten": signed(replace(at, size=RECORDS - 9)),
            "rekeyed": signed(replace(at, chain=bytes(32))),
            "empty": signed(replace(at, size=0, root=EMPTY_ROOT)),
            "false": now.replace("time 1", "time 2"),
            "nonsense": "no note at all",
        }


COMPARED = {
    "now": (Compared.CONTINUES, ""),
    "empty": (Compared.CONTINUES, ""),
    "other": (Compared.DIFFERS, "it is another journal's"),
    "newer": (Compared.DIFFERS, "newer than this journal: 7 of its 47 records are missing"),
    "rewritten": (Compared.DIFFERS, "the first 31 records are not those that it was made over"),
    "rekeyed": (Compared.DIFFERS, "the records' sealed keys are not those that it was made over"),
    "false": (Compared.DIFFERS, "it was not signed by this journal's key"),
    "nonsense": (Compared.DIFFERS, "it is no checkpoint, or it is damaged"),
}


@pytest.mark.parametrize("which", COMPARED)
@pytest.mark.parametrize("part", [Part.ANCHOR, Part.AGAINST])
def test_a_checkpoint_from_elsewhere_is_compared(store: Store, notes: dict[str, str], which: str, part: Part) -> None:
    is_anchor, note = part is Part.ANCHOR, notes[which]
    report = verify_store(store, anchor=note) if is_anchor else verify_store(store, against=note)
    answer, words = COMPARED[which]
    assert (report.anchor if is_anchor else report.against) is answer
    problems = [each.what for each in report.problems if each.part is part]
    assert len(problems) == (0 if answer is Compared.CONTINUES else 1)
    assert all(each.startswith(words) for each in problems)


def test_what_cannot_be_compared_is_not_said_to_continue(store: Store, notes: dict[str, str]) -> None:
    store.run("DELETE FROM record WHERE seq = 3")
    assert verify_store(store, anchor=notes["now"]).anchor is Compared.NOT_COMPARED


# With the key, and by sample


def test_with_the_key_a_record_is_held_against_its_commitments(tmp_path: Path) -> None:
    """Whoever has the key can seal another content and sign a head over it: the commitments do not fit it."""
    here = settings_in(tmp_path)
    fill(here)
    with begun(here) as journal:
        keys = journal.keys
        head = journal.store.head()
        end = End(Frontier.from_bytes(head.size, head.frontier), head.chain)
        row, wrap, _ = add_record(keys, end, Record(Kind.SEAL, START_MS, {"did": "this"}), b"")
        row = replace(row, fields=bytes(32))
        leaf = leaf_of(journal.id, row)
        assert leaf is not None
        forged = End(end.frontier.add(leaf), wrap.chain)
        with journal.store.transaction():
            journal.store.insert(replace(row, leaf=leaf), wrap)
            journal.store.set_head(signed_head(keys, forged, START_MS))
        anchor = journal.checkpoint()
    assert lines(checked(here, anchor=anchor)) == []
    assert lines(checked(here, anchor=anchor, keys=keys)) == [
        f"record {row.seq}: its fields are not those committed to"
    ]


def test_a_sample_checks_the_tree_in_full_and_the_content_of_some(store: Store) -> None:
    store.run("UPDATE record SET leaf = zeroblob(32) WHERE seq = 9")
    store.run("UPDATE record SET sealed = zeroblob(600) WHERE seq = 10")
    few, all_of_them = verify_store(store, sample=0.000001), verify_store(store, sample=1.0)
    assert {each.seq for each in few.problems} >= {9}
    assert few.contents <= 2
    assert {each.seq for each in all_of_them.problems} >= {9, 10}
    assert all_of_them.contents == RECORDS - len(FORGOTTEN)


def test_a_sample_still_sees_content_of_another_type_and_content_that_is_gone(store: Store) -> None:
    store.run("UPDATE record SET sealed = 'text' WHERE seq = 9")
    store.run("UPDATE record SET sealed = NULL WHERE seq = 10")
    assert named(list(verify_store(store, sample=0.000001).problems), Part.RECORD) >= {9, 10}


# Reports


def test_a_report_stays_small_and_knows_how_much_is_wrong(tmp_path: Path) -> None:
    here = settings_in(tmp_path)
    with begun(here) as journal:
        journal.append_all([(Record(Kind.SEAL, START_MS, {}), b"") for _ in range(1_500)])
        journal.store.run("UPDATE record SET sealed = zeroblob(600)")
    report = checked(here)
    assert len(report.problems) == 1_000
    assert report.total == 1_501


def test_words_from_the_file_are_shown_safely(store: Store) -> None:
    store.run('CREATE TABLE "\x1b]52;c;eA==\x07" (x)')
    (problem,) = found(store)
    assert "\x1b" not in problem.line()
    assert "\\x1b" in problem.line()
