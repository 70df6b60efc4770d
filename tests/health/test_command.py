"""`guardian health`: readings in lines and as JSON, with an exit code that a script can go by."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from health_rig import NOW_MS, a_record, put

from guardian.health.base import Block, Health, Reading, Standing
from guardian.health.lines import health_lines
from guardian.journal.opening import open_journal
from guardian.journal.record import Kind, Record
from guardian.settings import Settings, load_settings

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


def test_a_home_that_is_well_is_0_and_everything_is_measured(run_guardian: Run) -> None:
    done = run_guardian("health", "--json")
    assert done.stderr == b""
    health = json.loads(done.stdout)
    assert (done.returncode, health["ok"], health["breached"]) == (0, True, [])
    readings = {reading["id"]: reading for block in health["blocks"] for reading in block["readings"]}
    assert {"queue", "process", "model-file", "wall", "restarts", "canaries", "policies", "journal"} <= readings.keys()
    assert "17 of 17 found, 12 of 12 left alone" in readings["canaries"]["value"]
    assert readings["model-file"]["value"].endswith("as pinned")


def test_a_broken_policy_is_1_and_said_in_words(run_guardian: Run, guardian_home: Path) -> None:
    run_guardian("policy", "list")  # the starter policies are copied
    (guardian_home / "config" / "policies" / "broken.toml").write_text("id = ")
    done = run_guardian("health", "--no-model")
    assert done.returncode == 1
    first, *rest = done.stdout.decode().splitlines()
    assert first.endswith("x 1 reading breached: broken policy")
    assert any("x broken policy" in line and "BREACHED" in line for line in rest)


def test_without_a_model_it_says_that_none_was_started(run_guardian: Run) -> None:
    done = run_guardian("health", "--no-model", "--json")
    readings = {reading["id"]: reading for block in json.loads(done.stdout)["blocks"] for reading in block["readings"]}
    assert (readings["process"]["standing"], readings["canaries"]["standing"]) == ("not known", "not known")
    assert readings["wall"]["standing"] == "not known"


def test_a_missing_model_is_a_breach_and_no_error(run_guardian: Run, tmp_path: Path) -> None:
    done = run_guardian("health", env={"GUARDIAN_MODEL_DIR": str(tmp_path)})
    assert done.returncode == 1
    assert b"canaries" in done.stdout.splitlines()[0]
    assert done.stderr == b""


@pytest.mark.long
def test_it_records_nothing(run_guardian: Run, guardian_home: Path) -> None:
    settings = load_settings({"GUARDIAN_HOME": str(guardian_home)}, {})
    put(settings, [a_record()])
    run_guardian("filter", stdin=b"Lunch?")  # the starter policies come into force, which is recorded
    before = kinds(settings)
    run_guardian("health")
    assert kinds(settings) == before


def kinds(settings: Settings) -> list[Kind]:
    """Of all records."""
    with open_journal(settings) as journal:
        return [entry.record.kind for entry in journal.entries() if isinstance(entry.record, Record)]


@pytest.mark.long
def test_following_goes_on_until_it_is_interrupted_and_prints_what_changes(guardian_home: Path) -> None:
    settings = load_settings({"GUARDIAN_HOME": str(guardian_home)}, {})
    command = [sys.executable, "-m", "guardian", "health", "--follow", "--no-model", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        assert "journal" not in first["breached"]
        put(settings, [a_record()])
        settings.paths.journal_file.unlink()
        changed = json.loads(process.stdout.readline())
        assert "journal" in changed["breached"]
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130


def test_lines_are_safe_narrow_and_worst_first() -> None:
    bad = Reading("b", "bad\x1b[31m", "x" * 300, Standing.BREACHED, "mend it \u202e now", "a bound")
    good = Reading("g", "good", "fine", series=(0.0, 1.0))
    lines = list(health_lines(Health(NOW_MS, (Block("one", "One", (good, bad)),)), columns=60))
    assert max(map(len, lines[1:])) <= 60
    assert not any("\x1b" in line or "\u202e" in line for line in lines)
    assert next(index for index, line in enumerate(lines) if "x bad" in line) < next(
        index for index, line in enumerate(lines) if ". good" in line
    )
    assert "·█" in "\n".join(lines)
