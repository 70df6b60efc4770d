"""The register: what the parent measured of the encoder's process.

Invariants: those of `process_tally` (but what waits now may get less).
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from guardian.inference.process_tally import ProcessRegister, ProcessTally


@dataclass(frozen=True, slots=True, kw_only=True)
class Register(ProcessRegister):
    """One reading of the register."""

    waiting: int
    """Pieces of text that wait for an answer, or for the model to run."""
    silent_ms: float
    """How long they have waited without any answer; 0 where nothing waits."""
    messages: int
    """Messages judged."""
    windows: int
    """Windows that the messages judged had."""
    tokens: int
    unknown_tokens: int
    windows_divided: int
    """Windows that were too long and went through the model in parts; nothing is ever truncated."""
    batches: int


@dataclass(slots=True, kw_only=True)
class Tally(ProcessTally):
    """The register as it is being written, by the dispatcher's thread alone."""

    waiting: int = 0
    silent_since_s: float = 0.0
    """Since when (monotonic clock) pieces wait without any answer; 0 where none does."""
    messages: int = 0
    windows: int = 0
    tokens: int = 0
    unknown_tokens: int = 0
    windows_divided: int = 0
    batches: int = 0

    def wait_for(self, pieces: int) -> None:
        """So many pieces wait now."""
        self.waiting = pieces
        self.silent_since_s = (self.silent_since_s or time.monotonic()) if pieces else 0.0

    def snapshot(self) -> Register:
        """The register as it stands now."""
        values = self.read()
        since_s = values.pop("silent_since_s")  # read once: another thread writes it
        silent_ms = max(time.monotonic() - since_s, 0.0) * 1000 if since_s else 0.0
        return Register(**values, silent_ms=silent_ms)
