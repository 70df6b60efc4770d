"""The connections of clients: uvicorn's protocol, with the bounds that it lacks.

Invariants: there are never more connections than the owner allows; a connection that has not sent the whole head of a
request in time is closed, be it by silence or by single bytes; an answered request's leftovers are read for no longer;
a client that does not take what it is sent is cut off, and what was not taken yet holds the sender back.

uvicorn ends a connection that is idle behind an answer, but neither one that never asks nor one that sends a head for
ever (uvicorn 0.54, protocols/http/h11_impl.py).
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from guardian.service.peer import is_own


class BoundedConfig(uvicorn.Config):
    """uvicorn's configuration, with the bounds of `BoundedProtocol`."""

    def __init__(self, app: Any, *, most_connections: int, client_timeout_s: float, **options: Any) -> None:
        """`client_timeout_s`: for the head of a request, and for taking a piece of an answer."""
        self.most_connections = most_connections
        self.client_timeout_s = client_timeout_s
        super().__init__(app, http=BoundedProtocol, ws="none", **options)


class BoundedProtocol(H11Protocol):
    """One connection."""

    _head_timer: asyncio.TimerHandle | None = None
    _sending_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin; one connection too many is closed at once, and so is another account's on the local socket."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # so that `pause_writing` tells of every byte that is not taken
        peer = transport.get_extra_info("socket")
        is_strange = peer.family == socket.AF_UNIX and not is_own(peer)
        if is_strange or len(self.connections) > self._bounds.most_connections:
            transport.abort()
            return
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """More bytes: of a head, of a body, or of what nobody reads any more."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self._is_answering():
            self._stop_timer()
        elif self._head_timer is None:
            self._wait_for_head()

    def handle_events(self) -> None:
        """What h11 made of the bytes; a request that came whole behind another one ends the wait for it too."""
        super().handle_events()
        if self._is_answering():
            self._stop_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end."""
        self._stop_timer()
        self.resume_writing()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Something waits to be taken by the client."""
        super().pause_writing()
        self._sending_timer = self.loop.call_later(self._bounds.client_timeout_s, self._cut_off)

    def resume_writing(self) -> None:
        """All of it was taken."""
        super().resume_writing()
        if self._sending_timer is not None:
            self._sending_timer.cancel()
            self._sending_timer = None

    def _cut_off(self) -> None:
        """End it without what waits to be taken: the system would keep that for a client that never reads."""
        at_once = struct.pack("ii", 1, 0)  # struct linger: on, for no time
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        self.transport.abort()

    @property
    def _bounds(self) -> BoundedConfig:
        config = self.config
        assert isinstance(config, BoundedConfig)
        return config

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait_for_head(self) -> None:
        self._head_timer = self.loop.call_later(self._bounds.client_timeout_s, self._give_up)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        if not self._is_answering():
            self.transport.abort()
