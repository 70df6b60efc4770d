"""The canary report of three models, of which one is useless on purpose, is made as its script says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "judge" / "three_models.py"


def run(*words: str) -> subprocess.CompletedProcess[bytes]:
    """The script, to its end."""
    return subprocess.run([sys.executable, str(SCRIPT), *words], capture_output=True, check=False)


def test_one_can_judge_one_is_often_wrong_and_one_is_useless() -> None:
    done = run("--json")
    assert (done.returncode, done.stderr) == (0, b"")
    rows = {row["name"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert {name: row["troubles"] for name, row in rows.items()} == {
        "knows-the-canaries": [],
        "goes-by-one-word": ["often-wrong"],
        "useless-on-purpose": ["wrong-format"],
    }
    assert {row["architecture"] for row in rows.values()} == {"llama", "qwen2"}


def test_a_file_that_is_no_model_is_told_in_a_line_and_is_2(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF\0\0\0\0")
    done = run(str(broken))
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"broken.gguf: ")
    assert done.stderr.count(b"\n") == 1
