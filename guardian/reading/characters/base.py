"""What a step of undoing disguises hands back.

Invariants: edits are in order and do not overlap; edits and traces speak of the text that the step was given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

PLAIN: Final = 0.9
"""How sure: what hardly anybody writes who means to be read as it stands. That of `guardian.detectors.rulebook`."""
WEAK: Final = 0.6
"""How sure: what ordinary people write too, now and then."""

INVISIBLE: Final = "invisible_characters"
LOOKALIKE: Final = "lookalike_letters"
ENCODED: Final = "encoded_payload"
ESCAPE: Final = "terminal_escape"


@dataclass(frozen=True, slots=True)
class Edit:
    """What stands in place of a run of the text."""

    start: int
    end: int
    """One past the last character."""
    new: str


@dataclass(frozen=True, slots=True)
class Trace:
    """One place that is written in disguise."""

    kind: str
    """Short and stable: see `guardian.reading.base.Disguise`."""
    tactic: str
    start: int
    end: int
    """One past the last character."""
    say: str
    score: float
    decoded: str | None = None
    """What it says; empty where it says nothing; None for what stands there once all steps are done."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one step found."""

    edits: list[Edit] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    is_telling: bool = False
    """Whether the edited text is worth judging although no trace was left: it says something that the written one
    did not say to a machine."""


NOTHING: Final = Look()

Step = Callable[[str, frozenset[str]], Look]
"""A text, and the set of its characters (of the written text: what a step may save itself)."""
