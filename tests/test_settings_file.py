"""Promises about the owner's settings file: what is read, and one line with its place for whatever is not."""

from __future__ import annotations

import os
import random
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from guardian.errors import SettingsError
from guardian.settings import Settings, load_settings, setting_keys
from guardian.settings_sections import ModelSettings

HOSTILE_SEED = 20261121
GOOD_FILE = """\
# a comment
policies_dir = "my-policies"

[model]
threads = 2
batch_timeout_s = 5
wall = "seccomp"

[limits]
window_bytes = 800
overlap_bytes = 100
max_windows = 10

[filter]
fail_on = "notice"

[output]
colour = "never"
"""


def write(home: Path, text: str | bytes) -> Path:
    file = home / "config" / "settings.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def load(home: Path, env: Mapping[str, str] | None = None, flags: Mapping[str, object] | None = None) -> Settings:
    return load_settings({"GUARDIAN_HOME": str(home), **(env or {})}, flags or {})


def refusal(home: Path, env: Mapping[str, str] | None = None, flags: Mapping[str, object] | None = None) -> str:
    with pytest.raises(SettingsError) as refused:
        load(home, env, flags)
    line = refused.value.line()
    assert "\n" not in line
    return line


def test_the_good_file_of_these_tests_is_toml() -> None:
    assert tomllib.loads(GOOD_FILE)["model"]["threads"] == 2


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD_FILE)
    settings = load(tmp_path)
    assert settings.policies_dir == file.parent / "my-policies"
    assert settings.model == ModelSettings(2, 5.0, "seccomp")
    assert (settings.limits.window_bytes, settings.limits.overlap_bytes, settings.limits.max_windows) == (800, 100, 10)
    assert str(settings.origins["limits.max_windows"]) == "file settings.toml:12"


@pytest.mark.parametrize("text", ["\ufeffmodel.threads = 3", "[model]\r\nthreads = 3\r\n", "[model]\nthreads = 3"])
def test_marks_and_line_ends_of_other_systems_are_read(text: str, tmp_path: Path) -> None:
    write(tmp_path, text)
    assert load(tmp_path).model.threads == 3


# What stands in the file -> what the line must say, its place included.
BROKEN_FILES = [
    ("limits.max_window = 3", ':1:8: unknown key "limits.max_window" (the nearest valid name is limits.max_windows)'),
    ("\n[limit]\nmax_windows = 3", ':3:1: unknown key "limit.max_windows" (the nearest valid name is limits.max'),
    ("thread = 3", ':1:1: unknown key "thread" (the nearest valid name is model.threads)'),
    ('"limits.max_windows" = 3', ':1:1: unknown key "limits.max_windows" (write it without quotes)'),
    ("[model.cell]\nwall = 1", ':1:1: unknown key "model.cell" (the nearest'),
    ('limits.max_windows = "3"', ':1:8: limits.max_windows must be a whole number from 1 to 4096, not "3"'),
    ("limits.max_windows = 0", "limits.max_windows must be a whole number from 1 to 4096, not 0"),
    ("limits.max_windows = 4097", "limits.max_windows must be a whole number from 1 to 4096, not 4097"),
    ("limits.max_windows = 3.0", "limits.max_windows must be a whole number from 1 to 4096, not 3.0"),
    ("limits.max_windows = true", "limits.max_windows must be a whole number from 1 to 4096, not true"),
    ("limits.max_windows = []", "limits.max_windows must be a whole number from 1 to 4096, not a list"),
    (f"limits.max_windows = {'9' * 200}", "must be a whole number from 1 to 4096, not a number of more than 30 digits"),
    ("model.batch_timeout_s = nan", "model.batch_timeout_s must be a number from 0.1 to 600, not nan"),
    ("model.batch_timeout_s = inf", "model.batch_timeout_s must be a number from 0.1 to 600, not inf"),
    ('model.wall = "off"', 'model.wall must be one of auto, netns, seccomp, none, not "off"'),
    ('filter.fail_on = "unsure"', 'filter.fail_on must be one of notice, flagged, not "unsure"'),
    ("policies_dir = 2026-11-21", "policies_dir must be the path of a directory, not a date or time"),
    ('policies_dir = ""', "policies_dir must be the path of a directory, not empty"),
    ('policies_dir = "a\\u0000b"', "policies_dir must be the path of a directory"),
    ('policies_dir = "~nobody-of-this-name"', "policies_dir must be the path of a directory"),
    ("limits = 3", ":1:1: limits must be a table (write [limits])"),
    ("[[limits]]\nmax_windows = 3", ":1:1: limits must be a table (write [limits])"),
    (
        "[limits]\nwindow_bytes = 300",
        "limits.overlap_bytes (200, default) must be at most a quarter of limits.window_bytes",
    ),
    ("[model]\nthreads 3", ":2:9: expected '='"),
    ("model.threads = 3\nmodel.threads = 4", ":2:"),
    ("a = " + "[" * 5000, ":1:"),
    (".".join("a" * 500) + " = 1", ":1:"),
    (b"model.threads = 3 # \xff", ":1:21: the settings file is not UTF-8"),
    (b"a\0b", ":1:2: the settings file holds a NUL byte"),
    ("#" * 300_000, "the settings file is larger than 256 KiB"),
]


