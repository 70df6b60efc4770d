"""What the proxy answers: each address, and how a request for it goes its way.

Invariants: an address that is not listed here does not exist; the words of an AI reach a client through
`guardian.proxy.exchange` alone; a request goes on byte for byte, and only after it was found to be whole and within its
bounds; a client that goes away while the server thinks ends that too.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from guardian.proxy.bodies import json_object, read_bounded, read_request
from guardian.proxy.errors import RefusedRequestError, answer_refusal
from guardian.proxy.exchange import Exchanges
from guardian.proxy.relay import end_tasks
from guardian.proxy.upstream import Upstream, answer_headers, check_answer, request_headers, upstream_refusal
from guardian.settings_live import ProxySettings

ANSWERED: Final = frozenset(("/v1/chat/completions", "/v1/completions", "/v1/responses", "/api/chat", "/api/generate"))
"""Where an AI answers: POST, screened."""
LISTED: Final = {"/v1/models": "GET", "/api/tags": "GET", "/api/ps": "GET", "/api/version": "GET", "/api/show": "POST"}
"""What clients look up before they ask: no words of an AI to its human; passed as it is."""
_SESSION: Final = "x-guardian-session"


class ProxyApp:
    """The ASGI application behind the door."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        upstream: Upstream,
        key: str,
        settings: ProxySettings,
        exchanges: Exchanges,
    ) -> None:
        """`key` is the owner's for the server; empty where it wants none."""
        self._client = client
        self._upstream = upstream
        self._key = key
        self._settings = settings
        self._exchanges = exchanges

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request that came through the door."""
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._answer(Request(scope, receive), sending)
        except RefusedRequestError as refusal:
            if not started:  # else the answer stays unfinished, and the connection is closed
                await answer_refusal(refusal, send)

    async def _answer(self, request: Request, send: Send) -> None:
        path, named = request.scope["path"], request.headers.get(_SESSION, "")
        wanted = "POST" if path in ANSWERED else LISTED.get(path)
        if wanted is None:
            raise RefusedRequestError(404, "not_here", "the proxy does not have this address")
        if request.method != wanted:
            raise RefusedRequestError(405, "wrong_method", f"this address takes {wanted}")
        bounds = self._settings
        body = await read_request(request, most_bytes=bounds.max_body_bytes, timeout_s=bounds.request_timeout_s)
        exchange = self._exchanges.begin(path, json_object(body), named) if path in ANSWERED else None
        async with _watched(request.receive) as gone, self._asked(request, body, gone) as response:
            if exchange is not None:
                await exchange.pass_on(response, send, gone)
            else:
                await self._list(response, send)

    @asynccontextmanager
    async def _asked(self, request: Request, body: bytes, gone: asyncio.Future[None]) -> AsyncIterator[httpx.Response]:
        """The server's answer, with its body still to come. Raises RefusedRequestError."""
        query = request.scope["query_string"].decode("ascii", "replace")
        url = self._upstream.url + request.scope["path"] + (f"?{query}" if query else "")
        headers = request_headers(request.headers.raw, self._key)
        asked = self._client.build_request(request.method, url, headers=headers, content=body)
        sending = asyncio.create_task(self._client.send(asked, stream=True))
        try:
            await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                await end_tasks(sending)
                raise RefusedRequestError(499, "left", "the client went away")
            response = sending.result()
        except httpx.HTTPError as error:
            raise upstream_refusal(error, self._upstream) from None
        except asyncio.CancelledError:
            await end_tasks(sending)
            raise
        try:
            check_answer(response)
            yield response
        finally:
            await response.aclose()

    async def _list(self, response: httpx.Response, send: Send) -> None:
        """Pass on what is no answer of an AI, whole and bounded."""
        try:
            body = await read_bounded(response.aiter_raw(), self._settings.max_body_bytes)
        except httpx.HTTPError as error:
            raise upstream_refusal(error, self._upstream) from None
        if body is None:
            raise RefusedRequestError(502, "upstream_too_large", "the ai server answers more than is taken")
        headers = [*answer_headers(response.headers.raw), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def _watched(receive: Receive) -> AsyncIterator[asyncio.Future[None]]:
    """A future that is done when the client goes away. The request's body has been read."""
    gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        if not gone.done():
            gone.set_result(None)

    watching = asyncio.create_task(watch())
    try:
        yield gone
    finally:
        await end_tasks(watching)
