"""Following while other programs write: real processes, one of them killed, and the owner's commands."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alerts_rig import a_record
from journal_rig import begun, settings_in

from guardian.alerts.follow import Follower
from guardian.journal.journal import Journal
from guardian.settings import Settings

LONGEST_S = 120
"""Far above what anything here takes: it ends a hang, and measures nothing."""

WRITES = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from alerts_rig import a_record
from journal_rig import begun, settings_in
with begun(settings_in(Path(sys.argv[1]))) as journal:
    for number in range(int(sys.argv[3])):
        print(journal.append(a_record(f"text {number}")).seq, flush=True)
"""
Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def home(guardian_home: Path) -> Settings:
    return settings_in(guardian_home)


@pytest.fixture
def journal(home: Settings) -> Iterator[Journal]:
    """0 its beginning, 1 to 3 verdicts."""
    with begun(home) as journal:
        journal.append_all([(a_record(f"before {number}"), b"") for number in range(3)])
        yield journal


@contextmanager
def writer(home: Settings, times: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process that records verdicts one by one, and prints each number once the record is on disk."""
    words = [str(home.paths.data.parent), str(Path(__file__).parent), str(times)]
    process = subprocess.Popen([sys.executable, "-c", WRITES, *words], stdout=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def acknowledged(process: subprocess.Popen[bytes]) -> list[int]:
    out, _ = process.communicate(timeout=LONGEST_S)
    return [int(line) for line in out.split(b"\n")[:-1]]


def follow_until(follower: Follower, is_done: Callable[[Counter[int]], bool]) -> Counter[int]:
    """How often each alert came."""
    came: Counter[int] = Counter()
    until = time.monotonic() + LONGEST_S
    while not is_done(came):
        came.update(alert.key for alert in follower.new().alerts)
        assert time.monotonic() < until, came
    return came


def test_what_another_process_records_comes_once_while_it_is_still_writing(home: Settings, journal: Journal) -> None:
    follower = Follower(journal)
    assert [alert.key for batch in follower.earlier() for alert in batch] == [3, 2, 1]
    with writer(home, 60) as process:
        came = follow_until(follower, lambda came: len(came) >= 5)
        assert process.poll() is None or len(came) == 60
        came += follow_until(follower, lambda more: len(came) + len(more) == 60)
        assert came == Counter(acknowledged(process))
    assert follower.new().alerts == ()


def test_a_writer_that_is_killed_takes_nothing_with_it(home: Settings, journal: Journal) -> None:
    follower = Follower(journal)
    for _ in range(3):
        with writer(home, 10_000) as process:
            came = follow_until(follower, lambda came: len(came) >= 4)
            process.kill()
            told = acknowledged(process)
        came += follow_until(follower, lambda more, came=came, told=told: {*came, *more} >= set(told))  # type: ignore[misc]
        assert set(came.values()) == {1}
        assert len(set(came) - set(told)) <= 1  # recorded, and killed before it could say so
        assert follower.new().gaps == ()
    with begun(home) as other:
        seq = other.append(a_record("after all of it")).seq
    assert [alert.key for alert in follower.new().alerts] == [seq]


def good(done: subprocess.CompletedProcess[bytes]) -> None:
    assert done.returncode == 0, done.stderr


def test_the_owners_commands_are_followed_through_a_new_key(journal: Journal, run_guardian: Run) -> None:
    follower = Follower(journal)
    before = [alert for batch in follower.earlier() for alert in batch]
    assert len(before) == 3
    good(run_guardian("journal", "mark", "1", "kept", "--note", "ask Anna"))
    good(run_guardian("key", "rotate"))
    (alert,) = follower.new().alerts
    assert (alert.key, alert.mark.word if alert.mark else "", alert.mark.note if alert.mark else "") == (
        1,
        "kept",
        "ask Anna",
    )
    good(run_guardian("feedback", "2", "wrong"))
    good(run_guardian("key", "rotate"))
    good(run_guardian("journal", "forget", "3", "--yes"))
    changes = follower.new()
    assert [(alert.key, alert.says) for alert in changes.alerts] == [(2, "wrong")]
    assert (changes.forgotten, changes.gaps) == (((3, 3),), ())
    assert [alert.key for batch in Follower(journal).earlier() for alert in batch] == [2, 1]


def test_a_new_key_in_the_middle_of_the_first_reading_loses_nothing(journal: Journal, run_guardian: Run) -> None:
    journal.append_all([(a_record("x"), b"") for _ in range(400)])
    batches = Follower(journal).earlier()
    seen = [alert.key for alert in next(batches)]
    good(run_guardian("key", "rotate"))
    seen += [alert.key for batch in batches for alert in batch]
    assert seen == list(range(journal.size - 2, 0, -1))  # the last record says that the key is new
