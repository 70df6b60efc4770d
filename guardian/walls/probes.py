"""The wall's self-test: from inside of the child, try to get out by every road, and report what happened.

TCP, UDP, IPv6 and names, each through Python's sockets and through the C library by ctypes, plus Unix
sockets and io_uring where the filter should refuse them.

Before that, an empty network namespace is looked into: it has no interface but loopback, and no route.

Invariant: the test itself sends nothing off the machine, even where no wall stands. It aims at the loopback
address, which an empty network namespace does not have either; for the roads to the outside it only asks the
kernel for a route (`connect` on a datagram socket sends nothing) to addresses that are reserved for
documentation; and it looks up a name only once all sockets were refused, and then one under `.invalid`.

Sources: RFC 5737 and RFC 3849 (documentation addresses), RFC 6761 (`.invalid`), RFC 863 (port 9, discard).
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import sys
from collections.abc import Callable
from typing import Final

from guardian.walls.probe import Probe

_PORT: Final = 9
_NAME: Final = "guardian-wall-test.invalid"
_LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
_ELSEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
_REFUSALS: Final = frozenset(
    {
        errno.EPERM,
        errno.EACCES,
        errno.ENETUNREACH,
        errno.ENETDOWN,
        errno.EHOSTUNREACH,
        errno.EADDRNOTAVAIL,
        errno.EAFNOSUPPORT,
        errno.EPROTONOSUPPORT,
        errno.ENOSYS,
    }
)
"""What the system says where nothing could be sent. Anything else, a refused connection included, means that a
packet found its way."""
_EAI_NONAME: Final = -2
_IO_URING_SETUP: Final = 425
_PYTHON_TIMEOUT_S: Final = 0.5

Attempt = Callable[[], None]


def network_id() -> int:
    """Which network namespace this process is in; 0 where the system does not say."""
    try:
        return os.stat("/proc/self/ns/net").st_ino
    except OSError:
        return 0


def look_round(old_network: int) -> tuple[Probe, ...]:
    """Whether the network namespace is another one than `old_network`, and empty. Opens no socket: that a traced
    Guardian shows none which the kernel granted is worth keeping, and behind the filter they are all tried."""
    probes = [Probe("netns is new", network_id() not in (0, old_network), "namespace")]
    for name, table in (("interfaces", "dev"), ("routes", "route"), ("ipv6 addresses", "if_inet6")):
        try:
            with open(f"/proc/self/net/{table}", encoding="ascii") as lines:
                rows = [line.split()[0] for line in lines if line.strip()]
        except FileNotFoundError:
            rows = []  # without IPv6 there is no table of it
        except OSError as error:
            probes.append(Probe(f"netns {name}", False, errno.errorcode.get(error.errno or 0, "unreadable")))
            continue
        found = [row for row in rows if row not in ("Inter-|", "face", "Iface", "lo:")]
        probes.append(Probe(f"netns {name}", not found, f"{len(found)} besides loopback"))
    return tuple(probes)


def try_sockets(stage: str) -> tuple[Probe, ...]:
    """Try TCP, UDP and a route to elsewhere, over IPv4 and IPv6. `stage` goes before each road's name."""
    return tuple(_try(f"{stage} {road}", attempt) for road, attempt in _socket_attempts())


def try_files(stage: str) -> Probe:
    """Try to look at what stands at the root of all files."""
    return _try(f"{stage} files", lambda: _list_folder("/"))


def try_everything(is_filtered: bool) -> tuple[Probe, ...]:
    """Try every road. `is_filtered` says whether the system-call filter stands, which refuses more."""
    if sys.platform != "linux":
        return (Probe("all", False, f"no wall is known for {sys.platform}"),)
    stage = "seccomp" if is_filtered else "all"
    probes = try_sockets(stage)
    if is_filtered:
        probes += (_try("seccomp unix python", _unix_by_python), _try("seccomp io_uring ctypes", _io_uring))
    if not all(probe.refused for probe in probes):
        return (*probes, Probe("name", False, "not tried, because sockets got out"))
    return (*probes, _name_by_python(is_filtered), _name_by_ctypes(is_filtered))


