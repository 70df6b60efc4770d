"""What the parent measured of a generative model's process. Kept from below: nothing in it is something that the model
says about itself.

Invariant: counts only grow while a cell lives; no field carries text of a message.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from guardian.walls.probe import Probe
from guardian.walls.wall import WallLevel


@dataclass(frozen=True, slots=True)
class GenerativeRegister:
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
    """Whether the model is loaded."""
    context_tokens: int
    """Longest prompt with its answer."""
    vocabulary: int
    """Tokens that the model knows."""
    start_ms: float
    """From the last start of the process until its model was ready, the check of the file included."""
    memory_mb: float
    """What the process holds in memory now, the mapped file included (1 MB = 1,000,000 bytes)."""
    deaths: int
    """Times that the process died, hung or spoke nonsense."""
    restarts: int
    """Times that it ran again after that."""
    questions: int
    """Prompts and steps of answers that were evaluated."""
    tokens: int
    """Of all prompts evaluated."""
    reused_tokens: int
    """Of these, how many stood evaluated before."""
    spoken_tokens: int
    retries: int
    """Questions that were asked a second time because the process died over them."""
    busy_ms: float
    """Time in which an answer was awaited from the process."""
    failures: Mapping[str, int]
    """Questions without an answer, by code."""
    trouble: str
    """Why the process last ended, in words; empty where it never did."""
    last_words: str
    """The end of what the process wrote to stderr, made safe to show."""


@dataclass(slots=True)
class GenerativeTally:
    """The register as it is being written: by the keeper's thread, but for the failures, which a lock guards."""

    wall: WallLevel = WallLevel.DOWN
    probes: tuple[Probe, ...] = ()
    is_sealed: bool = False
    threads: int = 0
    process: int = 0
    is_running: bool = False
    context_tokens: int = 0
    vocabulary: int = 0
    start_ms: float = 0.0
    deaths: int = 0
    restarts: int = 0
    questions: int = 0
    tokens: int = 0
    reused_tokens: int = 0
    spoken_tokens: int = 0
    retries: int = 0
    busy_ms: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)
    trouble: str = ""
    last_words: str = ""

    def snapshot(self) -> GenerativeRegister:
        """The register as it stands now."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        values |= {
            "wall": self.wall.value,
            "failures": dict(self.failures),
            "memory_mb": memory_mb(self.process) if self.process else 0.0,
        }
        return GenerativeRegister(**values)


def memory_mb(process: int) -> float:
    """What a process holds in memory, in millions of bytes; 0 where the system does not say."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
