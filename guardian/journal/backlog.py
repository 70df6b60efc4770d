"""What could go neither into the journal nor into its waiting room, and is held in memory until it can.

Invariants: at most `MOST_IN_MEMORY` records; beyond that the oldest go, and how many went is known; a delivery that has
a name is held one time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from guardian.journal.record import Record

MOST_IN_MEMORY: Final = 10_000


@dataclass(frozen=True, slots=True)
class Counted:
    """A message of which only the number is kept."""

    day: str
    """ISO, UTC."""
    channel: str
    outcome: str
    once: bytes = b""
    """The name of its delivery; empty where it has none."""
    n: int = 1
    """How many such messages; 1 where it has a name."""


@dataclass(slots=True, repr=False)
class Backlog:
    """What waits in memory, oldest first."""

    records: list[tuple[Record, bytes]] = field(default_factory=list)
    """Each with the name of its delivery, which may be empty."""
    counts: dict[bytes | tuple[str, str, str], Counted] = field(default_factory=dict)
    """One for each day, channel and outcome, and one for each delivery that has a name, by that."""
    dropped: int = 0
    """Records that had to go, and whose going is not recorded yet."""

    def __bool__(self) -> bool:
        return bool(self.records or self.counts or self.dropped)

    def hold(self, record: Record, once: bytes) -> None:
        """Take a record in."""
        if once and any(held == once for _, held in self.records):
            return
        self.records.append((record, once))
        while len(self.records) > MOST_IN_MEMORY:
            self.records.pop(0)
            self.dropped += 1

    def hold_count(self, counted: Counted) -> None:
        """Take a count in."""
        key = counted.once or (counted.day, counted.channel, counted.outcome)
        held = self.counts.get(key)
        if held is None:
            self.counts[key] = counted
        elif not counted.once:
            self.counts[key] = replace(held, n=held.n + counted.n)

    @property
    def messages_counted(self) -> int:
        """Messages of which only the number is kept."""
        return sum(each.n for each in self.counts.values())
