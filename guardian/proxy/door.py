"""The door: which requests are let in at all.

Invariants: what is refused here has no effect: it is not read, passed on, screened or recorded; no answer ever carries
a CORS header, so that no web page can read one; the token is looked at before the path, so that a stranger learns
nothing of what there is.

Why each check is there: a web page that its owner has open can send requests to this machine (Host: DNS rebinding;
Origin and Sec-Fetch-Site: requests that a page makes; https://www.w3.org/TR/fetch-metadata/); another account's program
can connect to a port of this one (the token); and nobody may fill its memory (the bounds).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from guardian.proxy.errors import RefusedRequestError, answer_refusal
from guardian.proxy.token import Token

MOST_HEADER_BYTES: Final = 16 * 1024
MOST_HEADERS: Final = 100
MOST_TARGET_BYTES: Final = 2048
_OWN_PAGES: Final = (b"none", b"same-origin")

_Headers = Sequence[tuple[bytes, bytes]]


class Door:
    """An ASGI application that lets in what may come in, and answers the rest itself."""

    def __init__(self, inside: ASGIApp, *, token: Token, hosts: Collection[bytes]) -> None:
        """`hosts` are the values of Host that name this proxy, port included."""
        self._inside = inside
        self._token = token
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. Anything but HTTP is turned away without a word."""
        if scope["type"] != "http":
            return
        try:
            for check in self._checks():
                check(scope)
        except RefusedRequestError as refusal:
            await answer_refusal(refusal, send)
            return
        await self._inside(scope, receive, send)

    def _checks(self) -> tuple[Callable[[Scope], None], ...]:
        return (_check_sizes, self._check_host, _check_origin, _check_fetch, self._check_token, _check_coding)

    def _check_host(self, scope: Scope) -> None:
        hosts = _values(scope["headers"], b"host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            raise RefusedRequestError(421, "wrong_host", "this request is meant for another server")

    def _check_token(self, scope: Scope) -> None:
        shown = _values(scope["headers"], b"authorization")
        if len(shown) != 1 or not self._token.is_shown_by(shown[0]):
            hint = "give your client, as its API key, what guardian proxy --print-token prints"
            raise RefusedRequestError(401, "wrong_token", "the token is missing or wrong", hint=hint)


def hosts_of(port: int) -> tuple[bytes, ...]:
    """The values of Host that name a proxy on this port of the loopback."""
    return tuple(f"{name}:{port}".encode() for name in ("127.0.0.1", "localhost", "[::1]"))


def _check_sizes(scope: Scope) -> None:
    headers: _Headers = scope["headers"]
    if len(scope["raw_path"]) + len(scope["query_string"]) > MOST_TARGET_BYTES:
        raise RefusedRequestError(414, "too_long", f"the address is longer than {MOST_TARGET_BYTES} bytes")
    if len(headers) > MOST_HEADERS or sum(len(name) + len(value) for name, value in headers) > MOST_HEADER_BYTES:
        raise RefusedRequestError(431, "too_many_headers", "the headers are too many or too long")


def _check_origin(scope: Scope) -> None:
    if _values(scope["headers"], b"origin"):
        raise RefusedRequestError(403, "from_a_web_page", "requests of web pages are not answered")


def _check_fetch(scope: Scope) -> None:
    if any(value.lower() not in _OWN_PAGES for value in _values(scope["headers"], b"sec-fetch-site")):
        raise RefusedRequestError(403, "from_a_web_page", "requests of web pages are not answered")


def _check_coding(scope: Scope) -> None:
    if any(value.strip().lower() != b"identity" for value in _values(scope["headers"], b"content-encoding")):
        raise RefusedRequestError(415, "compressed", "compressed requests are not read")


def _values(headers: _Headers, name: bytes) -> list[bytes]:
    return [value for each, value in headers if each == name]
