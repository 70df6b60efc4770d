"""What the running proxy tells its owner's own commands, over a Unix socket.

Invariants: the socket is in the owner's runtime directory, and a process of another account is cut off before it is
read (`guardian.proxy.connections`); nothing can be changed through it; what it tells is safe to show.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from guardian.proxy.errors import ProxyError, RefusedRequestError, answer_refusal
from guardian.proxy.sessions import Sessions
from guardian.service.place import socket_address

_SESSIONS: Final = "/sessions"
_TIMEOUT_S: Final = 10.0


class BySocket:
    """An ASGI application that tells the two kinds of listeners apart: loopback, and the Unix socket."""

    def __init__(self, door: ASGIApp, sessions: Sessions) -> None:
        self._door = door
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        server = scope.get("server")
        if server is not None and server[1] is not None:  # a port: only the Unix socket has none
            await self._door(scope, receive, send)
        elif (scope["method"], scope["path"]) == ("GET", _SESSIONS):
            body = json.dumps({"sessions": self._sessions.to_json()}).encode()
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})
        else:
            await answer_refusal(RefusedRequestError(404, "not_here", "the proxy does not have this address"), send)


def ask_for_sessions(path: Path) -> list[dict[str, Any]]:
    """The sessions of the proxy that listens at `path`, the newest first. Raises ProxyError where none runs."""
    try:
        with (
            socket_address(path) as address,
            httpx.Client(transport=httpx.HTTPTransport(uds=address), timeout=_TIMEOUT_S, trust_env=False) as client,
        ):
            answer = client.get(f"http://guardian{_SESSIONS}")
            answer.raise_for_status()
            found: list[dict[str, Any]] = answer.json()["sessions"]
            return found
    except (httpx.HTTPError, OSError):
        raise ProxyError("no proxy is running", hint="guardian proxy starts one") from None
    except (ValueError, KeyError, TypeError):
        raise ProxyError("the proxy that runs is of another version", hint="start it again") from None
