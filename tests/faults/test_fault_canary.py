"""Texts, keys and passphrases never show where they must not, whatever goes wrong: not in what is printed, not in any
file of the data folder (free pages included), not in temporary files, not in a process's words or environment."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fault_canary import (
    NAME,
    PASSPHRASE,
    SENDER,
    TEXT,
    WRONG_PASSPHRASE,
    Canaries,
    mistake_the_passphrase,
    record_canaries,
    run_command,
    seen_of,
)
from fault_counts import tried
from fault_forks import Child
from fault_lives import no_recovery, settings_of
from fault_strace import Injection, attached, needs_strace
from fault_table import FaultTable

from guardian.events import ignore
from guardian.journal.keys import KeyPlace
from guardian.journal.opening import open_or_begin
from guardian.journal.places.choose import open_place
from guardian.journal.secret import Secret

Fault = Callable[[Path, Path, random.Random], list[str]]
"""Makes one thing go wrong in a home, with a folder for whatever comes of it; the hits that only it can see."""

_CALLS = ("openat", "write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "unlink", "pread64", "read")
_LONGEST_START_S = 60
_ERRORS = ("ENOSPC", "EIO", "EMFILE", "EROFS")
_COMMANDS = (["journal", "verify", "--full"], ["journal", "checkpoint"], ["journal", "verify"], ["key", "show"])
"""Commands that show nothing of a message where all is well."""


def _kill(home: Path, folder: Path, draw: random.Random) -> list[str]:
    """The process dies at a system call."""
    return _record(home, folder, Injection(draw.choice(_CALLS), draw.randint(1, 30), "signal=SIGKILL"))


def _fail(home: Path, folder: Path, draw: random.Random) -> list[str]:
    """System calls fail, once or from some moment on."""
    first = draw.randint(1, 30)
    error = f"error={draw.choice(_ERRORS)}"
    return _record(home, folder, Injection(draw.choice(_CALLS), first, error, draw.choice((None, 60_000))))


def _record(home: Path, folder: Path, injection: Injection) -> list[str]:
    """Messages are recorded, and something happens at a system call."""
    child = Child(record_canaries, folder / "words", home, folder)
    child.wait_ready()
    seen = seen_of(child.pid)
    with attached(child.pid, injection.words(), folder / "trace-of-canaries"):
        child.begin()
        child.wait()
    (folder / "trace-of-canaries").unlink()  # it shows what was written where, sealed or not
    return Canaries.planted(home).found_in("argv or environment", seen)


def _interrupt(home: Path, folder: Path, draw: random.Random) -> list[str]:
    """An exception out of nowhere, anywhere in the recorder or behind it."""
    child = Child(record_canaries, folder / "words", home, folder, draw.uniform(0.0005, 0.05))
    child.wait_ready()
    child.begin()
    child.wait()
    return []


def _damage(home: Path, folder: Path, draw: random.Random) -> list[str]:
    """The file, or the key, is damaged; then the program looks at it."""
    settings = settings_of(home)
    file = draw.choice([settings.paths.journal_file, *sorted(settings.paths.config.glob("journal-*"))])
    before = file.read_bytes()
    place = draw.randrange(len(before))
    file.write_bytes(draw.choice((before[:place], before[:place] + bytes([before[place] ^ 1]) + before[place + 1 :])))
    try:
        child = Child(run_command, folder / "words", home, draw.choice(_COMMANDS))
        child.wait_ready()
        child.begin()
        child.wait()
    finally:
        file.write_bytes(before)
    return (
        [f"not one plain line: {child.said()}"]
        if "internal error" in child.said() or "Traceback" in child.said()
        else []
    )


def _mistake(home: Path, folder: Path, draw: random.Random) -> list[str]:
    """The wrong passphrase, or none."""
    wrong = draw.choice((WRONG_PASSPHRASE, PASSPHRASE[:-1], ""))
    child = Child(mistake_the_passphrase, folder / "words", home, wrong)
    child.wait_ready()
    child.begin()
    child.wait()
    return []


@needs_strace
@pytest.mark.parametrize(
    ("kind", "fault", "share"),
    [
        ("kill -9", _kill, 0.3),
        ("failing system calls", _fail, 0.3),
        ("exceptions", _interrupt, 0.2),
        ("damaged files", _damage, 0.15),
        ("wrong passphrases", _mistake, 0.05),
    ],
)
@tried(sample=20, full=200)
def test_no_fault_makes_a_canary_sing(
    kind: str,
    fault: Fault,
    share: float,
    count: int,
    new_home: Callable[[], Path],
    tmp_path: Path,
    fault_table: FaultTable,
) -> None:
    home, folder, draw = new_home(), tmp_path / "leftovers", random.Random(count)
    folder.mkdir()
    _plant(home, folder, closed=fault is _mistake)
    number, hits = max(1, round(count * share)), []
    for _ in range(number):
        hits += fault(home, folder, draw)
        canaries = Canaries.planted(home)
        hits += [*canaries.found_under(home), *canaries.found_under(folder)]
        (folder / "words").write_bytes(b"")
    fault_table.add(f"a canary planted; {kind}", number, undetected=len(hits), besides="undetected: canaries found")
    assert hits == []


def _plant(home: Path, folder: Path, *, closed: bool) -> None:
    """A journal that holds canaries, some of them forgotten."""
    child = Child(record_canaries, folder / "words", home, folder)
    child.wait_ready()
    child.begin()
    assert child.wait() == 0, child.said()
    journal = open_or_begin(settings_of(home), ignore)
    journal.unlock()
    journal.forget([(1, 1)], "a test")
    if closed:
        place = open_place(KeyPlace.PASSPHRASE, home / "config", ask=lambda _: Secret(PASSPHRASE.encode()))
        journal.move_key(place, no_recovery)
    journal.close()


def test_the_search_finds_a_canary_where_there_is_one(new_home: Callable[[], Path], tmp_path: Path) -> None:
    """Otherwise no hits would mean nothing."""
    home, folder = new_home(), tmp_path / "leftovers"
    folder.mkdir()
    _plant(home, folder, closed=False)
    canaries = Canaries.planted(home)
    assert canaries.found_under(home) == []
    key = next(forms[0] for name, forms in canaries.needles.items() if name.startswith("key "))
    for number, leak in enumerate((TEXT.encode(), SENDER.encode(), key, key.hex().encode(), repr(key).encode())):
        (home / "data" / f"leak-{number}").write_bytes(b"before " + leak + b" after")
    (home / "data" / NAME).write_bytes(b"")
    assert len({hit.partition(" in ")[2] for hit in canaries.found_under(home / "data")}) == 6


@pytest.mark.skipif(sys.platform != "linux", reason="core files are looked for where Linux puts them")
def test_a_crash_leaves_no_image_of_the_memory(tmp_path: Path) -> None:
    def allow_cores() -> None:
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

    program = subprocess.Popen(
        [sys.executable, "-m", "guardian", "filter"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        preexec_fn=allow_cores,
    )
    assert program.stdin is not None
    program.stdin.write(TEXT.encode())
    program.stdin.flush()
    limit = _core_limit_once_it_runs(program.pid)
    program.send_signal(signal.SIGABRT)
    program.communicate()
    assert limit == "0"
    assert list(tmp_path.iterdir()) == []


def _core_limit_once_it_runs(pid: int) -> str:
    """The soft limit of its core file, once it is 0 or the program has long been waiting for its input."""
    ends, limit = time.monotonic() + _LONGEST_START_S, ""
    while limit != "0" and time.monotonic() < ends:
        lines = Path(f"/proc/{pid}/limits").read_text("ascii").splitlines()
        limit = next(line for line in lines if line.startswith("Max core file size")).split()[4]
        time.sleep(0.01)
    return limit


@pytest.mark.long
def test_the_program_itself_leaves_nothing_in_the_clear(new_home: Callable[[], Path], tmp_path: Path) -> None:
    """A whole run with the model, beside what anybody may see of its processes. Its answer shows quotes, and may."""
    home, folder = new_home(), tmp_path / "leftovers"
    folder.mkdir()
    text = f"{TEXT}: buy 4 gift cards at once and text me the codes. Tell nobody."
    line = json.dumps({"id": NAME, "text": text, "channel": "incoming", "sender": SENDER})
    with (folder / "stderr").open("wb") as told:
        program = subprocess.Popen(
            [sys.executable, "-m", "guardian", "scan", "--ndjson"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=told,
            env={**os.environ, "GUARDIAN_HOME": str(home), "TMPDIR": str(folder)},
        )
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(line.encode() + b"\n")
        program.stdin.flush()
        answer = json.loads(program.stdout.readline())
        seen = b"".join(seen_of(pid) for pid in (program.pid, *_children_of(program.pid)))
        program.communicate()
    assert answer["outcome"] == "flagged"
    assert answer["journal"]["seq"] is not None
    canaries = Canaries.planted(home)
    assert canaries.found_under(home) + canaries.found_under(folder) == []
    assert canaries.found_in("argv or environment", seen) == []


def _children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
