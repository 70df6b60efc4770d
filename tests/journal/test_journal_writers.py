"""One journal and several writers: processes, threads, forks, and a key that changes meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from journal_rig import begun, opened, settings_in
from verify_rig import WORD, checked, lines, no_recovery, note, texts

from guardian.errors import JournalError, JournalLockedError
from guardian.journal.opening import open_journal
from guardian.journal.places.file_place import FilePlace
from guardian.journal.places.passphrase import PassphrasePlace
from guardian.settings import Settings


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return settings_in(tmp_path / "home")


# Several writers

APPENDS = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from journal_rig import begun, settings_in
from guardian.journal.record import Kind, Record
name, times = sys.argv[3], int(sys.argv[4])
with begun(settings_in(Path(sys.argv[1]))) as journal:
    for number in range(times):
        print(journal.append(Record(Kind.SEAL, 1_790_000_000_000, {"did": f"{name} {number}"})).seq)
"""


@contextmanager
def writers(here: Settings, count: int, times: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that each add `times` records and print their numbers."""
    words = [str(here.paths.data.parent), str(Path(__file__).parent)]
    started = [
        subprocess.Popen([sys.executable, "-c", APPENDS, *words, f"writer{number}", str(times)], stdout=subprocess.PIPE)
        for number in range(count)
    ]
    try:
        yield started
    finally:
        for each in started:
            each.kill()
            each.communicate()


def acknowledged(writer: subprocess.Popen[bytes]) -> list[int]:
    out, _ = writer.communicate(timeout=600)
    assert writer.returncode == 0
    return [int(line) for line in out.split()]


def test_processes_that_begin_and_fill_a_journal_at_once_make_one_without_a_fork(here: Settings) -> None:
    with writers(here, 3, 60) as started:
        seqs = sorted(seq for writer in started for seq in acknowledged(writer))
    assert seqs == list(range(1, 181))
    with opened(here) as journal:
        found = texts(journal)
    assert len(set(found)) == 180
    for number in range(3):
        own = [text for text in found if text.startswith(f"writer{number} ")]
        assert own == [f"writer{number} {count}" for count in range(60)]
    assert lines(checked(here)) == []
    assert len(list(here.paths.config.glob("journal-*.key"))) == 1


def test_the_key_may_be_renewed_and_records_forgotten_while_others_add(here: Settings) -> None:
    with begun(here) as journal:
        journal.append(note("first"))
        with writers(here, 2, 80) as started:
            for _ in range(5):
                journal.rotate(no_recovery)
                journal.forget([(1, 1)], "a test")
            for writer in started:
                assert len(acknowledged(writer)) == 80
        keys = journal.keys
        assert keys.header.epoch == 5
    report = checked(here, keys=keys)
    assert (lines(report), report.forgotten) == ([], 1)


def test_the_key_may_be_moved_while_another_journal_object_adds(here: Settings) -> None:
    """The other one is told by the header where the key is now, and asks there."""
    answers = lambda _: WORD  # noqa: E731
    with begun(here) as journal:
        journal.append(note("before"))
    with open_journal(here, ask=answers) as other, open_journal(here, ask=answers) as journal:
        other.append(note("with the old key"))
        journal.move_key(PassphrasePlace(here.paths.config, answers), no_recovery)
        other.append(note("with the new key"))
        journal.move_key(FilePlace(here.paths.config), no_recovery)
        other.append(note("and back"))
        assert texts(journal) == ["before", "with the old key", "with the new key", "and back"]
    assert lines(checked(here)) == []


def test_a_writer_whose_key_was_closed_meanwhile_is_locked_and_loses_nothing(here: Settings) -> None:
    with begun(here) as other:
        other.append(note("before"))
        with open_journal(here, ask=lambda _: WORD) as journal:
            journal.move_key(PassphrasePlace(here.paths.config, lambda _: WORD), no_recovery)
        with pytest.raises(JournalLockedError):
            other.append(note("lost?"))
        other.keep_waiting(note("kept"))
    with open_journal(here, ask=lambda _: WORD) as journal:
        assert texts(journal) == ["before", "kept"]


def test_several_threads_share_one_journal(here: Settings) -> None:
    with begun(here) as journal:
        threads = [
            threading.Thread(target=lambda: [journal.append(note("x")) for _ in range(25)], daemon=True)
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert journal.size == 101
    assert lines(checked(here)) == []


def test_a_journal_is_not_used_behind_a_fork(here: Settings) -> None:
    with begun(here) as journal:
        journal.append(note("parent"))
        child = os.fork()
        if child == 0:
            try:
                journal.append(note("child"))
            except JournalError:
                os._exit(7)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        journal.append(note("parent again"))
        assert texts(journal) == ["parent", "parent again"]
