"""The questions that wait, one queue for each client, served in turn.

Invariants: a client's questions keep their order; a client with many questions gets one turn for each turn of every
other that has some; what was put is taken or dropped, never lost. Safe for threads.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass

from guardian.message import Message


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Question:
    """A message that a client asks about."""

    client: int
    """Number of the connection that waits for the answer."""
    message: Message
    all_policies: bool
    room_bytes: int
    """Room that it holds until it is answered."""


class Turns:
    """Whose question is next."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._queues: OrderedDict[int, deque[Question]] = OrderedDict()
        self._count = 0
        self._is_closed = False

    def __len__(self) -> int:
        return self._count

    def put(self, question: Question) -> None:
        """Let it wait for its turn."""
        with self._change:
            self._queues.setdefault(question.client, deque()).append(question)
            self._count += 1
            self._change.notify()

    def take(self) -> Question | None:
        """The next one; None where none waits."""
        with self._change:
            return self._taken()

    def wait(self) -> Question | None:
        """The next one, as soon as there is one; None once it is closed and none is left."""
        with self._change:
            while not self._queues and not self._is_closed:
                self._change.wait()
            return self._taken()

    def drop(self, client: int) -> list[Question]:
        """Take back what a client still waits for: it is gone."""
        with self._change:
            dropped = list(self._queues.pop(client, ()))
            self._count -= len(dropped)
            return dropped

    def close(self) -> None:
        """No further question is put; what waits is still to be taken."""
        with self._change:
            self._is_closed = True
            self._change.notify_all()

    def _taken(self) -> Question | None:
        if not self._queues:
            return None
        client, queue = self._queues.popitem(last=False)
        question = queue.popleft()
        if queue:
            self._queues[client] = queue  # behind all others
        self._count -= 1
        return question
