"""The lock on the gate that the app shares with the programs that ask it: the owner's own question goes first.

Invariants: one holder at a time; while the owner waits nobody else gets it; those behind the owner get it in no
particular order. For the thread that screens for the app and the one that screens for clients.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class OwnerFirst:
    """Hand `others` to whoever takes a plain lock."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._is_held = False
        self._owners_waiting = 0
        self._others_waiting = 0
        self.others = _Others(self)
        """The same lock for those who come behind the owner: a context manager, for any number of threads."""

    @property
    def waiting(self) -> int:
        """How many wait for it."""
        return self._owners_waiting + self._others_waiting

    @contextmanager
    def owner(self) -> Iterator[None]:
        """Hold it for a question of the owner's: at most what is in hand now is finished before."""
        with self._change:
            self._owners_waiting += 1
            try:
                self._change.wait_for(lambda: not self._is_held)
                self._is_held = True
            finally:
                self._owners_waiting -= 1
        try:
            yield
        finally:
            self.release()

    def take_behind(self) -> None:
        """Wait until it is free and the owner does not want it, and hold it."""
        with self._change:
            self._others_waiting += 1
            try:
                self._change.wait_for(lambda: not (self._is_held or self._owners_waiting))
                self._is_held = True
            finally:
                self._others_waiting -= 1

    def release(self) -> None:
        """Let the next one have it."""
        with self._change:
            self._is_held = False
            self._change.notify_all()


class _Others:
    def __init__(self, lock: OwnerFirst) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        self._lock.take_behind()

    def __exit__(self, *_: object) -> None:
        self._lock.release()
