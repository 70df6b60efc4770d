"""One answer on its way from the AI server to a client, judged as it passes.

Invariants: the client gets what the turn releases, in order, and nothing else; while the turn is full, or the client
does not take what it was sent, nothing more is read from the server, so that no buffer grows; a client that goes away
ends the server's work at once, and what it was given by then is judged and recorded all the same.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from enum import StrEnum
from typing import Any

import httpx

from guardian.message import Message
from guardian.proxy.screening import NotScreened
from guardian.service.answer import Answer
from guardian.streams.base import Ask, Purpose, Release, Step
from guardian.streams.turn import Turn

Screen = Callable[[Message], Awaitable[Answer | NotScreened]]
Send = Callable[[bytes], Awaitable[None]]


class Ending(StrEnum):
    """How an answer ended."""

    WHOLE = "whole"
    BROKEN = "broken"
    """The server broke off; what came is judged and released."""
    LEFT = "left"
    """The client went away, or took nothing for too long."""


class Relay:
    """Drives one `Turn`. `run` is called once."""

    def __init__(
        self,
        turn: Turn,
        chunks: AsyncIterator[bytes],
        *,
        screen: Screen,
        send: Send,
        gone: asyncio.Future[None],
        hang_up: Callable[[], Awaitable[None]],
    ) -> None:
        """`chunks` may raise httpx.HTTPError. `gone` is done when the client left; `hang_up` then ends the server's
        work."""
        self._turn = turn
        self._chunks = chunks
        self._screen = screen
        self._send = send
        self._gone = gone
        self._hang_up = hang_up
        self._reading: asyncio.Task[bytes | None] | None = None
        self._asking: dict[asyncio.Task[Answer | NotScreened], Ask] = {}
        self._ahead: dict[Message, asyncio.Task[Answer | NotScreened]] = {}
        """Questions that were put before it was sure that they would be asked (`Turn.foreseen`)."""
        self._ending: Ending | None = None
        self.outcome: Answer | NotScreened | None = None
        """The last word on the whole answer; None while there is none."""
        self.sentences: list[Answer] = []
        """Verdicts on sentences of it that were flagged, as they were recorded."""

    async def run(self) -> Ending:
        """Pass the answer on until all of it was judged and sent. Cancelling it stops all that it began."""
        try:
            while not self._turn.is_done:
                await self._step()
        finally:
            await end_tasks(*self._asking, *self._ahead.values(), *filter(None, (self._reading,)))
        return self._ending or Ending.WHOLE

    async def _step(self) -> None:
        """Wait for the next thing that happens, and do what follows from it."""
        if self._ending is None and self._reading is None and not self._turn.is_full:
            self._reading = asyncio.create_task(self._next_chunk())
        waited: set[asyncio.Future[Any]] = {*self._asking}
        if self._reading is not None:
            waited.add(self._reading)
        if not waited:
            raise RuntimeError("a turn waits for nothing")
        if self._ending is not Ending.LEFT:
            waited.add(self._gone)
        done, _ = await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if self._gone.done() and self._ending is not Ending.LEFT:
            await self._leave()
        for task in [each for each in self._asking if each in done]:
            await self._take_answer(self._asking.pop(task), task.result())
        if self._reading is not None and self._reading in done:
            reading, self._reading = self._reading, None
            await self._take_chunk(reading)

    async def _next_chunk(self) -> bytes | None:
        return await anext(self._chunks, None)

    async def _take_chunk(self, reading: asyncio.Task[bytes | None]) -> None:
        try:
            chunk = reading.result()
        except httpx.HTTPError:
            self._ending = Ending.BROKEN
            await self._perform(self._turn.finish(broken=True))
            return
        if chunk is not None:
            await self._perform(self._turn.feed(chunk))
            self._look_ahead()
        elif self._ending is None:
            self._ending = Ending.WHOLE
            await self._perform(self._turn.finish())

    async def _take_answer(self, ask: Ask, answer: Answer | NotScreened) -> None:
        if ask.purpose is Purpose.TURN:
            self.outcome = answer
        elif ask.purpose is Purpose.RECORD and isinstance(answer, Answer):
            self.sentences.append(answer)
        if isinstance(answer, NotScreened):
            await self._perform(self._turn.unanswered(ask.number, answer.reason))
        else:
            await self._perform(self._turn.answer(ask.number, answer))

    async def _perform(self, steps: Iterable[Step]) -> None:
        todo = deque(steps)
        while todo:
            step = todo.popleft()
            if isinstance(step, Release):
                await self._pass_on(step.data)
            else:
                is_asked = step.message in self._ahead
                task = self._ahead.pop(step.message) if is_asked else self._asked(step.message)
                self._asking[task] = step

    def _look_ahead(self) -> None:
        """Put the questions that come next, and let go of those that were not to be asked."""
        wanted = self._turn.foreseen() if not self._asking else []
        for message in [each for each in self._ahead if each not in wanted]:
            self._ahead.pop(message).cancel()
        for message in wanted:
            if message not in self._ahead:
                self._ahead[message] = self._asked(message)

    def _asked(self, message: Message) -> asyncio.Task[Answer | NotScreened]:
        return asyncio.create_task(_screened(self._screen, message))

    async def _pass_on(self, data: bytes) -> None:
        if self._ending is not Ending.LEFT:
            await self._send(data)

    async def _leave(self) -> None:
        """Nobody listens any more: stop the server's work, and have judged what came so far."""
        was_open = self._ending is None
        self._ending = Ending.LEFT
        if self._reading is not None:
            await end_tasks(self._reading)
            self._reading = None
        await self._hang_up()
        if was_open:
            await self._perform(self._turn.finish(broken=True))


async def end_tasks(*tasks: asyncio.Task[Any]) -> None:
    """Stop tasks, and wait until they have; what they came to interests nobody any more."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _screened(screen: Screen, message: Message) -> Answer | NotScreened:
    return await screen(message)
