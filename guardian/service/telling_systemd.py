"""Tells systemd how the service fares: sd_notify(3), a datagram on a Unix socket. Standard library only."""

from __future__ import annotations

import socket
from collections.abc import Mapping

READY = "READY=1"
STOPPING = "STOPPING=1"


def tell_systemd(env: Mapping[str, str], words: str) -> bool:
    """Send one state. False where nobody wants to hear it, or it could not be said: the service runs all the same."""
    address = env.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    if address.startswith("@"):  # of the abstract namespace
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | getattr(socket, "SOCK_CLOEXEC", 0)) as teller:
            teller.sendto(words.encode("ascii"), address)
    except OSError:
        return False
    return True
