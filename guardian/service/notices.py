"""What an owner must know besides a verdict, kept for whoever asks next.

A service's standard error is read by nobody who waits for an answer, so what `guardian.commands.narration` would say to
whoever screens for themselves goes with the answers: what is wrong as long as it is wrong, and what is told once with
the next answer.

Invariants: nothing here carries text of a message; what is to be told once is told once. Safe for threads.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Final

from guardian.events import (
    CalibrationProblem,
    CaughtUp,
    Event,
    ExampleFails,
    JournalNotice,
    JudgeMended,
    JudgeProblem,
    NotJournaled,
    Observer,
    PoliciesChanged,
    PolicyProblem,
)
from guardian.safe_text import safe_line

MOST_WAITING: Final = 64
"""Lines that wait to be told once; the oldest go first."""


class Notices:
    """An observer of a gate and its journal that hands everything on to another one, and keeps what is to be told."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._lock = threading.Lock()
        self._policies: dict[str, None] = {}
        self._calibration: dict[str, None] = {}
        self._once: deque[str] = deque(maxlen=MOST_WAITING)

    def __call__(self, event: Event) -> None:
        """See `guardian.events.Observer`."""
        with self._lock:
            self._note(event)
        self._observer(event)

    def begin(self) -> None:
        """A gate is about to be opened anew: what is wrong will be said again."""
        with self._lock:
            self._policies.clear()
            self._calibration.clear()

    def take(self) -> tuple[str, ...]:
        """What goes with the next answer, each a safe line."""
        with self._lock:
            lines = (*self._policies, *self._calibration, *self._once)
            self._once.clear()
        return tuple(safe_line(line) for line in lines)

    def _note(self, event: Event) -> None:
        match event:
            case PolicyProblem(line):
                self._policies[line] = None
            case PoliciesChanged(problems=problems):
                self._policies = dict.fromkeys(problems)
            case CalibrationProblem(line):
                self._calibration[line] = None
            case ExampleFails(line) | JournalNotice(line) | NotJournaled(line) | JudgeProblem(line) | JudgeMended(line):
                self._once.append(line)
            case CaughtUp(records) if records:
                self._once.append(event.line)
            case _:
                pass
