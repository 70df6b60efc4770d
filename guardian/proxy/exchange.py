"""One request to an AI and its answer: the request's dialogue makes the context, the answer is judged as it passes.

Invariants: nothing of an answer reaches the client but what a turn releases; an answer in a form that cannot be read is
not passed on; an error's words are screened like an answer's; where the server breaks off, the answer to the client
stays unfinished, so that no client takes a part for the whole.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any, Final

import httpx
from starlette.types import Send

from guardian.message import Channel, Message
from guardian.proxy.bodies import read_bounded
from guardian.proxy.error_notes import json_headers, with_note
from guardian.proxy.errors import RefusedRequestError
from guardian.proxy.relay import Ending, Relay
from guardian.proxy.screening import NotScreened, Screening
from guardian.proxy.sessions import Session, Sessions
from guardian.proxy.upstream import answer_headers
from guardian.service.answer import Answer
from guardian.settings_live import ProxySettings
from guardian.streams import words
from guardian.streams.arguments import readable_arguments
from guardian.streams.base import Delivery, Mode
from guardian.streams.dialects.base import Dialect
from guardian.streams.dialects.load import load_dialects
from guardian.streams.dialogue import read_dialogue
from guardian.streams.framing import framing_for
from guardian.streams.turn import Turn
from guardian.verdict import Outcome

SOURCE: Final = "proxy"
_KEY_BYTES: Final = 16
_MOST_ERROR_BYTES: Final = 64 * 1024
_PIECE_BYTES: Final = 64 * 1024


class Exchanges:
    """Makes the exchanges of one proxy."""

    def __init__(self, screening: Screening, sessions: Sessions, settings: ProxySettings, most_bytes_read: int) -> None:
        """`most_bytes_read` is what the service reads of one message: the bound of whatever is judged here."""
        self._screening = screening
        self._sessions = sessions
        self._settings = settings
        self._most_bytes = most_bytes_read
        self._dialects = {path: dialect for dialect in load_dialects() for path in dialect.paths}

    def begin(self, path: str, asked: dict[str, Any], named: str) -> Exchange:
        """The exchange that a request begins. `named` is what the client calls the session; may be empty.

        Raises RefusedRequestError for what cannot be screened, or not as it passes.
        """
        if asked.get("background"):
            hint = "ask without background"
            raise RefusedRequestError(400, "background", "an answer in the background can't be screened", hint=hint)
        dialogue = read_dialogue(path, asked)
        session = self._sessions.session(dialogue.opening, dialogue.goal, named)
        goal = self._sessions.owners_goal(session)
        delivery = Delivery(
            mode=Mode(self._settings.mode),
            fail_closed=self._settings.fail_closed == "on",
            source=SOURCE,
            context=dialogue.context(goal),
            key=secrets.token_bytes(_KEY_BYTES),
        )
        return Exchange(self._dialects[path], delivery, session, self._screening, self._most_bytes)


@dataclass(frozen=True, slots=True, repr=False)
class Exchange:
    """One request and its answer."""

    dialect: Dialect
    delivery: Delivery
    session: Session
    screening: Screening
    most_bytes: int
    """Of an answer that comes all at once: a longer one is refused. Of a longer text so much is judged, as a part."""

    async def pass_on(self, response: httpx.Response, send: Send, gone: asyncio.Future[None]) -> None:
        """Send the server's answer to the client, judged. Raises RefusedRequestError."""
        if response.status_code >= 400:
            await self._pass_error(response, send)
            return
        kind = response.headers.get("content-type", "")
        framing = framing_for(kind, self.most_bytes)
        if framing is None:
            raise _unknown_answer()
        is_whole = kind.partition(";")[0].strip().lower() == "application/json"
        outgoing = _Outgoing(response, send)
        turn = Turn(self.dialect, framing, self.delivery)
        relay = Relay(
            turn,
            self._bounded(response.aiter_raw()) if is_whole else response.aiter_raw(),
            screen=self._screen,
            send=outgoing.piece,
            gone=gone,
            hang_up=response.aclose,
        )
        ending = await relay.run()
        if relay.outcome is not None:
            self.session.note(relay.outcome, relay.sentences)
        if ending is Ending.WHOLE:
            if turn.unread and not outgoing.is_begun:
                raise _unknown_answer()
            await outgoing.end()
        elif ending is Ending.BROKEN:
            raise RefusedRequestError(502, "upstream_broke_off", "the ai server broke its answer off")

    async def _screen(self, message: Message) -> Answer | NotScreened:
        return await self.screening.ask(self._cut(message))

    def _cut(self, message: Message) -> Message:
        """What the service reads of a message, and one byte more where there is more: it would not take the rest."""
        if len(message.raw) <= self.most_bytes:
            return message
        return replace(message, raw=message.raw[: self.most_bytes + 1], cut=True)

    async def _bounded(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The pieces of an answer that comes all at once. Raises RefusedRequestError where it is too large."""
        size_bytes = 0
        async for piece in pieces:
            size_bytes += len(piece)
            if size_bytes > self.most_bytes:
                what = f"the ai server's answer is larger than {self.most_bytes:,} bytes: not screened, not passed on"
                hint = "ask for a stream, or guardian config set limits.max_bytes_read N"
                raise RefusedRequestError(502, "upstream_too_large", what, hint=hint)
            yield piece

    async def _pass_error(self, response: httpx.Response, send: Send) -> None:
        """An error of the server: its words are for the human too."""
        try:
            body = await read_bounded(response.aiter_raw(), _MOST_ERROR_BYTES)
        except httpx.HTTPError:
            body = None
        what = f"the ai server answered {response.status_code}"
        if body is None:
            raise RefusedRequestError(response.status_code, "upstream_error", what)
        text = readable_arguments(body.decode("utf-8", "replace")).encode("utf-8", "replace")  # without JSON's escapes
        message = Message(text, Channel.AI_OUTPUT, source=SOURCE, context=self.delivery.context, once=self.delivery.key)
        said = await self._screen(message)
        self.session.note(said)
        if self.delivery.mode is Mode.HOLD and not self._may_pass(said):
            raise RefusedRequestError(response.status_code, "held_back", f"{what}; its words were held back")
        note, is_ours = _error_note(said), False
        if note:
            body, is_ours = with_note(body, note)
        outgoing = _Outgoing(response, send, is_ours=is_ours)
        await outgoing.piece(body)
        await outgoing.end()

    def _may_pass(self, said: Answer | NotScreened) -> bool:
        if isinstance(said, NotScreened):
            return not self.delivery.fail_closed
        if said.outcome in (Outcome.UNSURE, Outcome.UNSCREENED):
            return not self.delivery.fail_closed
        return said.outcome is not Outcome.FLAGGED


class _Outgoing:
    """The answer to the client; its head is sent with its first byte, so that until then it may still be refused."""

    def __init__(self, response: httpx.Response, send: Send, *, is_ours: bool = False) -> None:
        """`is_ours`: what is sent is JSON of our own, in place of the server's words."""
        self._response = response
        self._send = send
        self._is_ours = is_ours
        self.is_begun = False

    async def piece(self, data: bytes) -> None:
        """Send `data`; returns when the client may be sent more."""
        for start in range(0, len(data), _PIECE_BYTES):
            await self._begin()
            piece = data[start : start + _PIECE_BYTES]
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})

    async def end(self) -> None:
        """That was all."""
        await self._begin()
        await self._send({"type": "http.response.body", "body": b""})

    async def _begin(self) -> None:
        if not self.is_begun:
            self.is_begun = True
            headers = answer_headers(self._response.headers.raw)
            headers = json_headers(headers) if self._is_ours else headers
            await self._send({"type": "http.response.start", "status": self._response.status_code, "headers": headers})


def _unknown_answer() -> RefusedRequestError:
    return RefusedRequestError(502, "unknown_answer", "the ai server answers in a form that can't be screened")


def _error_note(said: Answer | NotScreened) -> str:
    """What is told of an error's words that pass; empty where they are clean."""
    if isinstance(said, NotScreened):
        return words.note([words.not_screened_line(1, said.reason)])
    return words.note([words.verdict_line(said)] if said.outcome is not Outcome.CLEAN else [])
