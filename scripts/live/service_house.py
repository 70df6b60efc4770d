"""A real `guardian serve` in a home of its own, and what it takes of memory: for the measurements beside this file."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from guardian.service.client import ServiceClient
from guardian.service.errors import ServiceUnavailableError
from guardian.service.place import SOCKET_NAME

ORDINARY: Final = (
    "Hi both, the plumber came this morning and the leak under the sink is mended, it was only a worn washer. He left "
    "the old one on the windowsill in case you want to see it. The bill is 85 and I have paid it already, so we can "
    "settle up at the end of the month as usual. Dinner on Saturday still stands, we thought about seven, and please "
    "bring the big pan back if you think of it. Lots of love, Mum"
)
"""100 tokens; the same text as in `scripts/benchmarks/texts.py`."""
SHORT: Final = "The library opens at nine on Saturday, number {}."
SCAM: Final = "Buy 4 gift cards for a client and text me the codes, quick. Do not tell anyone. Order {}."
_STARTS_WITHIN_S: Final = 120.0
_FIELD: Final = re.compile(rb"^(Rss|Pss|VmRSS):\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Footprint:
    """Of the service and all that it started."""

    resident_mb: float
    shared_once_mb: float
    """Pages that several processes share counted once (PSS); 0 where the system does not tell."""
    descriptors: int
    threads: int


@contextmanager
def service() -> Iterator[tuple[int, Path]]:
    """A service that is ready: its process id and its socket. It ends with the context."""
    with tempfile.TemporaryDirectory(prefix="guardian-live-") as home:
        env = {**os.environ, "GUARDIAN_HOME": home}
        process = subprocess.Popen(
            [sys.executable, "-m", "guardian", "serve"], env=env, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        path = Path(home) / "run" / SOCKET_NAME
        try:
            _wait(process, path)
            yield process.pid, path
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def footprint(process: int) -> Footprint:
    """What a process and its descendants take now. Linux alone."""
    resident = shared = descriptors = threads = 0
    for each in family(process):
        folder = Path("/proc") / str(each)
        fields = {name: int(kilobytes) for name, kilobytes in _FIELD.findall((folder / "smaps_rollup").read_bytes())}
        resident += fields[b"Rss"]
        shared += fields.get(b"Pss", 0)
        descriptors += len(os.listdir(folder / "fd"))
        threads += len(os.listdir(folder / "task"))
    return Footprint(resident * 1024 / 1e6, shared * 1024 / 1e6, descriptors, threads)


def family(process: int) -> list[int]:
    """A process and all that it started, itself first."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                # After the name, which stands in parentheses and may hold anything: state, parent (proc(5)).
                parents[int(entry.name)] = int((entry / "stat").read_bytes().rpartition(b")")[2].split()[1])
            except OSError:
                continue
    found = [process]
    for member in found:
        found += [child for child, parent in parents.items() if parent == member]
    return found


def _wait(process: subprocess.Popen[bytes], path: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while True:
        try:
            ServiceClient(path).close()
            return
        except ServiceUnavailableError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
