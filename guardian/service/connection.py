"""One client's connection, as the service's loop sees it.

Invariants: of a frame no more is read than it says it holds, so that nothing of the next question lies in memory before
its turn; nothing here blocks. For the loop's thread alone.
"""

from __future__ import annotations

import math
import selectors
import socket
from contextlib import suppress
from typing import Final

from guardian.service.frames import Frame, FrameReader
from guardian.service.limits import ServiceLimits

_READ_BYTES: Final = 1 << 18


class ConnectionEndedError(Exception):
    """The client is gone."""


class Connection:
    """Buffers and time limits of one client."""

    def __init__(self, number: int, connection: socket.socket, limits: ServiceLimits, now: float) -> None:
        connection.setblocking(False)
        self.number = number
        self.socket = connection
        self.in_flight = 0
        """Questions that are taken and not answered."""
        self.room_bytes = 0
        """Room that is given for the frame that is coming."""
        self.waits_for_room = False
        self.is_ending = False
        """Nothing more is read from it; it is closed when all is sent."""
        self.events = 0
        """What the loop is told of."""
        self._limits = limits
        self._reader = FrameReader(limits.body_bytes + 1)  # by one byte more a source says that there is more
        self._unsent = bytearray()
        self._since = now
        """When the stage that it is in began: a frame's arrival, the last progress of an answer, or idleness."""

    @property
    def is_idle(self) -> bool:
        """Whether it neither asks nor waits."""
        return not (self.in_flight or self._unsent or self._reader.held_bytes or self.is_ending)

    @property
    def is_in_the_middle(self) -> bool:
        """Whether a question has begun to come."""
        return self._reader.held_bytes > 0

    @property
    def is_done(self) -> bool:
        """Whether it is ending and has been told everything."""
        return self.is_ending and not self._unsent and not self.in_flight

    @property
    def idle_since(self) -> float:
        """When its present stage began (monotonic)."""
        return self._since

    @property
    def frame_bytes(self) -> int | None:
        """Size of the frame that is coming; None where it has not said so yet."""
        return self._reader.frame_bytes

    def wanted_events(self) -> int:
        """What to wait for."""
        events = selectors.EVENT_WRITE if self._unsent else 0
        may_read = not (self.is_ending or self.waits_for_room) and self.in_flight < self._limits.in_flight
        if may_read and len(self._unsent) < self._limits.unsent_bytes:
            events |= selectors.EVENT_READ
        return events

    def due(self) -> float:
        """When it is dropped, if nothing happens until then (monotonic)."""
        if self._unsent:
            return self._since + self._limits.read_within_s
        if self.waits_for_room or (self.in_flight and not self.is_in_the_middle):
            return math.inf
        if self.is_in_the_middle:
            return self._since + self._limits.frame_within_s
        return self._since + self._limits.idle_client_s

    def receive(self, now: float) -> None:
        """Read what there is of the present frame. Raises ConnectionEndedError, FrameError."""
        try:
            data = self.socket.recv(max(1, min(_READ_BYTES, self._reader.missing_bytes)))
        except BlockingIOError:
            return
        except OSError:
            raise ConnectionEndedError from None
        if not data:
            raise ConnectionEndedError
        if not self.is_in_the_middle:
            self._since = now
        self._reader.feed(data)

    def has_unread(self) -> bool:
        """Whether something has come that was not looked at yet: it is not idle then, but has not had its turn."""
        try:
            return bool(self.socket.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def take(self) -> Frame | None:
        """The frame that is complete now. Raises FrameError."""
        return self._reader.take()

    def send(self, data: bytes, now: float) -> None:
        """Queue bytes, and send what the other side takes at once. Raises ConnectionEndedError."""
        if not self._unsent:
            self._since = now
        self._unsent += data
        self.flush(now)

    def flush(self, now: float) -> None:
        """Send what the other side takes. Raises ConnectionEndedError."""
        while self._unsent:
            try:
                with memoryview(self._unsent) as unsent:
                    sent = self.socket.send(unsent)
            except BlockingIOError:
                return
            except OSError:
                raise ConnectionEndedError from None
            del self._unsent[:sent]
            self._since = now

    def resume(self, now: float) -> None:
        """There is room for its frame now."""
        self.waits_for_room = False
        self._since = now

    def close(self) -> None:
        """End it."""
        with suppress(OSError):
            self.socket.close()
