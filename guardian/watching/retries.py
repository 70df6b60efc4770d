"""What is to be tried again later: deliveries that the service, the model or the journal could not take just then.

Invariants: a delivery is due again after a wait that doubles, up to an hour; what is remembered here is bounded by what
is put off, and a new process tries it all at once.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Final

FIRST_WAIT_S: Final = 15.0
LONGEST_WAIT_S: Final = 3600.0


@dataclass(slots=True)
class _PutOff:
    due: float
    wait_s: float


@dataclass(slots=True)
class Retries:
    """Deliveries that are put off, each by the id of its source and its hash."""

    _put_off: dict[tuple[str, bytes], _PutOff] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._put_off)

    def __contains__(self, place: tuple[str, bytes]) -> bool:
        return place in self._put_off

    def is_due(self, source_id: str, tag: bytes) -> bool:
        """Whether it may be asked about now."""
        put_off = self._put_off.get((source_id, tag))
        return put_off is None or time.monotonic() >= put_off.due

    def put_off(self, source_id: str, tag: bytes) -> None:
        """Try it again, later than the last time."""
        before = self._put_off.get((source_id, tag))
        wait_s = min(before.wait_s * 2, LONGEST_WAIT_S) if before is not None else FIRST_WAIT_S
        self._put_off[source_id, tag] = _PutOff(time.monotonic() + wait_s, wait_s)

    def settle(self, source_id: str, tag: bytes) -> None:
        """It is answered."""
        self._put_off.pop((source_id, tag), None)

    def tags(self, source_id: str) -> set[bytes]:
        """Hashes of what is put off of a source."""
        return {tag for each, tag in self._put_off if each == source_id}

    def postpone(self, source_id: str) -> None:
        """What is due of this source could not be met: it is due again after another wait."""
        now = time.monotonic()
        for (each, _), put_off in self._put_off.items():
            if each == source_id and put_off.due <= now:
                put_off.due = now + put_off.wait_s

    def keep(self, source_ids: set[str]) -> None:
        """Let go of what belongs to other sources than these."""
        for place in [place for place in self._put_off if place[0] not in source_ids]:
            del self._put_off[place]

    def due_sources(self) -> set[str]:
        """Sources of which something is due."""
        now = time.monotonic()
        return {source_id for (source_id, _), each in self._put_off.items() if now >= each.due}

    def next_due_s(self) -> float | None:
        """Until the next is due; None where nothing is put off."""
        if not self._put_off:
            return None
        return max(min(each.due for each in self._put_off.values()) - time.monotonic(), 0.0)
