"""An OpenAI-compatible server on this machine, as a client that trusts nothing of it. Runs in the speaking process.

Sources: https://platform.openai.com/docs/api-reference/chat (`/v1/chat/completions`, streamed) and `/v1/models`; the
framings and the dialect are those of `guardian.streams`, which the proxy reads the same servers by.

Invariants: one server, by its number; no redirect is followed, no proxy of the environment is used, nothing compressed
is taken; what is read of an answer is bounded in bytes, in characters and in time; what the model thinks before it
answers is not passed on; no word of the server's is in an error.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import Any, Final

import httpx

from guardian.settings_rules_judge import LONGEST_SERVED_NAME
from guardian.streams.base import Json, LaneKind, Role
from guardian.streams.dialects.openai_chat import OpenAIChat
from guardian.streams.events import Event, Framing
from guardian.streams.framing import framing_for
from guardian.streams.payload import parse, rows_at, text_at, whole_number
from guardian.streams.sse import ServerSentEvents
from guardian.talking.wire import MOST_MODELS, STILL_THINKING, Request

MOST_BODY_BYTES: Final = 8 << 20
"""Of one answer, with all that stands round its words."""
MOST_LIST_BYTES: Final = 1 << 20
LIST_TIMEOUT_S: Final = 10.0
CONNECT_TIMEOUT_S: Final = 5.0
_CHAT: Final = "/v1/chat/completions"
_MODELS: Final = "/v1/models"
_SHOWN: Final = (LaneKind.TEXT, LaneKind.REFUSAL)
_CUT: Final = ("length",)
_UNTYPED: Final = ("", "text/plain")
"""Small servers stream events and give no type to them, or that of any text."""
_STATUS_WORDS: Final = {
    400: " (it takes no such question: it may be too long for its model)",
    401: " (it wants a key, and Guardian has none to give)",
    403: " (it wants a key, and Guardian has none to give)",
    404: " (it has no such model, or no chat at this address)",
    503: " (it is not ready: it may still be loading its model)",
}


class ServerProblem(Exception):
    """The server gave no answer. Code and sentence are ours."""

    def __init__(self, code: str, say: str) -> None:
        super().__init__(say)
        self.code = code
        self.say = say


class Server:
    """One server. For one event loop."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        timeout = httpx.Timeout(None, connect=CONNECT_TIMEOUT_S)  # each answer has limits of its own
        self._client = httpx.AsyncClient(timeout=timeout, trust_env=False, follow_redirects=False)
        self._client.headers.clear()

    async def models(self) -> list[str]:
        """What it calls its models, those that can be shown as they are. Raises ServerProblem."""
        try:
            async with asyncio.timeout(LIST_TIMEOUT_S), self._request("GET", _MODELS, None) as response:
                _check(response)
                body = await _bounded_body(response)
        except (TimeoutError, httpx.HTTPError, OSError) as error:
            raise _unreachable(error) from None
        payload = parse(body.decode("utf-8", "replace"))
        names = [text_at(row, ("id",)) for _, row in rows_at(payload, ("data",))[:MOST_MODELS]]
        return [name for name in names if _is_name(name)]

    async def say(self, request: Request) -> AsyncGenerator[str, None]:
        """The answer, piece by piece. Raises ServerProblem, and CutShort at the end of what is not whole."""
        patience = request.patience
        try:
            async with asyncio.timeout(patience.answer_s), self._request("POST", _CHAT, _body(request)) as response:
                reading = _Reading(request, _framing_of(response))
                chunks = response.aiter_raw()
                while (chunk := await _next(chunks, patience.idle_s if reading.has_words else patience.first_s)) != b"":
                    for piece in reading.feed(chunk):
                        yield piece
                    if reading.is_over:
                        break
                for piece in reading.finish():
                    yield piece
                reading.check()
        except TimeoutError:
            raise ServerProblem("model-timeout", "the server took too long") from None
        except (httpx.HTTPError, OSError) as error:
            raise _unreachable(error) from None

    async def close(self) -> None:
        """End its connections."""
        await self._client.aclose()

    def _request(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        headers = {"accept-encoding": "identity", "accept": "text/event-stream, application/json"}
        return self._client.stream(method, self._url + path, json=body, headers=headers)


class CutShort(Exception):  # no error: the answer is there, but for its end
    """The answer ended before its time."""


class _Reading:
    """One answer, taken apart as it comes."""

    def __init__(self, request: Request, framing: Framing) -> None:
        self._framing, self._dialect = framing, OpenAIChat()
        self._left_characters = request.most_characters
        self._left_bytes = MOST_BODY_BYTES
        self.has_words = self.is_over = False
        self._is_cut = self._has_thoughts = False

    def feed(self, chunk: bytes) -> Iterator[str]:
        """The words that the chunk completes. Raises ServerProblem."""
        self._left_bytes -= len(chunk)
        if self._left_bytes < 0:
            raise ServerProblem("model-refused", "the server sent more than may be")
        yield from self._words(self._framing.feed(chunk))

    def finish(self) -> Iterator[str]:
        """What is left where the bytes end. Raises ServerProblem."""
        if not self.is_over:
            yield from self._words(self._framing.finish())
            self.is_over |= not self._framing.is_stream

    def check(self) -> None:
        """Raises CutShort where the answer is not whole, ServerProblem where it says nothing."""
        if not self.has_words and self._has_thoughts and self._is_cut:
            raise ServerProblem("cut", STILL_THINKING)
        if not self.has_words:
            raise ServerProblem("model-refused", "the server's answer has no words in it")
        if self._is_cut or not self.is_over:
            raise CutShort

    def _words(self, events: list[Event]) -> Iterator[str]:
        for event in events:
            if self.is_over:
                return
            piece = self._piece(event)
            self._left_characters -= len(piece)
            if self._left_characters < 0:
                piece = piece[: self._left_characters]
                self.is_over = self._is_cut = True
            if piece:
                self.has_words = True
                yield piece

    def _piece(self, event: Event) -> str:
        if event.is_too_long:
            raise ServerProblem("model-refused", "the server sent a line that is too long")
        if event.data is None:
            return ""
        if event.data.strip() in self._dialect.end_words:
            self.is_over = True
            return ""
        payload = parse(event.data)
        if payload is None or payload.get("error"):
            raise ServerProblem("model-refused", "the server answered with an error, or with what is no answer")
        spoken = self._dialect.read(payload)
        wanted = Role.PIECE if self._framing.is_stream else Role.WHOLE
        ending = _ending(payload)
        self.is_over |= bool(ending)
        self._is_cut |= ending in _CUT
        slots = [slot for slot in spoken.slots if slot.lane.voice == 0 and slot.role is wanted]
        self._has_thoughts |= any(slot.lane.kind is LaneKind.REASONING for slot in slots)
        return "".join(text_at(payload, slot.path) for slot in slots if slot.lane.kind in _SHOWN)


def _is_name(name: str) -> bool:
    """Whether a name can be shown as it is and said back to the server; llama-server calls its model by its path."""
    return 0 < len(name) <= LONGEST_SERVED_NAME and name.isprintable() and name == " ".join(name.split())


def _ending(payload: Json) -> str:
    """Why the first choice ended; empty where it goes on. LocalAI has an empty reason in every event but the last."""
    first = (row for at, row in rows_at(payload, ("choices",)) if whole_number(row.get("index"), at) == 0)
    return next((text_at(row, ("finish_reason",)) for row in first), "")


def _framing_of(response: httpx.Response) -> Framing:
    _check(response)
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    framing = ServerSentEvents() if kind in _UNTYPED else framing_for(kind)
    if framing is None:
        raise ServerProblem("model-refused", "the server answers in a form that can't be read")
    return framing


def _check(response: httpx.Response) -> None:
    if response.status_code != 200:
        words = _STATUS_WORDS.get(response.status_code, "")
        raise ServerProblem("model-refused", f"the server answered {response.status_code}{words}")
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise ServerProblem("model-refused", "the server answers compressed, although asked not to")


def _body(request: Request) -> dict[str, Any]:
    return {
        "model": request.model,
        "messages": [{"role": role, "content": words} for role, words in request.messages],
        "max_tokens": request.most_tokens,
        "temperature": request.temperature,
        "stream": True,
    }


async def _next(chunks: AsyncIterator[bytes], timeout_s: float) -> bytes:
    """The next bytes; empty at the end. Raises TimeoutError."""
    async with asyncio.timeout(timeout_s):
        return await anext(chunks, b"")


async def _bounded_body(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MOST_LIST_BYTES:
            raise ServerProblem("model-refused", "the server sent more than may be")
    return bytes(body)


def _unreachable(error: Exception) -> ServerProblem:
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return ServerProblem("model-timeout", "the server took too long")
    if isinstance(error, httpx.ConnectError):
        return ServerProblem("model-down", "no server answers there")
    return ServerProblem("model-down", "the connection to the server failed")
