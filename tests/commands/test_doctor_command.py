"""Promises of `guardian doctor`: what works is said to work because it did, and what is broken is named."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from guardian.commands.doctor import LIMITS
from guardian.commands.doctor_checks import PACKAGES, Level, check_directories
from guardian.commands.doctor_screening import check_policies
from guardian.paths import find_paths
from guardian.settings import default_settings, load_settings

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
Rows = dict[str, tuple[str, str]]


def diagnosed(run_guardian: Run, *words: str, env: dict[str, str] | None = None) -> tuple[int, Rows]:
    """The exit code, and level and detail by what was checked."""
    done = run_guardian("doctor", "--json", *words, env=env)
    assert done.stderr == b""
    answer = json.loads(done.stdout)
    assert answer["v"] == 1
    assert answer["ok"] is (done.returncode == 0)
    return done.returncode, {row["what"]: (row["level"], row["detail"]) for row in answer["checks"]}


@pytest.fixture
def damaged_models(tmp_path: Path) -> Path:
    """A copy of the shipped models, to be damaged."""
    return Path(shutil.copytree(find_paths(os.environ).shipped_models, tmp_path / "models", ignore=only_model_files))


def only_model_files(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if Path(folder, name).is_dir()}


def test_all_is_well_on_this_machine(run_guardian: Run, guardian_home: Path) -> None:
    code, rows = diagnosed(run_guardian)
    assert code == 0
    assert list(rows)[:5] == ["python", "settings", "packages", "llama.cpp", "model"]
    assert {rows[what][0] for what in ("python", "packages", "llama.cpp", "model", "policies", "journal")} == {"ok"}
    assert rows["wall"][1].split(":")[0] in ("netns", "seccomp", "none")
    assert "risk" in rows["self-test"][1]
    assert str(guardian_home / "config") in rows["config folder"][1]


@pytest.mark.long
def test_limits_that_the_owner_changed_are_named(run_guardian: Run) -> None:
    _, usual = diagnosed(run_guardian)
    _, changed = diagnosed(run_guardian, env={"GUARDIAN_LIMITS_MAX_WINDOWS": "9", "GUARDIAN_LIMITS_MAX_PARTS": "7"})
    assert usual["limits"] == ("ok", "at most 64 windows of 1,000 bytes a message are judged, as shipped")
    said = "at most 9 windows of 1,000 bytes a message are judged; changed by you: max_windows 9, max_parts 7"
    assert changed["limits"] == ("ok", said)


def test_a_wall_of_none_is_a_warning_that_names_the_owners_word(run_guardian: Run) -> None:
    done = run_guardian("doctor", env={"GUARDIAN_MODEL_WALL": "none"})
    assert (done.returncode, done.stderr) == (0, b"")
    lines = done.stdout.decode().splitlines()
    (wall,) = (line for line in lines if " wall: " in line)
    assert wall.startswith("warn  wall: none")
    assert "as your settings ask" in wall
    # The rest of the promise: one line a check, level first, and behind them what it cannot do.
    end = lines.index("what Guardian cannot do:")
    assert lines[end + 1 :] == [f"  - {limit}" for limit in LIMITS]
    assert {line.split(None, 1)[0] for line in lines[: end - 1]} <= set(Level)


def test_broken_settings_are_bad_and_the_rest_is_still_looked_at(run_guardian: Run, guardian_home: Path) -> None:
    (guardian_home / "config").mkdir(mode=0o700)
    (guardian_home / "config" / "settings.toml").write_text("[limits]\nmax_window = 3\n")
    code, rows = diagnosed(run_guardian)
    assert code == 2
    assert rows["settings"][0] == "bad"
    assert "settings.toml:2:1" in rows["settings"][1]
    assert rows["model"][0] == "ok"


def test_a_swapped_model_is_bad(run_guardian: Run, damaged_models: Path) -> None:
    (model,) = damaged_models.glob("*.gguf")
    raw = bytearray(model.read_bytes())
    raw[-1] ^= 1
    model.write_bytes(raw)
    code, rows = diagnosed(run_guardian, env={"GUARDIAN_MODEL_DIR": str(damaged_models)})
    assert code == 2
    assert rows["model"][0] == rows["screening"][0] == "bad"
    assert "not the pinned" in rows["model"][1]


def test_a_missing_model_is_bad(run_guardian: Run, tmp_path: Path) -> None:
    code, rows = diagnosed(run_guardian, env={"GUARDIAN_MODEL_DIR": str(tmp_path)})
    assert code == 2
    assert rows["model"][0] == "bad"


def test_a_broken_policy_is_bad_and_named_with_its_place(tmp_path: Path) -> None:
    shipped = find_paths(os.environ).shipped_policies
    policies = Path(shutil.copytree(shipped, tmp_path / "policies"))
    (policies / "broken.toml").write_text('id = "broken"\nidd = 3\n')
    checks = list(check_policies(load_settings(os.environ, {"policies_dir": policies})))
    assert checks[0].level is Level.OK
    broken = [check.detail for check in checks if check.level is Level.BAD]
    assert broken
    assert all(f"{policies}/broken.toml:" in detail for detail in broken)


def test_no_policies_is_a_warning_and_no_folder_of_policies_is_bad(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (check,) = check_policies(load_settings(os.environ, {"policies_dir": tmp_path / "empty"}))
    assert check.level is Level.WARN
    (check,) = check_policies(load_settings(os.environ, {"policies_dir": tmp_path / "none"}))
    assert check.level is Level.BAD


@pytest.mark.parametrize("module", sorted(PACKAGES))
def test_a_package_that_does_not_import_is_named_and_ends_no_run(
    module: str, run_guardian: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / module.partition(".")[0]
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError('broken on purpose')")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ["PYTHONPATH"]]))
    code, rows = diagnosed(run_guardian)
    assert code == 2
    assert rows["packages"][0] == "bad"
    assert f"pip install {PACKAGES[module]}" in rows["packages"][1]
    assert "journal" in rows


# What stands in a folder's place -> how that is judged.
FOLDERS = [
    (None, Level.OK, "made when it is needed"),
    (0o700, Level.OK, "(mode 700)"),
    (0o755, Level.WARN, "is open to other accounts"),
    (0o770, Level.WARN, "is open to other accounts"),
    (0o777, Level.BAD, "can be written to by anybody"),
]


@pytest.mark.parametrize(("mode", "level", "says"), FOLDERS)
def test_folders_are_judged_by_who_may_enter_them(mode: int | None, level: Level, says: str, tmp_path: Path) -> None:
    settings = default_settings({"GUARDIAN_HOME": str(tmp_path)})
    if mode is not None:
        settings.paths.data.mkdir()
        settings.paths.data.chmod(mode)
    found = {check.what: check for check in check_directories(settings)}["data folder"]
    assert found.level is level
    assert says in found.detail


def test_a_file_in_a_folders_place_is_bad(tmp_path: Path) -> None:
    settings = default_settings({"GUARDIAN_HOME": str(tmp_path)})
    settings.paths.data.write_text("")
    found = {check.what: check for check in check_directories(settings)}
    assert found["data folder"].level is Level.BAD
    assert found["held folder"].level is Level.BAD


@pytest.mark.long
def test_a_memory_of_senders_that_cannot_be_read_is_named(run_guardian: Run, guardian_home: Path) -> None:
    (guardian_home / "state").mkdir(mode=0o700)
    (guardian_home / "state" / "contacts.db").write_bytes(b"not a database")
    (guardian_home / "state" / "contacts.key").write_bytes(bytes(range(32)))
    code, rows = diagnosed(run_guardian)
    assert (code, rows["senders"][0]) == (0, "warn")
    assert "contacts.db cannot be used" in rows["senders"][1]
