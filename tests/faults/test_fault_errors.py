"""A disk that is full, broken or read-only, and a process out of file descriptors: screening goes on, the owner is told
each time, and what could not be recorded at once is in the journal when the trouble is over."""

from __future__ import annotations

import random
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from fault_checks import find, troubles
from fault_counts import tried
from fault_diary import Said, read_diary
from fault_errors import UNDER_FAULTS, record_through_faults
from fault_forks import Child
from fault_lives import settings_of
from fault_strace import Injection, attached, calls_in, needs_strace
from fault_table import FaultTable

from guardian.events import ignore
from guardian.journal.opening import open_or_begin

_ERRORS = {
    "openat": ("EMFILE", "EROFS", "ENOSPC", "EIO"),
    "mkdir": ("EROFS", "ENOSPC", "EIO"),
    "write": ("ENOSPC", "EIO"),
    "pwrite64": ("ENOSPC", "EIO"),
    "fsync": ("EIO", "ENOSPC"),
    "fdatasync": ("EIO", "ENOSPC"),
    "ftruncate": ("EIO", "EROFS"),
    "fchmod": ("EROFS", "EIO"),
    "rename": ("EROFS", "ENOSPC", "EIO"),
    "unlink": ("EROFS", "EIO"),
    "read": ("EIO",),
    "pread64": ("EIO",),
}
"""System calls that touch the journal's files, and the errors that they may meet."""

_STATES = ("none", "closed", "open")
"""The journal as the recorder finds it when the trouble begins: there is none, it is not open yet, it is open."""


@pytest.mark.long
@needs_strace
@tried(sample=25, full=1000)
def test_failing_system_calls_lose_no_verdict_and_are_always_told(
    count: int, new_home: Callable[[], Path], tmp_path: Path, fault_table: FaultTable
) -> None:
    draw, problems, told = random.Random(count), [], Counter[bool]()
    calls = {state: _calls(state, new_home(), tmp_path) for state in _STATES}
    for number in range(count):
        state = _STATES[number % len(_STATES)]
        injection = _draw(draw, calls[state])
        home, diary = new_home(), tmp_path / f"diary-{number}"
        problem = _run(state, home, diary, tmp_path, injection.words())
        said = read_diary(diary)
        problem = problem or [*_untold(said), *_missing(home, said)]
        problems += [f"{state} {injection}: {line}" for line in problem]
        shutil.rmtree(home)
        told += Counter(bool(line.get("notices")) for line in said.notes if "outcome" in line)
    fault_table.add(
        "ENOSPC, EIO, EMFILE, EROFS at system calls",
        count,
        lost=len(problems),
        besides=f"{told[True]:,} of {told.total():,} verdicts not journaled at once, each with a notice",
    )
    assert problems == []
    assert told[True] > count / 4, "the calls that were to fail were not made"


def _calls(state: str, home: Path, folder: Path) -> Counter[str]:
    """How often each call is made where nothing fails."""
    assert _run(state, home, folder / f"diary-dry-{state}", folder, ["-e", f"trace={','.join(_ERRORS)}"]) == []
    return calls_in(folder / "trace")


def _draw(draw: random.Random, calls: Counter[str]) -> Injection:
    """A call that fails once, several times, or from some moment on."""
    call = draw.choice(sorted(name for name in _ERRORS if calls[name]))
    first = draw.randint(1, calls[call])
    last = draw.choice((None, first + draw.randint(1, 5), 60_000))
    return Injection(call, first, f"error={draw.choice(_ERRORS[call])}", last)


def _run(state: str, home: Path, diary: Path, folder: Path, words: list[str]) -> list[str]:
    """One recorder's run under faults. What is wrong with how it ended."""
    if state != "none":
        journal = open_or_begin(settings_of(home), ignore)
        journal.close()
    child = Child(record_through_faults, folder / "words", home, diary, state == "open")
    child.wait_ready()
    (folder / "words").write_bytes(b"")
    with attached(child.pid, words, folder / "trace"):
        child.begin()
        child.wait_until(lambda: any("under_faults" in note for note in read_diary(diary).notes))
    code = child.wait()
    return [f"it ended with {code}: {child.said()[-1500:]}"] if code or child.said() else []


def _untold(said: Said) -> list[str]:
    """Verdicts that were not journaled, and nothing was said."""
    rows = [line for line in said.notes if "outcome" in line]
    lines = [
        f"{row['outcome']} was not journaled, and nothing was said"
        for row in rows
        if not (row["is_in"] or row["notices"])
    ]
    lines += [f"not one plain line: {notice!r}" for row in rows for notice in row["notices"] if not _is_plain(notice)]
    return lines if len(rows) == len(UNDER_FAULTS) else [*lines, f"only {len(rows)} verdicts were answered"]


def _is_plain(notice: str) -> bool:
    return re.fullmatch(r"[^\n]+", notice) is not None and "Traceback" not in notice and "Errno" not in notice


def _missing(home: Path, said: Said) -> list[str]:
    """Verdicts of which nothing is left once the process has ended, and whatever else is wrong."""
    found = find(home)
    lines = [f"verdict {token} is gone" for token in sorted(said.begun) if found.tokens[token] != 1]
    if found.counted != said.counting:
        lines.append(f"{said.counting} clean messages, and {found.counted} are counted")
    return [*lines, *troubles(found, said)]
