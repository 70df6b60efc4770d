"""A filter's steps in a process of its own, with the moment at which each was done, as JSON.

    python -m benchmarks.cold_steps < MESSAGE

The steps are those of `guardian.commands.filter`. The model's cell starts while the policies are being loaded, so its
own start is given beside the steps and is no step itself. Invariant: nothing of Guardian's is imported before the clock
runs.
"""

from __future__ import annotations

import json
import os
import sys
import time

CELL_START = "  (the model's cell, meanwhile)"


def _steps() -> dict[str, float]:
    """The moment (CLOCK_MONOTONIC, seconds) at which each step was done, and milliseconds of the cell's start."""
    done = {"  python starts": time.monotonic()}
    from guardian.assembly import open_gate
    from guardian.events import CellStarted, Event
    from guardian.message import Message
    from guardian.settings import load_settings

    done["  imports"] = time.monotonic()
    settings = load_settings(os.environ, {})
    done["  settings"] = time.monotonic()
    started: list[float] = []

    def watch(event: Event) -> None:
        if isinstance(event, CellStarted):
            started.append(event.elapsed_ms)

    with open_gate(settings, watch) as gate:
        done["  gate opens: model hash, policies, bank"] = time.monotonic()
        gate.screen(Message(sys.stdin.buffer.read()))
        done["  verdict, with waiting for the cell"] = time.monotonic()
    done["  gate closes"] = time.monotonic()
    return {**done, CELL_START: started[0]}


if __name__ == "__main__":
    print(json.dumps(_steps()))
