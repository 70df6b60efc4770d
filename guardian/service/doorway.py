"""Where clients come in.

Invariants: a process of another user is let go before a byte of it is read; where the system has no descriptor left for
a new client it is tried again later, and meanwhile the others are served. For the loop's thread alone.
"""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable, Iterator
from typing import Final

from guardian.service.peer import is_own

_AT_ONCE: Final = 64
"""Clients that are let in before others are served again."""
_AGAIN_AFTER_S: Final = 0.5


class Doorway:
    """The listening socket, in the loop's selector."""

    def __init__(self, listener: socket.socket, selector: selectors.BaseSelector, clock: Callable[[], float]) -> None:
        self.listener = listener
        self.strangers = 0
        """Connections of other users."""
        self._selector, self._clock = selector, clock
        self._opens_at: float | None = None
        listener.setblocking(False)

    @property
    def is_paused(self) -> bool:
        """Whether it waits for descriptors."""
        return self._opens_at is not None

    def open(self) -> None:
        """Let clients come."""
        self._opens_at = None
        self._selector.register(self.listener, selectors.EVENT_READ)

    def shut(self) -> None:
        """Let no more come."""
        if not self.is_paused:
            self._selector.unregister(self.listener)
        self._opens_at = None

    def look_at_the_clock(self) -> None:
        """Open again after a pause."""
        if self._opens_at is not None and self._opens_at <= self._clock():
            self.open()

    def come(self) -> Iterator[socket.socket]:
        """The clients that are there now; whoever takes one closes it."""
        for _ in range(_AT_ONCE):
            try:
                accepted, _address = self.listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError:  # no descriptor left, most likely
                self.shut()
                self._opens_at = self._clock() + _AGAIN_AFTER_S
                return
            if is_own(accepted):
                yield accepted
            else:
                self.strangers += 1
                accepted.close()
