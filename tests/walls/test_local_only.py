"""Guardian's own processes: no network but the ports of the one that needs some, enforced by the kernel."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from walled_script import met_behind

from guardian.walls.landlock import landlock_abi
from guardian.walls.seccomp import machine

pytestmark = pytest.mark.skipif(not machine(), reason="there is no filter for this system")

LOCAL = "from guardian.walls.local_only import stay_local\nassert stay_local()"
FAMILIES = {
    "tcp over IPv4": "socket.socket()",
    "udp over IPv4": "socket.socket(type=socket.SOCK_DGRAM)",
    "tcp over IPv6": "socket.socket(socket.AF_INET6)",
    "udp over IPv6": "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "raw packets": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "a name": "socket.getaddrinfo('guardian-wall-test.invalid', 9)",
    "a child's socket": "subprocess.run([sys.executable, '-c', 'import socket; socket.socket()'], "
    "stderr=subprocess.DEVNULL, check=False).returncode and socket.socket()",
}


@pytest.fixture
def doors() -> Iterator[tuple[int, int]]:
    """Two ports of this machine on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        yield one.getsockname()[1], other.getsockname()[1]


def test_behind_the_local_wall_no_socket_but_a_unix_one_is_made() -> None:
    met = met_behind(LOCAL, FAMILIES | {"a Unix socket": "socket.socket(socket.AF_UNIX)"})
    assert met.pop("a Unix socket") == "done"
    assert "done" not in met.values(), met


def test_without_the_wall_the_same_attempts_get_through() -> None:
    met = met_behind("", {name: FAMILIES[name] for name in ("tcp over IPv4", "udp over IPv4")})
    assert set(met.values()) == {"done"}


def test_threads_that_already_ran_are_behind_the_wall_too() -> None:
    wall = (
        "import threading, queue\nasked, answered = queue.Queue(), queue.Queue()\n"
        "answer = lambda: (asked.get(), answered.put(met(lambda: socket.socket())))\n"
        "threading.Thread(target=answer, daemon=True).start()\n"
        f"{LOCAL}\nasked.put(1)\nsaid = answered.get()\n"
        "def in_a_thread():\n    if said != 'done': raise PermissionError(said)\n"
    )
    assert met_behind(wall, {"a thread": "in_a_thread()"}) == {"a thread": "PermissionError"}


def test_programs_behind_the_wall_still_run() -> None:
    attempt = {"a program": "subprocess.run([sys.executable, '-c', ''], check=True)"}
    assert met_behind(LOCAL, attempt) == {"a program": "done"}


@pytest.mark.skipif(landlock_abi() < 4, reason="this kernel's Landlock knows no ports")
def test_behind_the_wall_of_ports_only_those_are_reached(doors: tuple[int, int]) -> None:
    free = _free_port()
    wall = (
        "from guardian.walls.local_only import stay_on_ports\n"
        f"assert stay_on_ports(listen_ports=[{free}], connect_ports=[{doors[0]}], needs_names=False)"
    )
    met = met_behind(
        wall,
        {
            "its upstream": f"socket.create_connection(('127.0.0.1', {doors[0]}))",
            "another port": f"socket.create_connection(('127.0.0.1', {doors[1]}))",
            "its own door": f"socket.create_server(('127.0.0.1', {free}))",
            "another door": "socket.create_server(('127.0.0.1', 0))",
            "udp": FAMILIES["udp over IPv4"],
            "udp over IPv6": FAMILIES["udp over IPv6"],
            "MPTCP": "socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)",
            "netlink": FAMILIES["netlink"],
        },
    )
    assert (met.pop("its upstream"), met.pop("its own door")) == ("done", "done")
    assert "done" not in met.values(), met


@pytest.mark.skipif(landlock_abi() < 4, reason="this kernel's Landlock knows no ports")
def test_whoever_must_look_names_up_keeps_udp_and_no_other_port(doors: tuple[int, int]) -> None:
    wall = (
        "from guardian.walls.local_only import stay_on_ports\n"
        "assert stay_on_ports(listen_ports=[], connect_ports=[443], needs_names=True)"
    )
    met = met_behind(
        wall, {"udp": FAMILIES["udp over IPv4"], "a port": f"socket.create_connection(('127.0.0.1', {doors[0]}))"}
    )
    assert met == {"udp": "done", "a port": "PermissionError"}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
    return port
