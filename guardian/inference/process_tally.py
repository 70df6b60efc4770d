"""What the parent measured of a model's process, of whatever kind. Kept from below: nothing in it is something that the
model says about itself.

Invariant: counts only grow while a cell lives; no field carries text of a message.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from guardian.walls.probe import Probe
from guardian.walls.wall import WallLevel


@dataclass(frozen=True, slots=True)
class ProcessRegister:
    """One reading, as far as it is the same for every kind of model."""

    wall: str
    """Level of the cell: netns, seccomp, none or down."""
    probes: tuple[Probe, ...]
    """What the wall's self-test met, road by road."""
    is_sealed: bool
    """Whether the child has lost the right to open files."""
    threads: int
    """Threads that the model computes with."""
    process: int
    """Id of the child; 0 where none runs."""
    is_running: bool
    """Whether the model is loaded, so that what is asked will be answered."""
    start_ms: float
    """From the last start of the process until its model was ready, with a check of the file that it waited for."""
    restarts: int
    """Times that the process ran again after it had died, hung or spoken nonsense."""
    busy_ms: float
    """Time in which an answer was awaited from the process."""
    failures: Mapping[str, int]
    """What was asked and not answered, by code: messages of an encoder, questions to a generative model."""
    trouble: str
    """Why the process last ended, in words; empty where it never did."""
    last_words: str
    """The end of what the process wrote to stderr, made safe to show."""


@dataclass(slots=True)
class ProcessTally:
    """The register as it is being written, by the keeper's thread."""

    wall: WallLevel = WallLevel.DOWN
    probes: tuple[Probe, ...] = ()
    is_sealed: bool = False
    threads: int = 0
    process: int = 0
    is_running: bool = False
    start_ms: float = 0.0
    restarts: int = 0
    busy_ms: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)
    trouble: str = ""
    last_words: str = ""

    def read(self) -> dict[str, Any]:
        """Every field as a register has it."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return values | {"wall": self.wall.value, "failures": dict(self.failures)}
