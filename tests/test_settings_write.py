"""Promises of `guardian config set` and `unset`: one value changes, and nothing else in the owner's file."""

from __future__ import annotations

import os
import stat
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.errors import OutputError, SettingsError
from guardian.paths import Paths, find_paths
from guardian.settings import load_settings, setting_keys
from guardian.settings_write import remove_setting, write_setting

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]

OWNERS = """\
# my settings
policies_dir = "mine"   # in my dotfiles

[limits]   # small machine
max_windows = 7  # enough

# colours are for others
[output]
colour = "never"
"""


@pytest.fixture
def paths(guardian_home: Path) -> Paths:
    return find_paths({"GUARDIAN_HOME": str(guardian_home)})


def write(paths: Paths, text: str) -> None:
    paths.config.mkdir(parents=True, exist_ok=True)
    paths.settings_file.write_text(text)


# key, value, what the file is then
CHANGES = [
    ("limits.max_windows", "9", OWNERS.replace("= 7", "= 9")),
    ("limits.window_bytes", "2_000", OWNERS.replace("# enough\n", "# enough\nwindow_bytes = 2000\n")),
    ("policies_dir", "/p", OWNERS.replace('"mine"', '"/p"')),
    ("app.theme", "light", OWNERS + '\n[app]\ntheme = "light"\n'),
    ("alerts.quiet_until", "2026-11-28", OWNERS + '\n[alerts]\nquiet_until = "2026-11-28"\n'),
]


@pytest.mark.parametrize(("name", "text", "after"), CHANGES)
def test_one_value_changes_and_every_comment_stays(name: str, text: str, after: str, paths: Paths) -> None:
    write(paths, OWNERS)
    write_setting(paths, name, text)
    assert paths.settings_file.read_text().split() == after.split()
    assert [line for line in paths.settings_file.read_text().splitlines() if "#" in line] == [
        line.replace("7  #", "9  #")
        if name == "limits.max_windows"
        else line.replace('"mine"', '"/p"')
        if name == "policies_dir"
        else line
        for line in OWNERS.splitlines()
        if "#" in line
    ]


@pytest.mark.parametrize("key", setting_keys(), ids=lambda key: key.name)
def test_each_key_can_be_written_into_no_file_and_taken_out_again(key: object, paths: Paths) -> None:
    name = key.name  # type: ignore[attr-defined]
    default = {each: value for each, value, _ in load_settings(os.environ, {}).items()}[name]
    written = write_setting(paths, name, str(default))
    assert written.before is None
    loaded = load_settings(os.environ, {})
    assert {each: value for each, value, _ in loaded.items()}[name] == default
    assert str(loaded.origins[name]).startswith("file settings.toml:")
    assert stat.S_IMODE(paths.settings_file.stat().st_mode) == 0o600
    assert remove_setting(paths, name).is_changed
    assert str(load_settings(os.environ, {}).origins[name]) == "default"


# what stands in the file, key and value, what is said; nothing may be written
REFUSED = [
    ("", "limits.max_windos", "9", 'unknown key "limits.max_windos" (the nearest valid name is limits.max_windows)'),
    ("", "limits.max_windows", "no", 'limits.max_windows must be a whole number from 1 to 4096, not "no"'),
    ("", "app.theme", "pink", "app.theme must be one of auto, dark, light, contrast, ansi"),
    ("", "alerts.quiet_until", "2026-02-30", "alerts.quiet_until must be a day such as 2026-11-28, or empty"),
    ("", "alerts.quiet_until", "tomorrow", "alerts.quiet_until must be a day"),
    (OWNERS, "limits.overlap_bytes", "900", "must be at most a quarter of"),
    ("x = [", "app.theme", "dark", "is no toml"),
    ("app = 3", "app.theme", "dark", "app must be a table"),
]


@pytest.mark.parametrize(("text", "name", "value", "says"), REFUSED)
def test_a_wrong_value_changes_nothing(text: str, name: str, value: str, says: str, paths: Paths) -> None:
    write(paths, text)
    with pytest.raises(SettingsError) as refused:
        write_setting(paths, name, value)
    assert says in refused.value.line()
    assert paths.settings_file.read_text() == text
    assert [path.name for path in paths.config.iterdir()] == ["settings.toml"]


def test_a_broken_file_can_be_mended_by_command(paths: Paths, run_guardian: Run) -> None:
    write(paths, "[limits]\nmax_windows = 0\nwindow_bytes = 1\n")
    first = run_guardian("config", "unset", "limits.max_windows")
    assert (first.returncode, b"still wrong" in first.stderr, b"limits.window_bytes" in first.stderr) == (0, True, True)
    assert run_guardian("config", "set", "limits.window_bytes", "900").stderr == b""
    assert load_settings(os.environ, {}).limits.window_bytes == 900


def test_a_file_elsewhere_stays_there_with_its_mode(paths: Paths, tmp_path: Path) -> None:
    elsewhere = tmp_path / "dotfiles.toml"
    elsewhere.write_text("# mine\n")
    elsewhere.chmod(0o640)
    paths.config.mkdir(parents=True)
    paths.settings_file.symlink_to(elsewhere)
    write_setting(paths, "app.theme", "light")
    assert paths.settings_file.is_symlink()
    assert elsewhere.read_text().startswith("# mine\n")
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o640


def test_a_file_that_cannot_be_written_is_said_and_stays(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    write(paths, OWNERS)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="no space left on device"):
        write_setting(paths, "app.theme", "light")
    assert paths.settings_file.read_text() == OWNERS
    assert [path.name for path in paths.config.iterdir()] == ["settings.toml"]


def test_many_at_once_lose_nothing_of_each_other(paths: Paths) -> None:
    values = {"limits.max_windows": "5", "app.theme": "dark", "output.colour": "never", "alerts.interrupt": "none"}
    threads = [threading.Thread(target=write_setting, args=(paths, *pair)) for pair in values.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loaded = {name: str(value) for name, value, _ in load_settings(os.environ, {}).items()}
    assert {name: loaded[name] for name in values} == values


KEYS = [key.name for key in setting_keys() if key.name not in ("limits.window_bytes", "limits.overlap_bytes")]


@given(st.text(max_size=40), st.sampled_from(KEYS))
def test_whatever_is_given_the_file_stays_one_that_loads(text: str, name: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        paths = find_paths({"GUARDIAN_HOME": folder})
        try:
            write_setting(paths, name, text)
        except SettingsError:
            assert not paths.settings_file.exists()
        load_settings({"GUARDIAN_HOME": folder}, {})


def test_the_command_says_what_is_so_now(run_guardian: Run) -> None:
    done = run_guardian("config", "set", "app.theme", "light")
    assert (done.returncode, done.stdout, done.stderr) == (0, b'app.theme = "light"\n', b"")
    again = run_guardian("config", "set", "app.theme", "light", env={"GUARDIAN_APP_THEME": "dark"})
    assert b"it was so already" in again.stdout
    assert again.stderr == b"guardian: GUARDIAN_APP_THEME is set in this shell, and outranks the file\n"
    gone = run_guardian("config", "unset", "app.theme")
    assert gone.stdout.endswith(b"any more; its default counts\n")
    wrong = run_guardian("config", "set", "app.theme", "\x1b[31mpink")
    assert (wrong.returncode, wrong.stdout, wrong.stderr.count(b"\n"), b"\x1b" in wrong.stderr) == (2, b"", 1, False)
