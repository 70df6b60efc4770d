"""Questions to the warm service, from the proxy's one thread of events.

Invariants: a verdict is the service's, or there is none and the reason is said: nothing here ever stands for clean;
what is recorded is recorded one time, also where it had to be asked about again; the proxy waits in threads of its own,
as many as it has connections to the service.
"""

from __future__ import annotations

import asyncio
import queue
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

from guardian.message import Message
from guardian.service.answer import Answer
from guardian.service.client import ServiceClient
from guardian.service.errors import RefusalCode, ServiceError, ServiceRefusedError

CONNECTIONS: Final = 4
"""To the service. It judges one message at a time; more only keep it from waiting."""
REST_S: Final = 5.0
"""For how long it is not asked again, after it was not to be had."""
_PAUSES_S: Final = (0.1, 0.4)
"""Before it is asked again: a service that was killed may still seem to be there while the system clears it away."""
_ONCE_BYTES: Final = 16
_AWAY: Final = "guardian's service does not answer"


@dataclass(frozen=True, slots=True)
class NotScreened:
    """No verdict is to be had."""

    reason: str
    """For the note in the answer, which a client sends to its server with the next question: no path, no name."""
    trouble: str
    """For the owner: one lower-case line, safe to show."""


class Screening:
    """A few connections to the service, for as many turns as there are."""

    def __init__(
        self,
        connect: Callable[[], ServiceClient],
        tell: Callable[[str], None],
        *,
        connections: int = CONNECTIONS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`connect` makes a connection or raises ServiceError. `tell` is given a line for the owner: each time that
        the service is not to be had any more, and when it is back."""
        self._connect = connect
        self._tell = tell
        self._clock = clock
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="guardian-screening")
        self._free: queue.SimpleQueue[ServiceClient] = queue.SimpleQueue()
        self._rests_until = float("-inf")
        self._trouble = ""
        self._said = ""

    async def ask(self, message: Message) -> Answer | NotScreened:
        """The service's answer on a message."""
        if not message.draft and not message.once:
            message = replace(message, once=secrets.token_bytes(_ONCE_BYTES))
        result = await asyncio.get_running_loop().run_in_executor(self._threads, self._asked, message)
        self._note(result)
        return result

    async def warm(self) -> None:
        """Have a connection ready before the first question, so that no client waits for the model to be loaded."""
        trouble = await asyncio.get_running_loop().run_in_executor(self._threads, self._warmed)
        if trouble is not None:
            self._note(trouble)

    def close(self) -> None:
        """End all connections. Questions that wait are not asked."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        while not self._free.empty():
            self._free.get().close()

    def _warmed(self) -> NotScreened | None:
        try:
            self._free.put(self._connect())
        except ServiceError as error:
            return NotScreened(_AWAY, error.line())
        return None

    def _asked(self, message: Message) -> Answer | NotScreened:
        """In a thread of the pool: the answer, asked for again where the connection broke."""
        if self._clock() < self._rests_until:
            return NotScreened(_AWAY, self._trouble)
        try:
            for pause_s in _PAUSES_S:
                client = self._client()
                try:
                    return self._answer(client, message)
                except ServiceError as error:
                    if isinstance(error, ServiceRefusedError) and error.code is not RefusalCode.STOPPING:
                        raise
                    time.sleep(pause_s)
            return self._answer(self._client(), message)
        except ServiceRefusedError as error:
            return NotScreened(f"guardian's service did not take it ({error.code.value})", error.line())
        except ServiceError as error:
            self._trouble = error.line()
            self._rests_until = self._clock() + REST_S
            return NotScreened(_AWAY, error.line())

    def _client(self) -> ServiceClient:
        try:
            return self._free.get_nowait()
        except queue.Empty:
            return self._connect()

    def _answer(self, client: ServiceClient, message: Message) -> Answer:
        try:
            answer = client.screen(message)
        except BaseException:
            client.close()
            raise
        self._free.put(client)
        return answer

    def _note(self, result: Answer | NotScreened) -> None:
        """In the thread of events."""
        if isinstance(result, NotScreened):
            if self._said != result.trouble:
                self._said = result.trouble
                self._tell(f"not screened: {result.trouble}")
            return
        if self._said:
            self._said = ""
            self._tell("the service is back: answers are screened again")
        for notice in result.notices:
            self._tell(notice)
