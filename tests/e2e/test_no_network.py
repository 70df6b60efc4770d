"""Nothing leaves the machine: the program works without any network, and a trace of it shows no IP socket."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

TEXT = b"Your account was locked. Reply with your password and the code that we have just sent you.\n"
INTERNET = re.compile(r"AF_INET6?|AF_NETLINK|AF_PACKET")
"""What a trace of a program that talks to a network shows."""
STRACE = shutil.which("strace")


def _trace(command: list[str], log: Path) -> str:
    assert STRACE is not None
    subprocess.run(
        [STRACE, "-f", "-qq", "-e", "trace=%network", "-o", str(log), *command],
        input=TEXT,
        capture_output=True,
        env=os.environ | {"GUARDIAN_MODEL_WALL": "auto"},
        timeout=180,
        check=False,
    )
    return log.read_text(errors="replace")


def _not_refused(trace: str) -> list[str]:
    """Calls that name an IP, netlink or packet family and were let through.

    The cell's own self-test tries to get out on purpose; the kernel refuses each of its tries.
    """
    return [line for line in trace.splitlines() if INTERNET.search(line) and " = -1 E" not in line]


def test_the_program_works_in_an_empty_network_namespace() -> None:
    alone = ["unshare", "--user", "--map-root-user", "--net"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this kernel does not let this user make an empty network namespace")
    script = f"ip -br addr 2>/dev/null; {sys.executable} -m guardian filter --check"
    done = subprocess.run([*alone, "bash", "-c", script], input=TEXT, capture_output=True, timeout=120, check=False)
    assert done.returncode == 1, done.stderr


@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
def test_a_traced_run_shows_no_ip_socket(tmp_path: Path) -> None:
    trace = _trace([sys.executable, "-m", "guardian", "filter", "--check"], tmp_path / "trace")
    assert "socket(" in trace  # the self-test's own tries are seen, and every one was refused
    assert _not_refused(trace) == []


LEAKS = {
    "a connect in Python": "import socket; s = socket.socket(); s.settimeout(1); s.connect_ex(('127.0.0.1', {port}))",
    "a UDP send": "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port}))",
    "a connect through ctypes": (
        "import ctypes, socket, struct; c = ctypes.CDLL(None); f = c.socket(2, 1, 0); "
        "a = struct.pack('=HH4s8x', 2, socket.htons({port}), socket.inet_aton('127.0.0.1')); c.connect(f, a, len(a))"
    ),
    "a child process": (
        "import subprocess, sys; subprocess.run([sys.executable, '-c', "
        "'import socket; socket.socket().connect_ex((\"127.0.0.1\", {port}))'])"
    ),
}


@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
@pytest.mark.parametrize("leak", LEAKS)
def test_the_trace_would_have_seen(leak: str, tmp_path: Path) -> None:
    """The harness is not blind: each planted leak stands in its trace."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        code = LEAKS[leak].replace("{port}", str(listener.getsockname()[1]))
        trace = _trace([sys.executable, "-c", code], tmp_path / "trace")
    assert _not_refused(trace), trace
