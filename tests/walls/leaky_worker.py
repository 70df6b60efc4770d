"""A process that raises the cell's walls and then tries to break out, as a model that was taken over would.

Arguments: the strongest wall, the parent's process id, the port of a listener on the loopback address, and
folders to import from. Prints one JSON object: the level, the probes, and what each leak met.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import socket
import sys
import tempfile
from collections.abc import Callable

sys.path += sys.argv[4:]

from guardian.walls import probes as roads
from guardian.walls import seccomp, wall

limit, parent, port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def python_connect() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as door:
        door.settimeout(5)
        door.connect(("127.0.0.1", port))


def ctypes_connect() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    address = (2).to_bytes(2, sys.byteorder) + port.to_bytes(2, "big") + socket.inet_aton("127.0.0.1") + bytes(8)
    door = libc.socket(2, 1, 0)
    if door < 0 or libc.connect(door, address, len(address)) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    libc.close(door)


def udp_send() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.sendto(b"leak", ("127.0.0.1", port))


def child_process() -> None:
    """A child, so that a wall which ends at this process does not pass."""
    child = os.fork()
    if child == 0:
        try:
            python_connect()
        except OSError:
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        raise OSError(0, "the child was refused")


def other_program() -> None:
    if os.spawnv(os.P_WAIT, "/bin/sh", ["sh", "-c", "exit 0"]) != 0:
        raise OSError(0, "refused")


def unix_socket() -> None:
    socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).close()


def signal_parent() -> None:
    os.kill(parent, 0)


def parent_memory() -> None:
    with open(f"/proc/{parent}/mem", "rb") as memory:
        memory.read(0)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, parent, None, None) != 0:  # PTRACE_ATTACH
        raise OSError(ctypes.get_errno(), "refused")
    os.waitpid(parent, 0)
    libc.ptrace(17, parent, None, None)  # PTRACE_DETACH


def grow_file() -> None:
    descriptor, path = tempfile.mkstemp()
    try:
        os.write(descriptor, b"leak")
    finally:
        os.close(descriptor)
        os.unlink(path)


def open_file() -> None:
    with open("/etc/passwd", "rb") as secret:
        secret.read(1)


def list_folder() -> None:
    os.listdir("/")


def met(leak: Callable[[], None]) -> str:
    try:
        leak()
    except OSError as error:
        return f"refused: {error}"
    return "got out"


if limit == "paper":  # walls that claim to stand and do not
    wall._enter_empty_network = lambda: True
    seccomp.confine = lambda **_: True
    limit = "netns"
if limit == "netns only":  # the namespace without the filter behind it, as on a kernel without seccomp
    seccomp.confine = lambda **_: False
    limit = "netns"

level, probes = wall.raise_walls(wall.WallLevel(limit), parent)
report: dict[str, object] = {
    "level": level.value,
    "probes": {probe.road: probe.refused for probe in probes},
    "network": {
        leak.__name__: met(leak) for leak in (python_connect, ctypes_connect, udp_send, child_process, unix_socket)
    },
    "neighbours": {leak.__name__: met(leak) for leak in (other_program, signal_parent, parent_memory)},
    "later probes": {probe.road: probe.refused for probe in roads.try_sockets("later")},
    "core limit": resource.getrlimit(resource.RLIMIT_CORE),
}
wall.limit_resources()
report["growing a file"] = met(grow_file)
report["is sealed"] = wall.seal_files(wall.WallLevel(limit))
report["files"] = {leak.__name__: met(leak) for leak in (open_file, list_folder)}
print(json.dumps(report))
