"""Forgets deliveries that are gone from their source for long, so that what is remembered does not grow for ever.

Once in `EVERY_DAYS` a look asks about everything that is there. What was done and is not among it is missed from that
day on; what is missed for `KEPT_DAYS` is forgotten, and would be new if it came back.

Invariants: nothing is missed, and nothing forgotten, after a look that could not see everything; what is there when it
is counted is never forgotten, so nothing that stays is screened twice; kinds of which the same messages come back in
another file (`Source.keeps_all`) are not counted.
"""

from __future__ import annotations

import time
from typing import Final, Self

from guardian.sources.live.base import Source
from guardian.watching.memory import Memory

EVERY_DAYS: Final = 7
KEPT_DAYS: Final = 90
_DAY_S: Final = 86_400


class Census:
    """One look that counts. Stands for `Memory.is_seen` in it."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._met: set[bytes] = set()

    @classmethod
    def due(cls, source: Source, memory: Memory) -> Self | None:
        """A census, with the source told to look at everything; None where it is not time for one."""
        is_due = not source.keeps_all and memory.is_known and today() - memory.counted_day >= EVERY_DAYS
        if not is_due:
            return None
        source.look_anew()
        return cls(memory)

    def __call__(self, key: bytes) -> bool:
        """Whether the delivery of this key, or one with this stamp, is done; it is there."""
        tag = self._memory.tag(key)
        is_done = self._memory.has_done(tag)
        if is_done:
            self._met.add(tag)
        return is_done

    def given(self, key: bytes) -> None:
        """The source gave out the delivery of this key: it is there too."""
        self._met.add(self._memory.tag(key))

    def close(self) -> int:
        """The look saw everything. How many rows were forgotten."""
        return self._memory.count(self._met, today(), KEPT_DAYS)


def today() -> int:
    """The day, from 1970-01-01."""
    return int(time.time() // _DAY_S)
