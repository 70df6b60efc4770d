"""kill -9 at any moment: what the journal acknowledged is there afterwards, once, and all of it opens.

What this can't show: the loss of power, which may also lose what the kernel had not yet written. For that the store
relies on SQLite with synchronous=FULL, and waits for fdatasync before it acknowledges.
"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fault_checks import find, first_look, troubles
from fault_counts import spread, tried
from fault_diary import Diary, read_diary
from fault_forks import Child
from fault_lives import SCENES, append, live, play, settings_of
from fault_strace import Injection, attached, calls_in, needs_strace
from fault_table import FaultTable

from guardian.events import ignore
from guardian.journal.counts import add_count
from guardian.journal.opening import open_or_begin

_LIVES_A_JOURNAL = 20
"""After so many kills a new journal is begun, so that all sizes are met."""
_MOST_SAID_BYTES = 2000
"""What a child writes into its diary before it is killed, at most: about a dozen steps."""
_LONGEST_WAIT_S = 0.03

_CHANGING = (
    "mkdir",
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "ftruncate",
    "fchmod",
    "rename",
    "unlink",
)
"""System calls that change what is on disk, or wait for it. Between two of them every moment is like any other."""


@pytest.mark.long
@tried(sample=20, full=1000)
def test_a_kill_at_a_random_moment_loses_nothing(
    count: int, new_home: Callable[[], Path], tmp_path: Path, fault_table: FaultTable
) -> None:
    draw, home, diary, acknowledged, problems = random.Random(count), new_home(), tmp_path / "diary-0", 0, []
    for number in range(count):
        if number % _LIVES_A_JOURNAL == 0:
            acknowledged += len(read_diary(diary).acknowledged)
            home, diary = new_home(), tmp_path / f"diary-{number}"
        child = Child(live, tmp_path / "words", home, diary, number, number % 4 > 0)
        child.wait_ready()
        _begin_and_kill(child, diary, draw)
        lines = [*first_look(home), *troubles(find(home), read_diary(diary))]
        problems += [f"kill {number}: {line}" for line in lines]
    acknowledged += len(read_diary(diary).acknowledged)
    fault_table.add("kill -9, random moments", count, lost=len(problems), besides=f"{acknowledged:,} acknowledged")
    assert problems == []


def _begin_and_kill(child: Child, diary: Path, draw: random.Random) -> None:
    """Kill it after any amount of work, which does not depend on how fast the machine is, and any short while."""
    enough = _size(diary) + draw.randrange(_MOST_SAID_BYTES)
    child.begin()
    child.wait_until(lambda: _size(diary) >= enough)
    time.sleep(draw.uniform(0, _LONGEST_WAIT_S))
    child.kill()
    child.wait()


def _size(diary: Path) -> int:
    return diary.stat().st_size if diary.exists() else 0


@pytest.mark.long
@needs_strace
@tried(sample=20, full=1000)
def test_a_kill_at_an_exact_system_call_loses_nothing(
    count: int, new_home: Callable[[], Path], tmp_path: Path, fault_table: FaultTable
) -> None:
    points = _points(new_home, tmp_path)
    acknowledged, hit, problems = 0, 0, []
    for number, place in enumerate(spread(len(points), count)):
        scene, injection = points[place]
        home, diary = new_home(), tmp_path / f"diary-{number}"
        _prepare(scene, home, diary, records=number % 40)
        hit += _play(scene, home, diary, tmp_path, injection.words()) == -9
        said = read_diary(diary)
        acknowledged += len(said.acknowledged)
        lines = [*first_look(home), *troubles(find(home), said)]
        problems += [f"{scene} {injection}: {line}" for line in lines]
        shutil.rmtree(home)
    besides = f"{hit:,} hit, at {len(points)} different calls; {acknowledged:,} acknowledged"
    fault_table.add("kill -9, exact system calls", count, lost=len(problems), besides=besides)
    assert problems == []
    assert hit >= 0.8 * count, "the calls that the faults were meant for were not made"


def _points(new_home: Callable[[], Path], tmp_path: Path) -> list[tuple[str, Injection]]:
    """Every changing system call of every scene, as a run without faults makes them."""
    points = []
    for scene in SCENES:
        home, diary = new_home(), tmp_path / f"diary-dry-{scene}"
        _prepare(scene, home, diary, records=7)
        assert _play(scene, home, diary, tmp_path, ["-e", f"trace={','.join(_CHANGING)}"]) == 0
        assert troubles(find(home), read_diary(diary)) == []
        calls = calls_in(tmp_path / "trace")
        points += [
            (scene, Injection(call, nth, "signal=SIGKILL"))
            for call in sorted(calls)
            for nth in range(1, calls[call] + 1)
        ]
    return points


def _prepare(scene: str, home: Path, diary: Path, records: int) -> None:
    """A journal for the scene to find: some records, and clean messages of a day that is over."""
    if scene == "begin":
        return
    journal = open_or_begin(settings_of(home), ignore)
    pages = Diary(diary)
    if records:
        append(journal, pages, records)
    pages.say(counting=3)
    add_count(journal.store, journal.id, "2026-11-01", "incoming", "clean", 3)
    pages.say(counted=3)
    journal.close()


def _play(scene: str, home: Path, diary: Path, folder: Path, words: list[str]) -> int:
    """One scene in a process of its own, with strace round it. Its exit code."""
    child = Child(play, folder / "words", scene, home, diary)
    child.wait_ready()
    with attached(child.pid, words, folder / "trace"):
        child.begin()
        code = child.wait()
    assert "Traceback" not in child.said(), child.said()
    return code
