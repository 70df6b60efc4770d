"""What the relay asks ahead of time: an answer that is there when it is needed, and none that was not asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest

from guardian.message import Message
from guardian.proxy.relay import Ending, Relay
from guardian.proxy.screening import NotScreened
from guardian.streams.base import Delivery, Mode
from guardian.streams.dialects.load import dialect_for
from guardian.streams.framing import framing_for
from guardian.streams.turn import Turn

LONGEST_S = 30.0


def chunk(text: str | None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}} if text is not None else {"delta": {}, "finish_reason": "stop"}
    return f"data: {json.dumps({'choices': [choice]})}\n\n".encode()


@dataclass
class Played:
    """A relay between a server whose words come when they are given, and a service that says when it was asked."""

    words: asyncio.Queue[str | Exception | None] = field(default_factory=asyncio.Queue)
    asked: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    sent: bytes = b""
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def pieces(self) -> AsyncIterator[bytes]:
        while True:
            word = await self.words.get()
            if isinstance(word, Exception):
                raise word
            yield chunk(word)
            if word is None:
                return

    async def screen(self, message: Message) -> NotScreened:
        text = message.raw.decode()
        self.asked.append(text)
        async with self.changed:
            self.changed.notify_all()
        try:
            await self.may_answer.wait()
        except asyncio.CancelledError:
            self.given_up.append(text)
            raise
        return NotScreened("the test has no service", "")

    async def send(self, data: bytes) -> None:
        self.sent += data

    async def until_asked(self, count: int) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: len(self.asked) >= count)

    def relay(self) -> Relay:
        dialect, framing = dialect_for("/v1/chat/completions"), framing_for("text/event-stream")
        assert dialect is not None
        assert framing is not None
        turn = Turn(dialect, framing, Delivery(mode=Mode.HOLD, key=b"k"))
        gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def hang_up() -> None:
            return

        return Relay(turn, self.pieces(), screen=self.screen, send=self.send, gone=gone, hang_up=hang_up)


def play(script: list[str | Exception | None], ahead: int) -> tuple[Played, Ending]:
    """`ahead`: how many questions are put before the word that follows the first sentence is given."""

    async def run() -> tuple[Played, Ending]:
        played = Played()
        running = asyncio.create_task(played.relay().run())
        for word in script[:2]:
            played.words.put_nowait(word)
        await played.until_asked(ahead)
        assert b"sentence" not in played.sent
        for word in script[2:]:
            played.words.put_nowait(word)
        played.may_answer.set()
        return played, await running

    return asyncio.run(asyncio.wait_for(run(), LONGEST_S))


def test_a_sentence_is_asked_about_before_the_next_word_and_once() -> None:
    played, ending = play(["One", " sentence.", " Two", None], ahead=1)
    assert played.asked[0] == "One sentence."
    assert sorted(played.asked[1:]) == ["One sentence. Two", "One sentence. Two", "Two"]  # two drafts, and the whole
    assert ending is Ending.WHOLE
    assert b"sentence" in played.sent


def test_what_turns_out_otherwise_is_given_up_and_decides_nothing() -> None:
    played, _ = play(["Pi is 3.", "", "14 or so.", None], ahead=1)
    assert played.asked[0] == "Pi is 3."
    assert played.asked[1:] == ["Pi is 3.14 or so."] * 2  # the sentence, foreseen, and the whole
    assert played.given_up in ([], ["Pi is 3."])


@pytest.mark.parametrize("last", [None, httpx.ReadError("broke off")])
def test_what_was_asked_ahead_does_not_outlive_the_answer(last: Exception | None) -> None:
    async def run() -> int:
        played = Played()
        played.may_answer.set()
        for word in ("One", " sentence.", last):
            played.words.put_nowait(word)
        await played.relay().run()
        return len(asyncio.all_tasks())

    assert asyncio.run(asyncio.wait_for(run(), LONGEST_S)) <= 2
