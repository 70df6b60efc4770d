"""Puts the proxy together and runs it.

Invariant: everything that must hold before a request is taken (settings, token, key, addresses) is checked first, and
said in one line where it does not.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

from guardian.proxy.app import ProxyApp
from guardian.proxy.door import Door, hosts_of
from guardian.proxy.exchange import Exchanges
from guardian.proxy.goals import Goals
from guardian.proxy.local import BySocket
from guardian.proxy.screening import Screening
from guardian.proxy.server import serve
from guardian.proxy.sessions import Sessions
from guardian.proxy.token import load_or_make_token
from guardian.proxy.upstream import checked_upstream, open_client
from guardian.proxy.upstream_key import load_upstream_key
from guardian.service.client import ServiceClient
from guardian.service.connecting import connect
from guardian.settings import Settings
from guardian.walls.local_only import stay_on_ports

_ANSWERS_WITHIN_S = 30.0
"""How long the service may take for one message; the sentence that waits for it then counts as not screened."""


def run_proxy(settings: Settings, tell: Callable[[str], None]) -> signal.Signals | None:
    """Run the proxy until a signal ends it; returns which. `tell` is given lines for the owner.

    Raises SettingsError, ProxyError, KeyPlaceError where it cannot be started.
    """
    upstream = checked_upstream(settings.proxy)
    stay_on_ports(
        listen_ports=(settings.proxy.port,),
        connect_ports=(upstream.port,),
        needs_names=upstream.is_remote,
    )  # first, while there is one thread; where it can't be raised, `guardian doctor --network` says so
    token = load_or_make_token(settings.paths.proxy_token)
    key = load_upstream_key(settings.paths.proxy_upstream_key, upstream.url)

    def connected() -> ServiceClient:
        return connect(settings, timeout_s=_ANSWERS_WITHIN_S)

    screening = Screening(connected, tell)
    sessions = Sessions(Goals(settings.paths.proxy_goals), token.key_for("sessions"))

    async def run() -> signal.Signals | None:
        async with open_client(upstream, settings.proxy) as client:
            exchanges = Exchanges(screening, sessions, settings.proxy, settings.limits.max_bytes_read)
            app = ProxyApp(client, upstream, key, settings.proxy, exchanges)
            door = Door(app, token=token, hosts=hosts_of(settings.proxy.port))
            warming = asyncio.create_task(screening.warm())
            try:
                return await serve(
                    BySocket(door, sessions),
                    settings.proxy,
                    settings.paths.proxy_socket,
                    ready=lambda: _tell_ready(settings, upstream.place, tell),
                )
            finally:
                warming.cancel()

    try:
        return asyncio.run(run())
    finally:
        screening.close()


def _tell_ready(settings: Settings, place: str, tell: Callable[[str], None]) -> None:
    address = f"http://127.0.0.1:{settings.proxy.port}"
    tell(f"the proxy listens on {address}, in front of {place} (mode {settings.proxy.mode})")
    tell(f"give your client {address}/v1 as its address, and what guardian proxy --print-token prints as its api key")
