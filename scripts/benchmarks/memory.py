"""Memory of Guardian and its model's cell after a batch of texts, read from outside while `scan --ndjson` runs.

RSS counts pages that two processes share twice; PSS counts each once. The model's file also stands in a sealed memory
file (see `guardian.inference.model_file`), which is in neither and has a line of its own. Linux alone.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from benchmarks.figure import Figure, NotMeasured, Row, at_most
from benchmarks.workplace import Workplace, guardian_command

RESIDENT = at_most(300)
_PROC = Path("/proc")
_MB = 1e6
_FIELD = re.compile(rb"^(Rss|Pss|VmRSS):\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one process, in bytes."""

    rss: int
    pss: int
    """0 where the system does not let it be read."""
    memory_files: dict[int, int]
    """Bytes of anonymous memory files (memfd), by inode, so that a file that two processes hold counts once."""


def run(bench: Workplace) -> list[Row]:
    """One process after its batch, with everything that it started."""
    if not (_PROC / "self" / "status").exists():
        return [NotMeasured("resident memory", "there is no /proc here")]
    lines = [text.line() for text in bench.texts.mixed(bench.counts.texts, 0.5)]
    with _scanning(bench, lines) as process:
        parent, *children = [read_memory(number) for number in family(process.pid)]
    return _rows(parent, children, f"after {len(lines)} texts")


def _rows(parent: Memory, children: list[Memory], when: str) -> list[Row]:
    everyone = [parent, *children]
    files: dict[int, int] = {}
    for each in everyone:
        files |= each.memory_files
    rss = sum(each.rss for each in everyone)
    held = sum(files.values())
    apart = f"{parent.rss / _MB:.0f} + {sum(each.rss for each in children) / _MB:.0f} MB; {when}"
    rows: list[Row] = [
        Figure("resident memory, RSS, parent and cell", [rss / _MB], "MB", RESIDENT, apart),
        Figure("  the model's sealed copy, besides", [held / _MB], "MB", baseline="memfd, in no process's RSS"),
    ]
    if all(each.pss for each in everyone):
        pss = sum(each.pss for each in everyone)
        rows.insert(1, Figure("  PSS: shared pages once", [pss / _MB], "MB"))
        rows.append(Figure("  PSS and the sealed copy together", [(pss + held) / _MB], "MB", RESIDENT))
    return rows


@contextmanager
def _scanning(bench: Workplace, lines: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """`guardian scan --ndjson` that has answered all lines and waits for more."""
    process = subprocess.Popen(
        guardian_command("scan", "--ndjson"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=bench.environment(),
    )
    asking, answering = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
    try:
        for line in lines:
            asking.write(line.encode())
            asking.flush()
            if not answering.readline():
                raise RuntimeError(f"guardian scan ended early with exit code {process.wait()}")
        yield process
    finally:
        with suppress(BrokenPipeError):
            asking.close()
        answering.close()
        process.wait()


def family(process: int) -> list[int]:
    """A process and all that it started, itself first."""
    parents: dict[int, int] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                # After the name, which stands in parentheses and may hold anything: state, parent (proc(5)).
                after_name = (entry / "stat").read_bytes().rpartition(b")")[2]
                parents[int(entry.name)] = int(after_name.split()[1])
    found = [process]
    for member in found:
        found += [child for child, parent in parents.items() if parent == member]
    return found


def read_memory(process: int) -> Memory:
    """Of one process. The cell of an ordinary account hides all but its `status`."""
    folder = _PROC / str(process)
    try:
        values = _fields((folder / "smaps_rollup").read_bytes())
        return Memory(values["Rss"], values["Pss"], _memory_files(folder / "fd"))
    except (PermissionError, FileNotFoundError):
        return Memory(_fields((folder / "status").read_bytes())["VmRSS"], 0, {})


def _fields(content: bytes) -> dict[str, int]:
    return {name.decode(): int(value) * 1024 for name, value in _FIELD.findall(content)}


def _memory_files(folder: Path) -> dict[int, int]:
    files: dict[int, int] = {}
    for entry in folder.iterdir():
        with suppress(OSError):
            if os.readlink(entry).startswith("/memfd:"):
                facts = entry.stat()
                if stat.S_ISREG(facts.st_mode):
                    files[facts.st_ino] = facts.st_blocks * 512
    return files
