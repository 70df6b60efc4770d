"""The wall: leaks planted inside the cell are refused there, and the same leaks get out where no wall stands."""

from __future__ import annotations

import functools
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from cell_rig import HERE

from guardian.inference.child import import_folders
from guardian.walls import seccomp
from guardian.walls.wall import WallLevel

NETWORK_LEAKS = ("python_connect", "ctypes_connect", "udp_send", "child_process")
needs_filter = pytest.mark.skipif(not seccomp.machine(), reason="no system-call filter for this machine")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A listener outside of the cell; 0 where this machine has no loopback interface (an empty namespace)."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        try:
            socket.create_connection(listener.getsockname()).close()
        except OSError:
            yield 0
            return
        threading.Thread(target=functools.partial(accept_all, listener), daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def accept_all(listener: socket.socket) -> None:
    try:
        while True:
            listener.accept()[0].close()
    except OSError:
        return


@functools.cache
def break_out(limit: str, port: int) -> dict[str, Any]:
    """What `leaky_worker.py` met behind walls of at most this strength."""
    command = [
        sys.executable,
        "-I",
        "-S",
        str(HERE / "walls" / "leaky_worker.py"),
        limit,
        str(os.getpid()),
        str(port or 9),
    ]
    done = subprocess.run([*command, *import_folders()], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def has_namespaces() -> bool:
    return bool(break_out("netns", 9)["level"] == "netns")


@pytest.fixture
def limit(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if name.startswith("netns") and not has_namespaces():
        pytest.skip("this system does not allow user namespaces")
    return name


def test_without_a_wall_every_leak_gets_out_so_the_harness_sees(port: int) -> None:
    if not port:
        pytest.skip("no loopback interface here: nothing could get out anyway")
    report = break_out("none", port)
    assert report["level"] == "none"
    assert {name: report["network"][name] for name in NETWORK_LEAKS} == dict.fromkeys(NETWORK_LEAKS, "got out")
    assert not any(refused for road, refused in report["probes"].items() if "4" in road)
    assert report["neighbours"]["other_program"] == "got out"
    assert report["neighbours"]["signal_parent"] == "got out"
    assert report["files"] == {"open_file": "got out", "list_folder": "got out"}


@needs_filter
@pytest.mark.parametrize("limit", ["netns", "seccomp"], indirect=True)
def test_behind_a_wall_no_leak_gets_out(limit: str, port: int) -> None:
    report = break_out(limit, port)
    assert report["level"] == limit
    assert all(report["probes"].values())
    assert all(report["later probes"].values())
    for group in ("network", "neighbours", "files"):
        assert [name for name, met in report[group].items() if not met.startswith("refused")] == []
    assert report["is sealed"] is True


@pytest.mark.parametrize("limit", ["netns only"], indirect=True)
def test_the_empty_namespace_holds_without_the_filter(limit: str, port: int) -> None:
    """Also for a child process, which it cannot prevent from being made."""
    report = break_out(limit, port)
    assert report["level"] == "netns"
    assert all(report["probes"].values())
    assert [name for name in NETWORK_LEAKS if not report["network"][name].startswith("refused")] == []


@pytest.mark.parametrize("limit", ["netns"], indirect=True)
def test_the_self_test_tries_each_wall_on_its_own(limit: str, port: int) -> None:
    """The namespace is looked into before the filter hides it; then TCP, UDP, IPv6 and names, by Python and ctypes."""
    roads = set(break_out(limit, port)["probes"])
    assert {"netns is new", "netns interfaces", "netns routes"} <= roads
    for means in ("python", "ctypes"):
        assert {f"seccomp {what}{digit} {means}" for what in ("tcp", "udp") for digit in "46"} <= roads
    assert {"name python", "name ctypes", "seccomp unix python", "seccomp io_uring ctypes"} <= roads


def test_walls_that_only_claim_to_stand_are_measured_as_none(port: int) -> None:
    """The level is what the self-test met, not what the code believes."""
    if not port:
        pytest.skip("no loopback interface here: nothing could get out anyway")
    report = break_out("paper", port)
    assert report["level"] == "none"
    assert report["probes"]["netns is new"] is False
    assert report["probes"]["name"] is False


@pytest.mark.parametrize("limit", ["netns", "seccomp", "none"], indirect=True)
def test_no_core_is_dumped_and_no_file_grows_at_any_level(limit: str, port: int) -> None:
    report = break_out(limit, port)
    assert report["core limit"] == [0, 0]
    assert report["growing a file"].startswith("refused")


def test_a_process_whose_parent_is_already_gone_ends_at_once() -> None:
    command = [sys.executable, "-I", "-S", str(HERE / "walls" / "leaky_worker.py"), "none", "1", "9", *import_folders()]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stdout == b""


def test_the_levels_have_the_names_that_verdicts_show() -> None:
    assert [level.value for level in WallLevel] == ["netns", "seccomp", "none", "down"]