@pytest.mark.parametrize(("text", "says"), BROKEN_FILES, ids=[says for _, says in BROKEN_FILES])
def test_a_broken_file_is_one_line_with_its_place(text: str | bytes, says: str, tmp_path: Path) -> None:
    file = write(tmp_path, text)
    line = refusal(tmp_path)
    assert says in line
    assert str(file) in line or "a quarter of" in line


def test_mutants_of_a_good_file_are_read_or_refused_in_one_line(tmp_path: Path) -> None:
    # 500 damaged copies: bytes changed, dropped, doubled, and pieces of TOML put where they do not belong.
    chance = random.Random(HOSTILE_SEED)
    pieces = [b"[", b"]", b'"""', b"'", b"=", b".", b"\n", b"\0", b"\x1b]52;c;", b"\xff", b"9" * 400, b"{", b"#", b"\r"]
    refused = 0
    for _ in range(500):
        raw = bytearray(GOOD_FILE.encode())
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.randint(0, 3)] = chance.choice([b"", raw[at : at + 9] * 2, chance.choice(pieces)])
        write(tmp_path, bytes(raw))
        try:
            settings = load(tmp_path)
        except SettingsError as error:
            line = error.line()
        else:
            line = ""
        if line:
            refused += 1
            assert "\n" not in line
            assert "settings.toml:" in line or "a quarter of" in line
        else:
            for name, value, _ in settings.items():
                key = next(key for key in setting_keys() if key.name == name)
                assert key.rule.from_text(str(value), Path()) == value
    assert 250 < refused < 500


def test_a_broken_file_is_refused_even_where_it_is_outranked(tmp_path: Path) -> None:
    write(tmp_path, "model.threads = 0")
    assert "settings.toml:1:7" in refusal(tmp_path, flags={"model.threads": "2"})


def test_what_is_no_readable_file_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "config" / "settings.toml"
    file.mkdir(parents=True)
    assert "is a folder, not a file" in refusal(tmp_path)
    file.rmdir()
    os.mkfifo(file)
    assert "is a named pipe, not a file" in refusal(tmp_path)
    file.unlink()
    file.symlink_to(tmp_path / "nowhere")
    assert "cannot be read" in refusal(tmp_path)
    file.unlink()
    file.parent.rmdir()
    file.parent.write_text("a file where the folder is due")
    assert "cannot look for the settings file" in refusal(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_one_line(tmp_path: Path) -> None:
    write(tmp_path, "").chmod(0)
    assert "cannot be read" in refusal(tmp_path)


def test_a_linked_file_is_read(tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles.toml"
    kept.write_text("model.threads = 3")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.toml").symlink_to(kept)
    assert load(tmp_path).model.threads == 3


def test_loading_writes_nothing(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD_FILE)
    before = (file.read_bytes(), stat.S_IMODE(file.stat().st_mode), sorted(tmp_path.rglob("*")))
    load(tmp_path)
    assert before == (file.read_bytes(), stat.S_IMODE(file.stat().st_mode), sorted(tmp_path.rglob("*")))
