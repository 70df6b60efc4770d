"""The checkpoint that is kept outside the file: what only it can show, and what becomes of it."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from journal_rig import SEEN, a_message, a_verdict, begun, settings_in
from verify_rig import START_MS, change, copied, fill, lines, no_recovery

from guardian.journal.chain import End, add_record, signed_head
from guardian.journal.keys_in_hand import Keys, new_keys, with_header
from guardian.journal.record import Kind, Record
from guardian.journal.recorder import open_recorder
from guardian.journal.secret import Secret
from guardian.journal.store import Store
from guardian.journal.tree import Frontier
from guardian.journal.verification.here import verify_here
from guardian.journal.verification.report import Compared, Part, Report
from guardian.settings import Settings

PAGE_BYTES = 4096


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """A journal of 39 records."""
    settings = settings_in(tmp_path / "home")
    fill(settings)
    return settings


def parts(report: Report) -> set[Part]:
    return {problem.part for problem in report.problems}


def test_truncate_and_continue_is_seen(tmp_path: Path, here: Settings) -> None:
    """The third named case: the end is cut off, and the journal goes on from there; it says so itself, for good."""
    older = copied(tmp_path / "home", tmp_path / "older")
    with begun(here) as journal:
        for number in range(9):
            journal.append(Record(Kind.SEAL, START_MS, {"did": f"late {number}"}))
    shutil.copy(older.paths.journal_file, here.paths.journal_file)
    (line,) = lines(verify_here(here.paths))
    assert line == "checkpoint outside: newer than this journal: 9 of its 48 records are missing"
    with open_recorder(here) as recorder:
        recorder.record(a_message(), a_verdict(), SEEN)
    (line,) = lines(verify_here(here.paths))
    assert line.startswith("record 39: ")
    assert line.endswith("9 records are missing before it")


def test_an_older_copy_that_grew_as_long_is_another_journal_from_there_on(tmp_path: Path, here: Settings) -> None:
    other = copied(tmp_path / "home", tmp_path / "other")
    for settings in (here, other):
        with begun(settings) as journal:
            journal.append(Record(Kind.SEAL, START_MS, {"did": "one more"}))
    shutil.copy(other.paths.journal_file, here.paths.journal_file)
    (line,) = lines(verify_here(here.paths))
    assert line == "checkpoint outside: the first 40 records are not those that it was made over"


@pytest.mark.parametrize("has_key", [False, True])
def test_an_old_record_that_was_sealed_again_is_seen(here: Settings, has_key: bool) -> None:
    """The second named case. With the key a thief can fit everything in the file, but not the checkpoint outside it."""
    with begun(here) as journal:
        anchor, keys = journal.anchor(), journal.keys
        store, last = journal.store, journal.size - 1
        pair = store.pair(last)
        assert pair is not None
        frontier, chain = Frontier.empty(), store.wraps(last - 1)[0].chain
        for leaf in store.leaves(last):
            frontier = frontier.add(leaf)
        thief = keys if has_key else _stranger(here, journal.id)
        row, wrap, end = add_record(thief, End(frontier, chain), Record(Kind.SEAL, START_MS, {"did": "this"}), b"")
        head = signed_head(thief, end, START_MS)
    change(
        here,
        "DELETE FROM record WHERE seq = 38",
        "DELETE FROM wrap WHERE seq = 38",
        ("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
         (row.seq, row.schema, row.root, row.public, row.fields, row.sealed, row.sealed_sha256, row.leaf)),
        ("INSERT INTO wrap VALUES (?, ?, ?, ?)", (wrap.seq, wrap.epoch, wrap.wrapped, wrap.chain)),
        ("UPDATE head SET size = ?, root = ?, frontier = ?, chain = ?, note = ?",
         (head.size, head.root, head.frontier, head.chain, head.note)),
    )  # fmt: skip
    assert anchor is not None
    report = verify_here(here.paths)
    assert Part.ANCHOR in parts(report)
    assert (Part.HEAD in parts(report)) is not has_key


def _stranger(settings: Settings, journal_id: bytes) -> Keys:
    """Keys of somebody's own for the same journal id."""
    return new_keys(journal_id=journal_id, key_id=bytes(16), master=Secret.fresh(), place="file", created_ms=START_MS)


def test_a_checkpoint_outside_that_is_gone_is_a_problem(here: Settings) -> None:
    for path in here.paths.config.glob("journal-*.anchor"):
        path.unlink()
    (line,) = lines(verify_here(here.paths))
    assert line.startswith("checkpoint outside: it is gone")


def test_another_sound_journal_in_its_place_is_seen(tmp_path: Path, here: Settings) -> None:
    other = settings_in(tmp_path / "other")
    fill(other)
    shutil.copy(other.paths.journal_file, here.paths.journal_file)
    shown = lines(verify_here(here.paths))
    assert any("another journal was kept here" in line for line in shown)


def test_a_keyring_that_cannot_be_asked_is_said_and_is_no_problem_of_the_journal(
    here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The header names the keyring, of which this machine has none: everything else is checked."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    with begun(here) as journal:
        keys = journal.keys
        moved = with_header(keys, replace(keys.header, place="keyring"))
        head = journal.store.head()
        end = End(Frontier.from_bytes(head.size, head.frontier), head.chain)
        with journal.store.transaction():
            journal.store.set_meta("header", moved.header.to_bytes())
            journal.store.set_head(signed_head(moved, end, START_MS))
    report = verify_here(here.paths)
    assert lines(report) == []
    assert report.anchor is Compared.NOT_ASKED
    assert report.anchor_why


def test_a_page_of_an_older_copy_put_back_is_seen_or_changes_nothing(tmp_path: Path, here: Settings) -> None:
    """Whole-file encryption does not see this; every page is put back once, on its own."""
    older = copied(tmp_path / "home", tmp_path / "older").paths.journal_file.read_bytes()
    with begun(here) as journal:
        journal.forget([(9, 10)], "a test")
        journal.rotate(no_recovery)
        for number in range(5):
            journal.append(Record(Kind.SEAL, START_MS, {"did": f"late {number}"}))
    path, was = here.paths.journal_file, contents(here)
    now = path.read_bytes()
    seen = 0
    for start in range(0, len(older), PAGE_BYTES):
        old = older[start : start + PAGE_BYTES]
        if old == now[start : start + PAGE_BYTES]:
            continue
        path.write_bytes(now[:start] + old + now[start + PAGE_BYTES :])
        if verify_here(here.paths).is_intact:
            assert contents(here) == was
        else:
            seen += 1
    assert seen >= 5


def contents(settings: Settings) -> list[list[tuple[object, ...]]]:
    """Everything that the file says, but for hints."""
    with closing(Store(settings.paths.journal_file, read_only=True)) as store:
        return [store.all(f"SELECT * FROM {table}") for table in ("record", "wrap", "head", "counts", "merged")]
