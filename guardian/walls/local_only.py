"""The walls of Guardian's own processes: they read, judge and record, and have no business with any network.

What the kernel enforces once `stay_local` returned True: this process, its threads and everything that it starts can
make Unix sockets and no other ones (no TCP, no UDP, no IPv6, no netlink, no raw packets, no io_uring), and no program
that it starts gains rights by being set-uid. What it does not stop: what a service of this machine does at its request
through a Unix socket, such as a name service; Guardian asks none.

`stay_on_ports` is for the one process that stands between an assistant and its model.

Invariant: irrevocable, so it is not for a process that starts programs of the owner's (an editor, a terminal, the
command behind a hook), which would inherit it.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Collection
from typing import Final

from guardian.walls import seccomp

_PR_SET_NO_NEW_PRIVS: Final = 38


def stay_local() -> bool:
    """Give up every network, for good. False where this system has no such filter: it then rests on design alone."""
    return gain_no_rights() and seccomp.refuse_networks()


def stay_on_ports(*, listen_ports: Collection[int], connect_ports: Collection[int], needs_names: bool) -> int:
    """Give up every network but these TCP ports, for good; with `needs_names` UDP stays, since names are looked up over
    it. Returns the ABI of Landlock that enforces the ports, 0 where they rest on design alone.

    The kernel knows ports here, not addresses. Must be called while this process has one thread.
    """
    from guardian.walls.landlock import confine_tcp

    if not gain_no_rights() or (not needs_names and not seccomp.streams_only()):
        return 0
    return confine_tcp(listen_ports=listen_ports, connect_ports=connect_ports)


def gain_no_rights() -> bool:
    """Let no program that this process starts gain rights: what the kernel wants of whoever confines themselves. False
    where the system knows no such thing."""
    if sys.platform != "linux":
        return False
    return int(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) == 0
