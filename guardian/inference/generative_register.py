"""What the parent measured of a generative model's process.

Invariants: those of `process_tally`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from guardian.inference.process_tally import ProcessRegister, ProcessTally


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerativeRegister(ProcessRegister):
    """One reading of the register."""

    context_tokens: int
    """Longest prompt with its answer."""
    vocabulary: int
    """Tokens that the model knows."""
    memory_mb: float
    """What the process holds in memory now, the mapped file included (1 MB = 1,000,000 bytes)."""
    deaths: int
    """Times that the process died, hung or spoke nonsense."""
    questions: int
    """Prompts and steps of answers that were evaluated."""
    tokens: int
    """Of all prompts evaluated."""
    reused_tokens: int
    """Of these, how many stood evaluated before."""
    spoken_tokens: int
    retries: int
    """Questions that were asked a second time because the process died over them."""


@dataclass(slots=True, kw_only=True)
class GenerativeTally(ProcessTally):
    """The register as it is being written: by the keeper's thread, but for `failures` and `retries`, which a lock
    guards."""

    context_tokens: int = 0
    vocabulary: int = 0
    deaths: int = 0
    questions: int = 0
    tokens: int = 0
    reused_tokens: int = 0
    spoken_tokens: int = 0
    retries: int = 0

    def snapshot(self) -> GenerativeRegister:
        """The register as it stands now."""
        values = self.read()
        return GenerativeRegister(**values, memory_mb=memory_mb(self.process) if self.process else 0.0)


def memory_mb(process: int) -> float:
    """What a process holds in memory, in millions of bytes; 0 where the system does not say."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
