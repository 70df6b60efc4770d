"""Where the time of a cold `guardian filter` goes, step by step (`cold_steps.py`), in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import defaultdict

from benchmarks.cold_steps import CELL_START
from benchmarks.figure import Figure, NotMeasured, Row
from benchmarks.texts import MESSAGE_100_TOKENS
from benchmarks.workplace import Workplace

END = "  the process ends"


def run(bench: Workplace) -> list[Row]:
    """One run fills the caches, the others count."""
    samples: dict[str, list[float]] = defaultdict(list)
    for round_number in range(bench.counts.processes + 1):
        began_s = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.cold_steps"],
            input=MESSAGE_100_TOKENS.encode(),
            capture_output=True,
            env=bench.environment(),
            check=False,
        )
        ended_s = time.monotonic()
        if done.returncode != 0:
            words = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
            return [NotMeasured("cold filter, step by step", words[:200], is_error=True)]
        if round_number:
            _add(samples, json.loads(done.stdout), began_s, ended_s)
    return [Figure(name, values, "ms") for name, values in samples.items()]


def _add(samples: dict[str, list[float]], said: dict[str, float], began_s: float, ended_s: float) -> None:
    cell_ms = said.pop(CELL_START)
    before_s = began_s
    for name, at_s in [*said.items(), (END, ended_s)]:
        samples[name].append((at_s - before_s) * 1000)
        before_s = at_s
    samples[CELL_START].append(cell_ms)
