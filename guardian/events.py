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
class ExampleFails:
    """An example of a policy in force comes out otherwise than the policy says; told once, when the policy is new."""

    line: str
    """One line: file:line:column, what, hint."""


@dataclass(frozen=True, slots=True)
class PoliciesChanged:
    """What is in force for a program that goes on running: when it begins, and when that, or what is wrong, changes."""

    policy_set: str
    """`sha256:<hex>` of the policies in force now."""
    policies: int
    """How many are in force."""
    problems: tuple[str, ...]
    """All that is wrong now, one line each, as in `PolicyProblem`; they take the place of the earlier ones."""


@dataclass(frozen=True, slots=True)
class CalibrationProblem:
    """The owner's calibrated thresholds, or the head that `guardian adapt` made, could not be used; the model judges as
    shipped."""

    line: str
    """One line: what, hint."""


@dataclass(frozen=True, slots=True)
class JournalNotice:
    """Something about the journal that its owner is told once."""

    line: str
    """One line."""


@dataclass(frozen=True, slots=True)
class NotJournaled:
    """A verdict could not be recorded; the journal's key or its disk is in trouble."""

    line: str
    """One line: what, why, and what becomes of it."""
    is_kept: bool
    """True: it waits, sealed, on disk. False: it waits in this process's memory alone."""


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What could not be recorded at once is in the journal now."""

    records: int

    @property
    def line(self) -> str:
        """One line."""
        what = "an earlier verdict is" if self.records == 1 else f"{self.records} earlier verdicts are"
        return f"{what} in the journal now"


@dataclass(frozen=True, slots=True)
class JudgeProblem:
    """The owner's judge could not be used, its canaries failed, or it was ended before it had answered; verdicts go on
    without it."""

    line: str
    """One line: what, why, hint."""


@dataclass(frozen=True, slots=True)
class JudgeMended:
    """The owner's judge, of which a problem was told, knows its canaries again."""

    line: str
    """One line."""


Event = (
    Progress
    | CellStarted
    | CellRestarted
    | PolicyProblem
    | ExampleFails
    | PoliciesChanged
    | CalibrationProblem
    | JournalNotice
    | NotJournaled
    | CaughtUp
    | JudgeProblem
    | JudgeMended
)
Observer = Callable[[Event], None]


def ignore(_event: Event) -> None:
    """An observer that watches nothing."""
