"""Bodies, read in bounds: of requests, and of what the AI server answers all at once.

Invariant: no body is held that is larger than the owner allows, nor waited for longer.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import ClientDisconnect, Request

from guardian.proxy.errors import RefusedRequestError


async def read_request(request: Request, *, most_bytes: int, timeout_s: float) -> bytes:
    """The whole body of a request. Raises RefusedRequestError where it is too large, too slow or breaks off."""
    _check_length(request.headers.get("content-length"), most_bytes)
    try:
        async with asyncio.timeout(timeout_s):
            body = await read_bounded(request.stream(), most_bytes)
    except TimeoutError:
        raise RefusedRequestError(408, "too_slow", f"the request was not there within {timeout_s:g} s") from None
    except ClientDisconnect:
        raise RefusedRequestError(400, "broken_off", "the request broke off") from None
    if body is None:
        raise _too_large(most_bytes)
    return body


async def read_bounded(pieces: AsyncIterator[bytes], most_bytes: int) -> bytes | None:
    """All of the pieces; None where they are more than `most_bytes`."""
    body = bytearray()
    async for piece in pieces:
        body += piece
        if len(body) > most_bytes:
            return None
    return bytes(body)


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object that a request is. Raises RefusedRequestError."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise RefusedRequestError(400, "not_json", "the request is not a JSON object")
    return value


def _check_length(said: str | None, most_bytes: int) -> None:
    """A request that says itself that it is too large is not read at all."""
    if said is not None and not (said.isascii() and said.isdigit() and len(said) < 19):
        raise RefusedRequestError(400, "bad_length", "the request does not say how long it is")
    if said is not None and int(said) > most_bytes:
        raise _too_large(most_bytes)


def _too_large(most_bytes: int) -> RefusedRequestError:
    hint = "guardian config set proxy.max_body_bytes N takes more"
    return RefusedRequestError(413, "too_large", f"the request is larger than {most_bytes:,} bytes", hint=hint)
