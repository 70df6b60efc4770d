"""The AI server behind the proxy: which one may be asked, and with what headers.

Invariants: no other server than the owner's setting is ever connected to: redirects are not followed, and proxies that
the environment names are not used; one on another machine must be named a second time in `proxy.allow_remote_upstream`
and is spoken to over TLS with its certificate checked; the client's token never leaves this machine.
"""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx

from guardian.errors import SettingsError
from guardian.proxy.errors import RefusedRequestError
from guardian.settings_live import ProxySettings

_CONNECT_TIMEOUT_S: Final = 10.0
_IDLE_TIMEOUT_S: Final = 30.0

_HOP_BY_HOP: Final = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding "
    b"upgrade".split()
)
"""RFC 9110 section 7.6.1, and the two that it names as history."""
_NOT_PASSED_ON: Final = _HOP_BY_HOP | frozenset(
    b"host authorization x-api-key api-key content-length accept-encoding expect cookie origin referer "
    b"forwarded".split()
)
"""Of a request: what is ours to say, or nobody's business."""
_NOT_PASSED_BACK: Final = _HOP_BY_HOP | frozenset(b"content-length date server set-cookie location refresh".split())
"""Of an answer. A location would send the client past the proxy."""

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Upstream:
    """A server that may be asked."""

    url: str
    """Without a slash at its end."""
    is_remote: bool

    @property
    def port(self) -> int:
        """Where it listens."""
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def place(self) -> str:
        """Scheme, host and port, for the owner to read."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


def checked_upstream(settings: ProxySettings) -> Upstream:
    """The server that the owner's settings name. Raises SettingsError where it may not be asked."""
    parts = urlsplit(settings.upstream)
    host = (parts.hostname or "").lower()
    if _is_loopback(host):
        if (parts.port or 80) == settings.port:
            raise SettingsError("proxy.upstream names the proxy itself", hint="set it to the address of your AI server")
        return Upstream(settings.upstream, is_remote=False)
    if host not in settings.allow_remote_upstream.split():
        what = f"proxy.upstream names another machine ({host}), so what you ask would leave this one"
        raise SettingsError(what, hint=f"if you want that: guardian config set proxy.allow_remote_upstream {host}")
    if parts.scheme != "https":
        what = f"proxy.upstream names another machine ({host}) over plain http, which anybody on the way can read"
        raise SettingsError(what, hint=f"use https, or a tunnel: ssh -L 11434:127.0.0.1:11434 {host}")
    return Upstream(settings.upstream, is_remote=True)


@asynccontextmanager
async def open_client(upstream: Upstream, settings: ProxySettings) -> AsyncIterator[httpx.AsyncClient]:
    """A client for that server alone."""
    timeout = httpx.Timeout(settings.upstream_timeout_s, connect=_CONNECT_TIMEOUT_S)
    limits = httpx.Limits(
        max_connections=settings.connections,
        max_keepalive_connections=settings.connections,
        keepalive_expiry=_IDLE_TIMEOUT_S,
    )
    client = httpx.AsyncClient(timeout=timeout, limits=limits, trust_env=False, follow_redirects=False)
    client.headers.clear()  # what the client's client says is passed on, and nothing else
    async with client:
        yield client


def request_headers(headers: Iterable[tuple[bytes, bytes]], key: str) -> Headers:
    """The headers of a request, as the server gets them. `key` is the owner's own for that server; may be empty."""
    passed = _without(headers, _NOT_PASSED_ON)
    passed.append((b"accept-encoding", b"identity"))  # what is compressed could not be screened as it passes
    if key:
        passed.append((b"authorization", b"Bearer " + key.encode()))
    return passed


def answer_headers(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The headers of an answer, as the client gets them."""
    return [
        (name, value)
        for name, value in _without(headers, _NOT_PASSED_BACK)
        if not name.startswith(b"access-control-")  # the proxy is for no web page, whatever the server is
    ]


def check_answer(response: httpx.Response) -> None:
    """Raises RefusedRequestError for an answer that cannot be screened or would lead the client elsewhere."""
    if response.is_redirect or response.status_code < 200:
        raise RefusedRequestError(502, "upstream_redirects", "the ai server sends its client elsewhere")
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise RefusedRequestError(502, "upstream_compressed", "the ai server answers compressed, although asked not to")


def upstream_refusal(error: httpx.HTTPError, upstream: Upstream) -> RefusedRequestError:
    """What a client is told where the server could not be asked."""
    if isinstance(error, httpx.TimeoutException):
        return RefusedRequestError(
            504, "upstream_timeout", f"the ai server at {upstream.place} does not answer in time"
        )
    hint = "start it, or set proxy.upstream"
    return RefusedRequestError(502, "upstream_down", f"the ai server at {upstream.place} can't be reached", hint=hint)


def _without(headers: Iterable[tuple[bytes, bytes]], dropped: frozenset[bytes]) -> Headers:
    found = [(name.lower(), value) for name, value in headers]
    named = {word.strip().lower() for name, value in found if name == b"connection" for word in value.split(b",")}
    own = (b"x-guardian-", b"sec-fetch-")
    return [each for each in found if each[0] not in dropped | named and not each[0].startswith(own)]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
