"""Resident memory of this process and of the model's cell, which is its child. Linux alone; elsewhere it is unknown.

Source: proc(5), `VmRSS` of /proc/PID/status. The cell of an ordinary account hides all else of itself.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

_RESIDENT = re.compile(rb"^VmRSS:\s+(\d+) kB", re.MULTILINE)


def resident_mb(proc: Path = Path("/proc")) -> dict[str, float] | None:
    """Megabytes (10^6) of the parent and of its children, `{"parent": ..., "cell": ...}`; None where unknown."""
    own = os.getpid()
    parent = _read(proc / str(own))
    if parent is None:
        return None
    children = [_read(entry) for entry in proc.iterdir() if entry.name.isdigit() and _parent_of(entry) == own]
    return {"parent": parent, "cell": sum(each for each in children if each is not None)}


def _read(folder: Path) -> float | None:
    with suppress(OSError):
        found = _RESIDENT.search((folder / "status").read_bytes())
        return int(found[1]) * 1024 / 1e6 if found else None
    return None


def _parent_of(folder: Path) -> int:
    with suppress(OSError):
        # After the name, which stands in parentheses and may hold anything: state, parent (proc(5)).
        return int((folder / "stat").read_bytes().rpartition(b")")[2].split()[1])
    return 0
