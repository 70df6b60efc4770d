"""Who is at the other end of a Unix socket, as the kernel says. Standard library only.

Sources: unix(7), SO_PEERCRED; for macOS and the BSDs, LOCAL_PEERCRED and `struct xucred` in sys/ucred.h.
"""

from __future__ import annotations

import os
import socket
import struct
from typing import Final

_UCRED: Final = struct.Struct("=iII")
"""Linux: pid, uid, gid."""
_XUCRED: Final = struct.Struct("=II")
"""macOS: version, uid; groups follow."""
_XUCRED_BYTES: Final = 76
_SOL_LOCAL: Final = 0
_LOCAL_PEERCRED: Final = 1


def peer_uid(connection: socket.socket) -> int | None:
    """The user at the other end; None where the system does not say, who is then to be refused."""
    try:
        if hasattr(socket, "SO_PEERCRED"):
            credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
            return int(_UCRED.unpack(credentials)[1])
        credentials = connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _XUCRED_BYTES)
        return int(_XUCRED.unpack_from(credentials)[1])
    except (OSError, struct.error):
        return None


def is_own(connection: socket.socket) -> bool:
    """Whether the other end is this user's: not even root's, who needs no answer of ours."""
    return peer_uid(connection) == os.geteuid()
