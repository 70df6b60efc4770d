"""What a process and all that it started hold, sampled while they work, and whether it grows. Linux alone.

Invariants: read from outside, from /proc; a process that ended between two looks counts for nothing; growth is told as
a slope by least squares over the samples behind the warm-up, and as the difference of two medians.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.memory import family, read_memory

WARM_UP_SHARE: Final = 0.25
"""Of all samples, from the start: caches fill, and the journal's pages come into memory."""
_MB: Final = 1e6
_HOUR_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at a process and what it started."""

    at_s: float
    """Since the soak began."""
    memory_mb: float
    """Resident, shared pages counted in each."""
    descriptors: int
    """Of the process itself."""
    threads: int
    """Of the process itself."""
    processes: int
    """The process and what it started."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How one figure of one process went."""

    first: float
    """Median of the first third behind the warm-up."""
    last: float
    """Median of the last third."""
    most: float
    per_hour: float
    """Slope of the line through all samples behind the warm-up."""


class Sampler:
    """Of several processes, by name."""

    def __init__(self, processes: Mapping[str, int]) -> None:
        self._processes = dict(processes)
        self._began_s = time.monotonic()
        self.samples: dict[str, list[Sample]] = {name: [] for name in processes}

    def look(self) -> None:
        """One sample of each that still runs."""
        for name, process in self._processes.items():
            with suppress(OSError, IndexError, KeyError):
                self.samples[name].append(_sample(process, time.monotonic() - self._began_s))


def growth(samples: Sequence[Sample], name: str) -> Growth:
    """How `name` (a field of Sample) went. Needs at least one sample."""
    behind = list(samples[int(len(samples) * WARM_UP_SHARE) :])
    values = [float(getattr(each, name)) for each in behind]
    third = max(len(values) // 3, 1)
    slope = statistics.linear_regression([each.at_s for each in behind], values).slope if len(behind) > 1 else 0.0
    return Growth(statistics.median(values[:third]), statistics.median(values[-third:]), max(values), slope * _HOUR_S)


def _sample(process: int, at_s: float) -> Sample:
    folder = Path(f"/proc/{process}")
    members = family(process)
    memory = 0
    for member in members:
        with suppress(OSError, KeyError):
            memory += read_memory(member).rss
    return Sample(
        at_s,
        memory / _MB,
        sum(1 for _ in (folder / "fd").iterdir()),
        sum(1 for _ in (folder / "task").iterdir()),
        len(members),
    )
