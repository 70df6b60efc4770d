"""Asks the warm service for a verdict, and waits for the service where there is none.

Invariants: a message comes back with an answer, or it is put off and that is told, never dropped; that the service is
not to be had is told once, and so is that it is back; a message that it can't answer keeps no other one waiting.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from guardian.message import Message
from guardian.service.answer import Answer
from guardian.service.errors import RefusalCode, ServiceError, ServiceRefusedError, ServiceUnavailableError
from guardian.sources.live.base import Say

FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 30.0
"""Between two tries to reach the service; each waits twice as long as the one before."""
MOST_TRIES: Final = 3
"""How often one message is asked about while the service answers everything else."""
_ABOUT_THE_MESSAGE: Final = frozenset({RefusalCode.TOO_BIG, RefusalCode.BAD_QUESTION, RefusalCode.FAILED})


class Client(Protocol):
    """What is used of `guardian.service.client.ServiceClient`."""

    def screen(self, message: Message) -> Answer:
        """The verdict on a message. Raises ServiceError."""
        ...

    def status(self) -> object:
        """Whether it answers at all. Raises ServiceError."""
        ...

    def close(self) -> None:
        """End the connection."""
        ...


class StoppedError(Exception):
    """The watcher is to end: there is no answer, and nothing was noted."""


class PutOffError(Exception):
    """The service answers others, but not this message; its text says why."""


class Asker:
    """Asks one message after the other."""

    def __init__(
        self,
        connect: Callable[[], Client],
        say: Say,
        stop: threading.Event,
        *,
        patience_s: float | None = None,
    ) -> None:
        """`connect` gives a new client or raises ServiceUnavailableError. `patience_s` is how long one message waits
        for a service in all; None: for ever."""
        self._connect, self._say, self._stop, self._patience_s = connect, say, stop, patience_s
        self._client: Client | None = None
        self._is_away = False

    def ask(self, message: Message) -> Answer:
        """The verdict on a message, however long that takes.

        Raises StoppedError, PutOffError, and ServiceUnavailableError where patience ends.
        """
        began, wait_s, tries = time.monotonic(), FIRST_WAIT_S, 0
        while not self._stop.is_set():
            try:
                answer = self._connected().screen(message)
            except ServiceError as error:
                if self._is_about_the_message(error):
                    tries += 1
                else:
                    self._tell_away(error)
                if tries >= MOST_TRIES:
                    raise PutOffError(error.what) from None
                if self._patience_s is not None and time.monotonic() - began >= self._patience_s:
                    raise ServiceUnavailableError(error.what, hint=error.hint) from None
            else:
                self._tell_back()
                return answer
            self._stop.wait(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)
        raise StoppedError

    def close(self) -> None:
        """End the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _connected(self) -> Client:
        if self._client is None:
            self._client = self._connect()
        return self._client

    def _is_about_the_message(self, error: ServiceError) -> bool:
        """Whether the service answers other questions, so that waiting for it would help nothing."""
        if isinstance(error, ServiceRefusedError):
            return error.code in _ABOUT_THE_MESSAGE
        try:
            is_there = self._client is not None and bool(self._client.status())
        except ServiceError:
            is_there = False
        if not is_there:
            self.close()
        return is_there

    def _tell_away(self, error: ServiceError) -> None:
        if not self._is_away:
            self._is_away = True
            self._say(f"nothing is screened just now: {error.line()}; what arrives waits")

    def _tell_back(self) -> None:
        if self._is_away:
            self._is_away = False
            self._say("the service answers again")
