"""Nothing that runs for long talks to a network either: every live part traced, from end to end."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from live.tracing import STRACE, read_trace, trace  # noqa: E402

pytestmark = pytest.mark.skipif(STRACE is None, reason="strace is not installed")


@pytest.mark.long
def test_only_two_get_ip_sockets_and_each_connects_to_its_server_alone() -> None:
    script = str(ROOT / "scripts" / "live" / "trace.py")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    cells = [row.strip("| ").split(" | ") for row in done.stdout.splitlines()[2:]]
    granted = {name: networks for name, _, networks, *_ in cells}
    assert len(granted) == 9
    assert [name for name, networks in granted.items() if networks != "none"] == [
        "ask --talk, with a server",
        "proxy, with a question and its answer",
    ]
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+ \(\d+\)", row[3]) for row in cells[-2:])


def test_the_harness_counts_what_a_program_was_given(tmp_path: Path) -> None:
    code = (
        "import socket; door = socket.create_server(('127.0.0.1', 0)); "
        "socket.create_connection(door.getsockname()); socket.socket(type=socket.SOCK_DGRAM)"
    )
    found = trace([sys.executable, "-c", code], tmp_path / "log", env={}, timeout_s=60)
    assert found.networks.get("INET", 0) >= 3
    assert len(found.connected) == 1
    assert read_trace(tmp_path / "log").networks == found.networks


def test_a_call_that_strace_wrote_in_two_counts_for_what_became_of_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(
        "11 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP <unfinished ...>\n"
        "12 socket(AF_UNIX, SOCK_STREAM, 0 <unfinished ...>\n"
        "11 <... socket resumed>)             = -1 EPERM (Operation not permitted)\n"
        "12 <... socket resumed>)             = 4\n"
        '13 connect(5, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16 <unfinished ...>\n'
        "13 <... connect resumed>)            = 0\n"
    )
    found = read_trace(log)
    assert found.networks == {"INET": 1}
    assert found.refused == {"INET": 1}
    assert found.granted["UNIX"] == 1
    assert found.connected == {"127.0.0.1:80": 1}
