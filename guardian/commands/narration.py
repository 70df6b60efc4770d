"""Events of the core as lines on standard error: what an owner must know, and under --verbose what helps to understand.

Invariant: a policy file or a calibration that cannot be used, and a verdict that was not recorded, is always said;
nothing here carries text of a message.
"""

from __future__ import annotations

import sys

from guardian.events import (
    CalibrationProblem,
    CaughtUp,
    CellRestarted,
    CellStarted,
    Event,
    ExampleFails,
    JournalNotice,
    JudgeMended,
    JudgeProblem,
    NotJournaled,
    Observer,
    PoliciesChanged,
    PolicyProblem,
    Progress,
)
from guardian.safe_text import safe_line


def narrate(*, verbose: bool) -> Observer:
    """An observer that prints problems of policies, calibration and journal, and with `verbose` how the model fares."""
    said: set[str] = set()

    def tell(event: Event) -> None:
        match event:
            case PolicyProblem(line):
                said.add(line)
                _print(line)
            case CalibrationProblem(line) | JournalNotice(line) | NotJournaled(line):
                _print(line)
            case JudgeProblem(line) | JudgeMended(line):
                _print(line)
            case ExampleFails(line):
                _print(line)
            case PoliciesChanged(policies=policies, problems=problems):
                _print(f"policies in force: {policies}")
                for line in problems:
                    if line not in said:
                        _print(line)
                said.clear()  # what is mended and breaks again is said again
                said.update(problems)
            case CellStarted(wall, elapsed_ms) if verbose:
                _print(f"the model is up after {elapsed_ms:.0f} ms, wall {wall}")
            case CellRestarted(reason, restarts) if verbose:
                _print(f"the model was started again ({restarts}): {reason}")
            case CaughtUp(records) if records:
                _print(event.line)
            case Progress(done, total, what) if verbose and done == total:
                _print(f"{what}: {done} done")
            case _:
                pass

    return tell


def _print(words: str) -> None:
    print(f"guardian: {safe_line(words)}", file=sys.stderr)
