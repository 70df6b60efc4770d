"""What the core tells whoever watches: progress and trouble, as plain values.

Invariant: the core never prints. A command or the app passes an `Observer`; events carry no text of a message.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """Some messages of a longer run are done."""

    done: int
    total: int | None
    """None where the end is not known."""
    what: str = "messages"


@dataclass(frozen=True, slots=True)
class CellStarted:
    """The model's child process is up."""

    wall: str
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class CellRestarted:
    """The model's child process died or hung and was started again."""

    reason: str
    restarts: int


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """A policy file could not be used as it stands."""

    line: str
    """One line: file:line:column, what, hint."""


@dataclass(frozen=True, slots=True)
class CalibrationProblem:
    """The owner's calibrated thresholds could not be used; the shipped ones are in force."""

    line: str
    """One line: what, hint."""


Event = Progress | CellStarted | CellRestarted | PolicyProblem | CalibrationProblem
Observer = Callable[[Event], None]


def ignore(_event: Event) -> None:
    """An observer that watches nothing."""
