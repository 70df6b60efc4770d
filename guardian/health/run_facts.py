"""What a running program measured of its own screening: every verdict it gave, its threads, its model's restarts.

Invariants: numbers come from verdicts and events of the core; no text of a message is kept, and of its source the first
word alone. `RunTally` is for one thread; what it hands out is frozen.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from guardian.safe_text import safe_line
from guardian.verdict import Verdict

MOST_LATENCIES: Final = 1_000
MOST_RESTARTS_KEPT: Final = 20
SOURCE_CHARACTERS: Final = 24


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One look at the run."""

    began_ms: int
    last_ms: Mapping[tuple[str, str], int] = field(default_factory=lambda: MappingProxyType({}))
    """When a message was last screened, by channel and source."""
    outcomes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    latencies_ms: Sequence[float] = ()
    """From reading to verdict, oldest first."""
    beat_ms: int | None = None
    """When the screening thread last gave a sign of life; None where there is none."""
    queued: int = 0
    """Messages that wait for the screening thread."""
    stalled_s: float = 0.0
    """How long something has waited with no verdict at all; 0 where nothing does."""
    stopped: str = ""
    """Why nothing is screened, in one safe line; empty where it is."""
    restarts: Sequence[tuple[int, str]] = ()
    """When the model was started again, and why."""
    not_journaled: int = 0
    journal_trouble: str = ""
    policy_problems: Sequence[str] = ()
    service: str = ""
    """Who answers other programs that ask for verdicts, in one safe line; empty where this run has no say in that."""


class RunTally:
    """The same, while it is being counted."""

    def __init__(self, began_ms: int) -> None:
        self._began_ms = began_ms
        self._last_ms: dict[tuple[str, str], int] = {}
        self._outcomes: Counter[str] = Counter()
        self._latencies_ms: deque[float] = deque(maxlen=MOST_LATENCIES)
        self._restarts: deque[tuple[int, str]] = deque(maxlen=MOST_RESTARTS_KEPT)

    def add(self, verdict: Verdict, source: str, at_ms: int) -> None:
        """Count one verdict."""
        self._last_ms[verdict.channel, source_name(source)] = at_ms
        self._outcomes[verdict.outcome.value] += 1
        self._latencies_ms.append(verdict.elapsed_ms)

    def restarted(self, why: str, at_ms: int) -> None:
        """The model was started again."""
        self._restarts.append((at_ms, safe_line(why)))

    def facts(self) -> RunFacts:
        """What was counted so far."""
        return RunFacts(
            began_ms=self._began_ms,
            last_ms=MappingProxyType(dict(self._last_ms)),
            outcomes=MappingProxyType(dict(self._outcomes)),
            latencies_ms=tuple(self._latencies_ms),
            restarts=tuple(self._restarts),
        )


def source_name(source: str) -> str:
    """The kind of a source (`maildir`, `ask`), safe and short, without the place that it names."""
    return safe_line(source.partition(":")[0].rpartition("/")[2] or "unnamed", SOURCE_CHARACTERS)
