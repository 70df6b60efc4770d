"""Room in memory for large questions, given in the order in which it was asked for.

Invariants: what is given out is never more than there is, but for one question that is larger than all of it and is
alone; whoever asked earlier gets it earlier, so a large one is not kept waiting by small ones. For one thread.
"""

from __future__ import annotations

from collections import OrderedDict


class Room:
    """Counts bytes."""

    def __init__(self, bytes_in_all: int) -> None:
        self._in_all = bytes_in_all
        self._given = 0
        self._wanted: OrderedDict[int, int] = OrderedDict()

    @property
    def given_bytes(self) -> int:
        """What is given out now."""
        return self._given

    def ask(self, client: int, size: int) -> bool:
        """Room for `size` bytes. False: `client` waits, and is among those that `grant` names later."""
        if not self._wanted and self._fits(size):
            self._given += size
            return True
        self._wanted[client] = size
        return False

    def give_back(self, size: int) -> None:
        """What was given is free again."""
        self._given -= size

    def forget(self, client: int) -> None:
        """It no longer waits."""
        self._wanted.pop(client, None)

    def grant(self) -> list[int]:
        """The clients whose turn has come: their room is given."""
        granted = []
        while self._wanted and self._fits(next(iter(self._wanted.values()))):
            client, size = self._wanted.popitem(last=False)
            self._given += size
            granted.append(client)
        return granted

    def _fits(self, size: int) -> bool:
        return self._given == 0 or self._given + size <= self._in_all
