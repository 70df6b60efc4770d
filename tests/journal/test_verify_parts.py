"""What a check finds beside the records: header, head, small tables, checkpoints; and what it reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from journal_rig import begun, settings_in
from verify_rig import (
    FORGOTTEN,
    RECORDS,
    START_MS,
    checked,
    fill,
    found,
    lines,
    made,
    named,
    opened_to_change,
)

from guardian.journal.chain import End, add_record, signed_head
from guardian.journal.checkpoint import Checkpoint, open_note
from guardian.journal.record import Kind, Record
from guardian.journal.store import Store
from guardian.journal.tree import EMPTY_ROOT, Frontier
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
