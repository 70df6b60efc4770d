"""An alert shows how its policy fared, without the journal's key."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from guardian.policy.effects.track_file import read_track

SCAM = b"Please buy 4 gift cards for a client and send me the codes today. Do not tell the others.\n"


@pytest.mark.long
def test_a_flagged_message_shows_what_its_owner_said_of_the_policys_alerts(
    run_guardian: Callable[..., subprocess.CompletedProcess[bytes]], guardian_home: Path
) -> None:
    first = run_guardian("filter", "--json", stdin=SCAM)
    seq = json.loads(first.stdout)["journal"]["seq"]
    assert b"its record" not in run_guardian("filter", "--check", stdin=SCAM).stderr
    assert run_guardian("feedback", str(seq), "wrong").returncode == 0
    assert b"its record: 0 right, 1 wrong" in run_guardian("filter", "--check", stdin=SCAM).stderr
    path = guardian_home / "state" / "track-records.json"
    assert path.stat().st_mode & 0o077 == 0
    assert b"gift cards" not in path.read_bytes()
    run_guardian("feedback", str(seq), "--undo")
    assert b"its record" not in run_guardian("filter", "--check", stdin=SCAM).stderr


@pytest.mark.parametrize("content", ["", "{", "[1]", "null", '{"a": 3}', "[" * 100_000, "\x00"])
def test_a_damaged_file_counts_as_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "track-records.json"
    path.write_text(content)
    path.chmod(0o600)
    assert read_track(path) == {}


def test_no_file_is_no_record(tmp_path: Path) -> None:
    assert read_track(tmp_path / "none.json") == {}
