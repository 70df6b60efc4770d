"""The service's one thread that talks to its clients.

Invariants: nothing here waits for a client, the gate or the disk; what a client may hold of our memory and time is in
`ServiceLimits`; a connection that ends takes with it its room, its questions that wait and its descriptor.
"""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from guardian import __version__
from guardian.service.answering import refusal_bytes
from guardian.service.connection import Connection, ConnectionEndedError
from guardian.service.counts import Counts
from guardian.service.doorway import Doorway
from guardian.service.errors import RefusalCode
from guardian.service.frames import Frame, FrameError, FrameTooBigError, encode
from guardian.service.limits import ServiceLimits
from guardian.service.place import Household
from guardian.service.questions import SCREEN, STATUS, is_for, is_set, message_of, speaks
from guardian.service.room import Room
from guardian.service.turns import Question, Turns

_TICK_S: Final = 1.0
"""How often time limits are looked at."""


class Loop:
    """Runs in its own thread from `start` until `stop` and the last answer."""

    def __init__(
        self,
        listener: socket.socket,
        limits: ServiceLimits,
        turns: Turns,
        *,
        status: Callable[[], Mapping[str, Any]],
        ended: Callable[[], None],
        house: Household = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`status` is asked in the loop's thread and must be quick; the loop adds what it counted itself. `ended` is
        called at the end, whatever brought it about."""
        self._limits, self._turns, self._house = limits, turns, house
        self._status, self._ended, self._clock = status, ended, clock
        self._selector = selectors.DefaultSelector()
        self._doorway = Doorway(listener, self._selector, clock)
        self._connections: dict[int, Connection] = {}
        self._room = Room(limits.held_bytes)
        self._answers: deque[tuple[Question, bytes, bool]] = deque()
        self._wake_out, self._wake_in = socket.socketpair()
        self._numbers = 0
        self._looks_at = 0.0
        self._ends_at: float | None = None
        self._must_stop = False
        self.counts = Counts()
        self.last_asked_s = clock()
        """When somebody last asked for a verdict, or was answered (monotonic)."""
        self.unanswered = 0
        """Questions whose clients still waited when it ended."""
        self._thread = threading.Thread(target=self._run, name="guardian-clients", daemon=True)

    def start(self) -> None:
        """Begin to take clients."""
        for wake in (self._wake_out, self._wake_in):
            wake.setblocking(False)
        self._selector.register(self._wake_out, selectors.EVENT_READ)
        self._doorway.open()
        self._thread.start()

    def deliver(self, question: Question, data: bytes, is_refusal: bool) -> None:
        """An answer, or a refusal, for whoever asked. From any thread."""
        self._answers.append((question, data, is_refusal))
        self._wake()

    def stop(self) -> None:
        """Take no new clients and questions, answer those that were taken, and end. From any thread."""
        self._must_stop = True
        self._wake()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end. False where it did not come."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _wake(self) -> None:
        with suppress(BlockingIOError, OSError):  # it is awake, or gone
            self._wake_in.send(b"\0")

    # The loop

    def _run(self) -> None:
        try:
            while not self._is_over():
                for key, events in self._selector.select(self._patience_s()):
                    self._serve(key, events)
                self._deliver_all()
                self._grant_room()
                self._look_at_the_clock()
                if self._must_stop and self._ends_at is None:
                    self._begin_to_stop()
        finally:
            self.unanswered = sum(each.in_flight for each in self._connections.values())
            for connection in list(self._connections.values()):
                self._drop(connection)
            self._selector.close()
            for each in (self._doorway.listener, self._wake_in, self._wake_out):
                each.close()
            self._ended()

    def _patience_s(self) -> float | None:
        """How long nothing may happen before the clock is looked at; for ever where nobody has a time limit."""
        return _TICK_S if self._connections or self._doorway.is_paused or self._ends_at is not None else None

    def _is_over(self) -> bool:
        return self._ends_at is not None and (not self._connections or self._clock() >= self._ends_at)

    def _serve(self, key: selectors.SelectorKey, events: int) -> None:
        if key.fileobj is self._doorway.listener:
            for accepted in self._doorway.come():
                self._welcome(accepted)
        elif key.fileobj is self._wake_out:
            with suppress(BlockingIOError):
                while self._wake_out.recv(4096):
                    pass
        else:
            connection: Connection = key.data
            if self._connections.get(connection.number) is connection:
                self._guarded(connection, lambda: self._exchange(connection, events))

    def _guarded(self, connection: Connection, step: Callable[[], None]) -> None:
        """One step with one client; whatever is wrong with it ends that connection alone."""
        try:
            step()
            if connection.is_done:
                raise ConnectionEndedError
        except ConnectionEndedError:
            self._drop(connection)
        except FrameTooBigError as error:
            self._turn_away(connection, RefusalCode.TOO_BIG, str(error))
        except FrameError as error:
            self._turn_away(connection, RefusalCode.BAD_QUESTION, str(error))
        except Exception as error:  # a defect that one question meets must not end the service for all
            self._turn_away(connection, RefusalCode.FAILED, f"internal error ({type(error).__name__})")
        else:
            self._listen_to(connection)

    def _exchange(self, connection: Connection, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            connection.flush(self._clock())
        if events & selectors.EVENT_READ and connection.wanted_events() & selectors.EVENT_READ:
            connection.receive(self._clock())
            self._make_room_for(connection)
            if (frame := connection.take()) is not None:
                self._take(connection, frame)

    def _make_room_for(self, connection: Connection) -> None:
        size = connection.frame_bytes
        if size is None or size <= self._limits.free_bytes or connection.room_bytes or connection.waits_for_room:
            return
        connection.room_bytes = size
        connection.waits_for_room = not self._room.ask(connection.number, size)

    def _grant_room(self) -> None:
        for number in self._room.grant():
            self._connections[number].resume(self._clock())
            self._listen_to(self._connections[number])

    def _take(self, connection: Connection, frame: Frame) -> None:
        """A whole question has come. Raises FrameError, ConnectionEndedError."""
        if not speaks(frame.header):
            self._turn_away(connection, RefusalCode.OTHER_VERSION, f"the service is Guardian {__version__}")
        elif frame.header.get("ask") == STATUS:
            self._free_room_of(connection)
            connection.send(encode(Frame({"status": self._whole_status()})), self._clock())
        elif frame.header.get("ask") == SCREEN and not is_for(self._house, frame.header):
            self._turn_away(connection, RefusalCode.OTHER_HOUSE, "the service that runs has another configuration")
        elif frame.header.get("ask") == SCREEN:
            all_policies = is_set(frame.header, "all_policies")
            message = replace(message_of(frame), asked_s=time.monotonic())  # others wait behind it
            question = Question(connection.number, message, all_policies, connection.room_bytes)
            connection.room_bytes = 0
            connection.in_flight += 1
            self.counts.questions += 1
            self.last_asked_s = self._clock()
            self._turns.put(question)
        else:
            raise FrameError("nothing that can be asked")

    def _free_room_of(self, connection: Connection) -> None:
        self._room.give_back(connection.room_bytes)
        connection.room_bytes = 0

    def _deliver_all(self) -> None:
        while self._answers:
            question, data, is_refusal = self._answers.popleft()
            self._room.give_back(question.room_bytes)
            self.counts.answers += not is_refusal
            self.counts.refusals += is_refusal
            self.last_asked_s = self._clock()
            connection = self._connections.get(question.client)
            if connection is not None:
                connection.in_flight -= 1
                self._send(connection, data)

    def _send(self, connection: Connection, data: bytes) -> None:
        self._guarded(connection, lambda: connection.send(data, self._clock()))

    # Clients that come and go

    def _welcome(self, accepted: socket.socket) -> None:
        self._numbers += 1
        connection = Connection(self._numbers, accepted, self._limits, self._clock())
        has_place = len(self._connections) < self._limits.clients or self._let_an_idle_one_go()
        self._connections[connection.number] = connection
        if has_place:
            self._listen_to(connection)
        else:
            self._turn_away(connection, RefusalCode.BUSY, f"the service has {self._limits.clients} clients already")

    def _let_an_idle_one_go(self) -> bool:
        idle = (each for each in self._connections.values() if each.is_idle and not each.has_unread())
        longest = min(idle, key=lambda each: each.idle_since, default=None)
        if longest is not None:
            self._drop(longest)
        return longest is not None

    def _turn_away(self, connection: Connection, code: RefusalCode, say: str) -> None:
        """Say why, and end the connection behind what it still waits for."""
        if connection.is_ending:
            return
        connection.is_ending = True
        self._send(connection, refusal_bytes(code, say))

    def _listen_to(self, connection: Connection) -> None:
        """Bring what the selector waits for into step."""
        wanted = connection.wanted_events()
        if wanted == connection.events or connection.number not in self._connections:
            return
        if not connection.events:
            self._selector.register(connection.socket, wanted, connection)
        elif not wanted:
            self._selector.unregister(connection.socket)
        else:
            self._selector.modify(connection.socket, wanted, connection)
        connection.events = wanted

    def _drop(self, connection: Connection) -> None:
        if self._connections.pop(connection.number, None) is None:
            return
        if connection.events:
            self._selector.unregister(connection.socket)
        if connection.waits_for_room:
            self._room.forget(connection.number)
        else:
            self._free_room_of(connection)
        for question in self._turns.drop(connection.number):
            self._room.give_back(question.room_bytes)
            self.counts.refusals += 1
        connection.close()

    def _look_at_the_clock(self) -> None:
        now = self._clock()
        if now < self._looks_at:
            return
        self._looks_at = now + _TICK_S
        for connection in [each for each in self._connections.values() if each.due() <= now]:
            if connection.is_idle and connection.has_unread():
                continue  # it has just asked
            self.counts.dropped += not connection.is_idle
            self._drop(connection)
        self._doorway.look_at_the_clock()

    def _begin_to_stop(self) -> None:
        self._ends_at = self._clock() + self._limits.stop_within_s
        self._doorway.shut()
        self._turns.close()
        for connection in list(self._connections.values()):
            if connection.is_in_the_middle:
                self._turn_away(connection, RefusalCode.STOPPING, "the service is about to end")
            else:
                connection.is_ending = True
                self._guarded(connection, lambda: None)

    def _whole_status(self) -> dict[str, Any]:
        here = {"strangers": self._doorway.strangers, "held_bytes": self._room.given_bytes}
        return {**self._status(), **self.counts.to_json(), **here, "clients": len(self._connections)}
