"""Events of the core as lines on standard error: what an owner must know, and under --verbose what helps to understand.

Invariant: a policy file that cannot be used is always said; nothing here carries text of a message.
"""

from __future__ import annotations

import sys

from guardian.events import CellRestarted, CellStarted, Event, Observer, PolicyProblem, Progress
from guardian.safe_text import safe_line


def narrate(*, verbose: bool) -> Observer:
    """An observer that prints policy problems, and with `verbose` how the model's process fares."""

    def tell(event: Event) -> None:
        match event:
            case PolicyProblem(line):
                _print(line)
            case CellStarted(wall, elapsed_ms) if verbose:
                _print(f"the model is up after {elapsed_ms:.0f} ms, wall {wall}")
            case CellRestarted(reason, restarts) if verbose:
                _print(f"the model was started again ({restarts}): {reason}")
            case Progress(done, total, what) if verbose and done == total:
                _print(f"{what}: {done} done")
            case _:
                pass

    return tell


def _print(words: str) -> None:
    print(f"guardian: {safe_line(words)}", file=sys.stderr)
