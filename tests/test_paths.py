"""Promises of `guardian.paths`."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from guardian.errors import OutputError, SettingsError
from guardian.paths import Paths, ensure_private_directory, find_paths

REPOSITORY = Path(__file__).resolve().parent.parent
SHIPPED = {"shipped_policies", "shipped_models", "shipped_examples"}


def by_name(paths: Paths) -> dict[str, Path]:
    return {each.name: getattr(paths, each.name) for each in fields(paths)}


def test_guardian_home_moves_everything_but_what_was_shipped(tmp_path: Path) -> None:
    for name, path in by_name(find_paths({"GUARDIAN_HOME": str(tmp_path)})).items():
        assert path.is_relative_to(tmp_path) is (name not in SHIPPED), name


def test_nothing_is_made_by_looking(tmp_path: Path) -> None:
    find_paths({"GUARDIAN_HOME": str(tmp_path / "home")})
    assert list(tmp_path.iterdir()) == []


def test_directories_do_not_share_a_place(tmp_path: Path) -> None:
    paths = by_name(find_paths({"GUARDIAN_HOME": str(tmp_path)}))
    assert len(set(paths.values())) == len(paths)


def test_a_relative_home_is_taken_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_paths({"GUARDIAN_HOME": "here"}).config == tmp_path / "here" / "config"


def test_a_tilde_is_the_home_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_paths({"GUARDIAN_HOME": "~/g"}).config == tmp_path / "g" / "config"


@pytest.mark.parametrize("home", ["~nobody-of-this-name/g", __file__])
def test_a_home_that_can_be_none_is_refused(home: str) -> None:
    with pytest.raises(SettingsError, match="GUARDIAN_HOME"):
        find_paths({"GUARDIAN_HOME": home})


def test_an_empty_home_counts_as_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert find_paths({"GUARDIAN_HOME": ""}) == find_paths({})
    assert find_paths({}).config == tmp_path / "guardian"


@pytest.mark.parametrize(("mode", "is_taken"), [(0o700, True), (0o755, False), (0o777, False)])
def test_the_runtime_directory_is_never_where_others_may_enter(mode: int, is_taken: bool, tmp_path: Path) -> None:
    # In a process of its own, since platformdirs keeps what it saw. For a directory that others may enter it falls
    # back to a name in /tmp that anybody may take first, and warns: neither must come through.
    runtime = tmp_path / "run-me"
    runtime.mkdir()
    runtime.chmod(mode)
    code = "from guardian.paths import find_paths; print(find_paths({}).runtime)"
    env = {**os.environ, "XDG_RUNTIME_DIR": str(runtime), "XDG_STATE_HOME": str(tmp_path / "state")}
    python = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(python, env=env, capture_output=True, text=True, check=True)
    found = Path(done.stdout.strip())
    assert done.stderr == ""
    assert found.is_relative_to(runtime) is is_taken
    assert found.parent.name != f"runtime-{os.geteuid()}"


def test_the_shipped_data_of_a_checkout_is_the_repositorys() -> None:
    paths = find_paths({})
    assert paths.shipped_policies == REPOSITORY / "policies"
    assert paths.shipped_models == REPOSITORY / "models"
    assert paths.shipped_examples == REPOSITORY / "examples" / "inbox"


def test_the_shipped_data_of_a_wheel_is_in_the_package(tmp_path: Path) -> None:
    # A copy of the package, as a wheel lays it out: what is inside is found before what is beside it.
    package = tmp_path / "guardian"
    package.mkdir()
    for name in ("__init__.py", "paths.py", "errors.py"):
        (package / name).write_bytes((REPOSITORY / "guardian" / name).read_bytes())
    (package / "_shipped" / "models").mkdir(parents=True)
    (tmp_path / "models").mkdir()
    code = "from guardian.paths import find_paths; print(find_paths({'GUARDIAN_HOME': '/g'}).shipped_models)"
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()) == package / "_shipped" / "models"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_private_directory_is_its_owners_alone_and_so_is_what_was_missing_above_it(
    umask: int, tmp_path: Path
) -> None:
    before = os.umask(umask)
    try:
        made = ensure_private_directory(tmp_path / "a" / "b" / "c")
    finally:
        os.umask(before)
    assert made == tmp_path / "a" / "b" / "c"
    for path in (made, *made.parents[:2]):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700, path


def test_a_directory_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    there.chmod(0o750)
    ensure_private_directory(there)
    ensure_private_directory(there)
    assert stat.S_IMODE(there.stat().st_mode) == 0o750


def test_a_directory_that_anybody_can_write_to_is_refused(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    there.chmod(0o777)
    with pytest.raises(SettingsError, match="anybody can write"):
        ensure_private_directory(there)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_a_directory_of_somebody_elses_is_refused(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    os.chown(there, 12345, 12345)
    with pytest.raises(SettingsError, match="belongs to somebody else"):
        ensure_private_directory(there)


def test_a_file_in_the_way_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match="cannot make the directory"):
            ensure_private_directory(path)


def test_a_dangling_link_in_the_way_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputError, match="cannot make the directory"):
        ensure_private_directory(tmp_path / "link")
