"""`make soak`, for a minute: all live parts at work while the model's process is killed, and nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_WAIT_S = 1200


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the soak reads /proc")
def test_a_minute_of_work_with_a_crash_every_ten_seconds_loses_nothing(tmp_path: Path) -> None:
    file = tmp_path / "soak.json"
    done = subprocess.run(
        [
            *(sys.executable, "scripts/live/soak.py"),
            *("--seconds", "60", "--kill-every", "10", "--json", str(file)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LONGEST_WAIT_S,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    found = json.loads(file.read_text())
    assert found["lost"] == []
    assert found["kills"] > 0
    assert set(found["loads"]) == {"client", "filter", "mail", "proxy"}
    assert all(load["done"] > 0 for load in found["loads"].values()), said
    assert set(found["samples"]) == {"service", "watch", "ai-server", "proxy"}