def _socket_attempts() -> list[tuple[str, Attempt]]:
    attempts: list[tuple[str, Attempt]] = []
    for family, digit in ((socket.AF_INET, "4"), (socket.AF_INET6, "6")):
        attempts += [
            (f"tcp{digit} python", lambda family=family: _tcp_by_python(family)),  # type: ignore[misc]
            (f"udp{digit} python", lambda family=family: _udp_by_python(family)),  # type: ignore[misc]
            (f"route{digit} python", lambda family=family: _route_by_python(family)),  # type: ignore[misc]
            (f"tcp{digit} ctypes", lambda family=family: _tcp_by_ctypes(family)),  # type: ignore[misc]
            (f"udp{digit} ctypes", lambda family=family: _udp_by_ctypes(family)),  # type: ignore[misc]
        ]
    return attempts


def _try(road: str, attempt: Attempt) -> Probe:
    try:
        attempt()
    except OSError as error:
        number = error.errno or 0
        return Probe(road, number in _REFUSALS, errno.errorcode.get(number, type(error).__name__))
    return Probe(road, False, "got out")


def _tcp_by_python(family: socket.AddressFamily) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as door:
        door.settimeout(_PYTHON_TIMEOUT_S)
        door.connect((_LOOPBACK[family], _PORT))


def _udp_by_python(family: socket.AddressFamily) -> None:
    with socket.socket(family, socket.SOCK_DGRAM) as door:
        door.sendto(b"", (_LOOPBACK[family], _PORT))


def _route_by_python(family: socket.AddressFamily) -> None:
    with socket.socket(family, socket.SOCK_DGRAM) as door:
        door.connect((_ELSEWHERE[family], _PORT))


def _unix_by_python() -> None:
    socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).close()


def _tcp_by_ctypes(family: socket.AddressFamily) -> None:
    libc = _libc()
    address = _address(family)
    door = _checked(libc.socket(int(family), int(socket.SOCK_STREAM | socket.SOCK_NONBLOCK), 0))
    try:
        _checked(libc.connect(door, address, len(address)))
    finally:
        libc.close(door)


def _udp_by_ctypes(family: socket.AddressFamily) -> None:
    libc = _libc()
    address = _address(family)
    door = _checked(libc.socket(int(family), int(socket.SOCK_DGRAM | socket.SOCK_NONBLOCK), 0))
    try:
        _checked(libc.sendto(door, b"", 0, 0, address, len(address)))
    finally:
        libc.close(door)


def _list_folder(folder: str) -> None:
    os.listdir(folder)


def _io_uring() -> None:
    libc = _libc()
    libc.syscall.restype = ctypes.c_long
    # Without room for its parameters the call fails in any case (EFAULT); only the filter says EPERM.
    _checked(libc.syscall(ctypes.c_long(_IO_URING_SETUP), ctypes.c_long(1), ctypes.c_void_p(None)))


def _name_by_python(is_filtered: bool) -> Probe:
    try:
        socket.getaddrinfo(_NAME, _PORT)
    except socket.gaierror as error:
        return _name_probe("name python", error.errno or 0, is_filtered)
    return _name_probe("name python", 0, is_filtered)


def _name_by_ctypes(is_filtered: bool) -> Probe:
    answer = ctypes.c_void_p()
    code = _libc().getaddrinfo(_NAME.encode(), None, None, ctypes.byref(answer))
    return _name_probe("name ctypes", code, is_filtered)


def _name_probe(road: str, code: int, is_filtered: bool) -> Probe:
    """ "No such name" may be the answer of a name service that was reached through a Unix socket, from outside of
    the namespace; where the filter refuses Unix sockets too, it can only come from files on this machine."""
    refused = code != 0 and (code != _EAI_NONAME or is_filtered)
    return Probe(road, refused, f"EAI {code}" if code else "got out")


def _address(family: socket.AddressFamily) -> bytes:
    """`struct sockaddr_in` or `sockaddr_in6` for the loopback address."""
    head = int(family).to_bytes(2, sys.byteorder) + _PORT.to_bytes(2, "big")
    packed = socket.inet_pton(family, _LOOPBACK[family])
    return head + packed + bytes(8) if family == socket.AF_INET else head + bytes(4) + packed + bytes(4)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, errno.errorcode.get(number, "error"))
    return result
