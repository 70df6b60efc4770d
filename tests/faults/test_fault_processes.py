"""Several processes write to one journal at once, from before it exists: every record has a place of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fault_checks import find, troubles
from fault_counts import tried
from fault_diary import read_diary
from fault_forks import Child
from fault_lives import append_many
from fault_table import FaultTable

_PROCESSES = 8


@tried(sample=20, full=1000)
def test_processes_that_write_at_once_never_fork_the_journal(
    count: int, new_home: Callable[[], Path], tmp_path: Path, fault_table: FaultTable
) -> None:
    home, diary = new_home(), tmp_path / "diary"
    children = [
        Child(append_many, tmp_path / f"words-{number}", home, diary, count, longest_s=1800)
        for number in range(_PROCESSES)
    ]
    for child in children:
        child.wait_ready()
    for child in children:
        child.begin()
    ends = [(child.wait(), child.said()) for child in children]
    said, found = read_diary(diary), find(home)
    problems = troubles(found, said)
    besides = f"{len(said.placed):,} appended by {_PROCESSES} processes at once"
    fault_table.add(f"{_PROCESSES} processes x {count:,} appends", len(said.begun), lost=len(problems), besides=besides)
    assert ends == [(0, "")] * _PROCESSES
    assert problems == []
    assert len(said.placed) == _PROCESSES * count
    assert len({seq for seq, _ in said.placed.values()}) == len(said.placed)
