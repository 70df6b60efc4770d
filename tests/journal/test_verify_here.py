"""The check of the owner's journal where it stands: the file, the key, the waiting room, other writers."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from journal_rig import opened, settings_in
from verify_rig import START_MS, WORD, change, fill, lines, no_recovery

from guardian.errors import JournalDamagedError, JournalError
from guardian.journal.places.passphrase import PassphrasePlace
from guardian.journal.record import Kind, Record
from guardian.journal.seal import Wrapper
from guardian.journal.secret import Secret
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


def test_a_journal_in_its_place_is_intact_and_continues_its_checkpoint(here: Settings) -> None:
    before = here.paths.journal_file.read_bytes()
    report = verify_here(here.paths)
    assert lines(report) == []
    assert report.anchor is Compared.CONTINUES
    assert here.paths.journal_file.read_bytes() == before


# The file


def _not_a_database(path: Path) -> None:
    path.write_bytes(b"this is no database, and never was" * 100)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _gone(path: Path) -> None:
    path.unlink()


FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "not a database": (_not_a_database, "is no database"),
    "empty": (_empty, "file: it is empty"),
    "cut short": (_half, "is damaged"),
    "gone": (_gone, "file: it is not there, but there was one"),
}


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_holds_no_journal_any_more_is_a_problem(here: Settings, what: str) -> None:
    damage, words = FILES[what]
    damage(here.paths.journal_file)
    (line,) = lines(verify_here(here.paths))
    assert words in line


def _foreign(path: Path) -> None:
    """The first of the three named cases: a plain database in the place of the sealed one."""
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE verdicts (text)")
    path.chmod(0o600)


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 9")


REFUSED: dict[str, tuple[Callable[[Path], None], str]] = {
    "foreign": (_foreign, "is no journal of guardian's"),
    "newer": (_newer, "was written by another version of guardian"),
    "open to others": (lambda path: path.chmod(0o644), "other accounts may open the journal"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_is_not_ours_to_judge_is_refused_and_left_alone(here: Settings, what: str) -> None:
    path = here.paths.journal_file
    damage, words = REFUSED[what]
    damage(path)
    before = path.read_bytes()
    with pytest.raises(JournalError, match=words):
        verify_here(here.paths)
    assert path.read_bytes() == before


def test_where_there_never_was_a_journal_there_is_nothing_to_verify(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="there is no journal yet"):
        verify_here(settings_in(tmp_path).paths)


def test_damage_in_one_page_hides_no_change_in_another(here: Settings) -> None:
    change(here, "UPDATE record SET fields = zeroblob(32) WHERE seq = 3")
    path = here.paths.journal_file
    with closing(sqlite3.connect(path)) as database:
        (mark,) = database.execute("SELECT sealed_sha256 FROM record WHERE seq = 37").fetchone()
    data = bytearray(path.read_bytes())
    start = data.index(mark) // PAGE_BYTES * PAGE_BYTES
    data[start : start + PAGE_BYTES] = b"\xff" * PAGE_BYTES
    path.write_bytes(data)
    shown = lines(verify_here(here.paths))
    assert any(line.startswith("file: damaged") for line in shown), shown
    assert any("can't be read: the file is damaged there" in line for line in shown)
    assert any(line.startswith("record 3: ") for line in shown)


def test_a_write_that_was_cut_off_is_taken_back_and_the_rest_is_intact(tmp_path: Path, here: Settings) -> None:
    """The rollback journal of a writer that died is still there: SQLite calls it hot."""
    path = here.paths.journal_file
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = TRUNCATE")
        database.execute("PRAGMA cache_size = 1")  # changed pages go to the file in mid-transaction
        database.execute("BEGIN IMMEDIATE")
        database.execute("UPDATE record SET sealed = zeroblob(9000)")
        for file in path.parent.glob("journal.db*"):
            shutil.copy(file, tmp_path / file.name)
        database.execute("ROLLBACK")
    for file in tmp_path.glob("journal.db*"):
        shutil.copy(file, path.parent / file.name)
    assert path.with_name("journal.db-journal").stat().st_size > 0
    assert lines(verify_here(here.paths)) == []


# The key


def test_opening_every_record_needs_the_key_and_checking_does_not(here: Settings) -> None:
    with opened(here) as journal:
        journal.move_key(PassphrasePlace(here.paths.config, lambda _: WORD), no_recovery)
    report = verify_here(here.paths)
    assert (lines(report), report.opened) == ([], 0)
    assert verify_here(here.paths, ask=lambda _: WORD).opened == 35
    with pytest.raises(JournalError, match="passphrase"):
        verify_here(here.paths, ask=lambda _: None)


def test_a_key_of_another_journal_is_named(here: Settings) -> None:
    with opened(here) as journal:
        journal.place.save_key(journal.header.key_id, Secret.fresh())
    assert Part.MASTER_KEY in parts(verify_here(here.paths, ask=lambda _: None))


def test_the_right_key_and_the_wrong_epoch_open_nothing(here: Settings) -> None:
    """Each epoch has a key of its own, so that a record's key can't be carried from one to the other."""
    with opened(here) as journal:
        wrong = Wrapper(journal.keys.master, journal.id, 7)
        wrapped = wrong.wrap(Secret.fresh(), 9)
    change(here, ("UPDATE wrap SET wrapped = ? WHERE seq = 9", (wrapped,)))
    shown = lines(verify_here(here.paths, ask=lambda _: None))
    assert "record 9: its seal does not open" in shown


# The waiting room


def test_what_waits_is_counted_and_what_was_set_aside_is_a_problem(here: Settings) -> None:
    with opened(here) as journal:
        journal.keep_waiting(Record(Kind.SEAL, START_MS, {"did": "wait"}))
        assert journal.waiting == 1
    assert verify_here(here.paths).waiting == 1
    (file,) = here.paths.journal_waiting.rglob("*.sealed")
    file.write_bytes(b"damaged")
    with opened(here):
        pass  # what waits is brought in, or set aside
    report = verify_here(here.paths)
    assert report.waiting == 0
    assert parts(report) == {Part.WAITING}


# Other writers


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from journal_rig import begun, settings_in
from guardian.journal.record import Kind, Record
with begun(settings_in(Path(sys.argv[1]))) as journal:
    for number in range(400):
        journal.append(Record(Kind.SEAL, number, {"did": "a test"}))
        if number % 40 == 20:
            journal.forget([(journal.size - 2, journal.size - 1)], "a test")
        if number % 100 == 50:
            journal.rotate(lambda *_: b"")
        if number == 0:
            print("begun", flush=True)
"""


@pytest.mark.long
def test_a_check_beside_a_writer_sees_nothing_wrong(here: Settings) -> None:
    home = here.paths.data.parent
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home), str(Path(__file__).parent)], stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"begun\n"
        while writer.poll() is None:
            assert lines(verify_here(here.paths)) == []
    assert writer.returncode == 0
    report = verify_here(here.paths)
    assert lines(report) == []
    assert report.forgotten == 25


def test_a_journal_whose_head_is_not_its_own_takes_no_more_records(here: Settings) -> None:
    change(here, "UPDATE head SET root = zeroblob(32)")
    with pytest.raises(JournalDamagedError), opened(here):
        pass
    assert Part.HEAD in parts(verify_here(here.paths))
