"""The proxy's process: its sockets, its life and its end.

Invariants: it listens on loopback addresses and on one Unix socket in the owner's runtime directory, and nowhere else;
there is one proxy at a time; on SIGTERM and SIGINT it takes no more requests, finishes those that it has, for a while,
and ends with its sockets closed; nothing of what passes is ever logged.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, Final

import uvicorn

from guardian.paths import ensure_private_directory
from guardian.proxy.connections import BoundedConfig
from guardian.proxy.door import MOST_HEADER_BYTES
from guardian.proxy.errors import ProxyError
from guardian.service.place import socket_address
from guardian.settings_live import ProxySettings

_BACKLOG: Final = 128
_ENDS_WITHIN_S: Final = 10


class ProxyServer(uvicorn.Server):
    """uvicorn's server, with signals that end it and are not raised again."""

    ended_by: signal.Signals | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End at SIGTERM and SIGINT; the second one does not wait for answers."""
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, self._end, each)
        try:
            yield
        finally:
            for each in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(each)

    def _end(self, by: signal.Signals) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True
        self.ended_by = by


async def serve(app: Any, settings: ProxySettings, local: Path, ready: Callable[[], None]) -> signal.Signals | None:
    """Answer until a signal ends it; returns which. `local` is where the Unix socket goes; `ready` is called once
    connections are taken. Raises ProxyError where an address is taken."""
    logging.getLogger("uvicorn").handlers = [logging.NullHandler()]  # its lines tell of requests
    logging.getLogger("uvicorn").propagate = False
    config = BoundedConfig(
        app,
        most_connections=settings.connections,
        client_timeout_s=settings.request_timeout_s,
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=settings.idle_timeout_s,
        timeout_graceful_shutdown=_ENDS_WITHIN_S,
        h11_max_incomplete_event_size=MOST_HEADER_BYTES,
        reset_contextvars=False,
    )
    with _bound(settings, local) as sockets:
        server = ProxyServer(config)
        async with _told_when_ready(server, ready):
            await server.serve(sockets)
        return server.ended_by


@contextlib.asynccontextmanager
async def _told_when_ready(server: ProxyServer, ready: Callable[[], None]) -> AsyncIterator[None]:
    async def wait() -> None:
        while not server.started:
            await asyncio.sleep(0.01)
        ready()

    waiting = asyncio.create_task(wait())
    try:
        yield
    finally:
        waiting.cancel()


@contextlib.contextmanager
def _bound(settings: ProxySettings, local: Path) -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as opened:
        addresses = [(socket.AF_INET, "127.0.0.1")]
        if settings.ipv6 == "on":
            addresses.append((socket.AF_INET6, "::1"))
        sockets = [opened.enter_context(_bound_to(family, host, settings.port)) for family, host in addresses]
        sockets.append(opened.enter_context(_bound_locally(local)))
        opened.callback(local.unlink, missing_ok=True)
        yield sockets


def _bound_to(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(_BACKLOG)
    except OSError as error:
        made.close()
        what = f"cannot listen on {host}, port {port}: {(error.strerror or str(error)).lower()}"
        raise ProxyError(what, hint="guardian config set proxy.port N takes another port") from None
    return made


def _bound_locally(path: Path) -> socket.socket:
    """The Unix socket; one that a dead proxy left behind is taken over."""
    ensure_private_directory(path.parent)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other, socket_address(path) as address:
            if other.connect_ex(address) == 0:
                raise ProxyError("a proxy is running already", hint="guardian proxy sessions shows what it does")
        path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            with socket_address(path) as address:
                made.bind(address)
        finally:
            os.umask(before)
        made.listen(_BACKLOG)
    except OSError as error:
        made.close()
        raise ProxyError(f"cannot listen at {path}: {(error.strerror or str(error)).lower()}") from None
    except ProxyError:
        made.close()
        raise
    return made
