"""What `guardian ask --talk` does with sockets, as strace(1) sees it: one process reaches one port, no other any."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from talk_rig import running_server

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from live.tracing import STRACE, trace  # type: ignore[import-not-found,unused-ignore]  # scripts/ is on the path


@pytest.mark.long
@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
def test_one_process_alone_has_a_network_and_reaches_the_servers_port_alone(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        env = os.environ | {
            "GUARDIAN_ASSISTANT_SERVER": server.url,
            "GUARDIAN_ASSISTANT_SERVER_MODEL": "calm",
        }
        guardian = [sys.executable, "-m", "guardian", "ask", "--talk", "--no-journal", "hello"]
        command = ["sh", "-c", 'echo $$ > "$0"; exec "$@"', str(tmp_path / "pid"), *guardian]
        found = trace(command, tmp_path / "log", env=env, timeout_s=300)
        assert {row["method"] for row in server.asked()} == {"POST"}
    assert set(found.connected) == {f"127.0.0.1:{server.port}"}
    assert set(found.networks) == {"INET"}
    lines = (tmp_path / "log").read_text(errors="replace").splitlines()
    networked = {line.split()[0] for line in lines if re.search(r"\bsocket\(AF_INET6?,", line) and "= -1" not in line}
    assert len(networked) == 1
    assert networked != {(tmp_path / "pid").read_text().strip()}  # not the command itself
