"""The register: what the parent measured of the model's process. Kept from below: nothing in it is something that
the model says about itself.

Invariant: counts only grow while an encoder lives (but for what waits now); no field carries text of a message.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from guardian.walls.probe import Probe
from guardian.walls.wall import WallLevel


@dataclass(frozen=True, slots=True)
class Register:
    """One reading of the register."""

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
    waiting: int
    """Pieces of text that wait for an answer, or for the model to run."""
    silent_ms: float
    """How long they have waited without any answer; 0 where nothing waits."""
    start_ms: float
    """From the last start of the process until its model was ready."""
    restarts: int
    messages: int
    """Messages judged."""
    windows: int
    """Windows that the messages judged had."""
    tokens: int
    unknown_tokens: int
    windows_divided: int
    """Windows that were too long and went through the model in parts; nothing is ever truncated."""
    batches: int
    busy_ms: float
    """Time in which an answer was awaited from the process."""
    failures: Mapping[str, int]
    """Messages not judged, by code."""
    trouble: str
    """Why the process last ended, in words; empty where it never did."""
    last_words: str
    """The end of what the process wrote to stderr, made safe to show."""


@dataclass(slots=True)
class Tally:
    """The register as it is being written, by the dispatcher's thread alone."""

    wall: WallLevel = WallLevel.DOWN
    probes: tuple[Probe, ...] = ()
    is_sealed: bool = False
    threads: int = 0
    process: int = 0
    is_running: bool = False
    waiting: int = 0
    silent_since_s: float = 0.0
    """Since when (monotonic clock) pieces wait without any answer; 0 where none does."""
    start_ms: float = 0.0
    restarts: int = 0
    messages: int = 0
    windows: int = 0
    tokens: int = 0
    unknown_tokens: int = 0
    windows_divided: int = 0
    batches: int = 0
    busy_ms: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)
    trouble: str = ""
    last_words: str = ""

    def wait_for(self, pieces: int) -> None:
        """So many pieces wait now."""
        self.waiting = pieces
        self.silent_since_s = (self.silent_since_s or time.monotonic()) if pieces else 0.0

    def snapshot(self) -> Register:
        """The register as it stands now."""
        values = {name: getattr(self, name) for name in Register.__dataclass_fields__ if name != "silent_ms"}
        since_s = self.silent_since_s  # read once: another thread writes it
        values["silent_ms"] = max(time.monotonic() - since_s, 0.0) * 1000 if since_s else 0.0
        values["wall"] = self.wall.value
        values["failures"] = dict(self.failures)
        return Register(**values)
