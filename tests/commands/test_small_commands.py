"""Promises of `guardian paths`, `config show` and `completion`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from guardian.cli import SHELLS, build_parser, command_parsers
from guardian.paths import Paths, find_paths
from guardian.settings import load_settings, setting_keys

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


def test_paths_names_every_path(run_guardian: Run) -> None:
    done = run_guardian("paths")
    rows = dict(line.split(maxsplit=1) for line in done.stdout.decode().splitlines())
    paths = find_paths(os.environ)
    assert (done.returncode, done.stderr) == (0, b"")
    assert rows == {each.name: str(getattr(paths, each.name)) for each in fields(Paths)}


def test_paths_as_json_says_the_same(run_guardian: Run) -> None:
    rows = json.loads(run_guardian("paths", "--json").stdout)
    assert rows.pop("v") == 1
    assert rows == {each.name: str(getattr(find_paths(os.environ), each.name)) for each in fields(Paths)}


def test_one_path_is_printed_as_it_is(run_guardian: Run, tmp_path: Path) -> None:
    odd = tmp_path / "two  spaces\tand a tab"
    done = run_guardian("paths", "policies", env={"GUARDIAN_HOME": str(odd)})
    assert done.stdout == os.fsencode(odd / "config" / "policies") + b"\n"


def test_an_unknown_path_is_a_usage_error_with_the_nearest_name(run_guardian: Run) -> None:
    done = run_guardian("paths", "policy")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"guardian: no path has the name policy (the nearest is policies)\n"


def test_paths_makes_nothing(run_guardian: Run, guardian_home: Path) -> None:
    before = sorted(guardian_home.rglob("*"))
    run_guardian("paths")
    run_guardian("config", "show")
    assert sorted(guardian_home.rglob("*")) == before


def test_config_show_prints_a_settings_file_that_means_the_same(run_guardian: Run, guardian_home: Path) -> None:
    env = {"GUARDIAN_LIMITS_MAX_WINDOWS": "7", "GUARDIAN_POLICIES_DIR": '/odd "name"\\ \x1b[2J\u202e 日本 \U000e0041'}
    for words in (["config", "show"], ["config", "show", "--origin"]):
        printed = run_guardian(*words, env=env).stdout.decode()
        assert tomllib.loads(printed)["limits"]["max_windows"] == 7
        (guardian_home / "config").mkdir(exist_ok=True)
        (guardian_home / "config" / "settings.toml").write_text(printed, "utf-8")
        written = load_settings(os.environ, {})
        meant = load_settings({**os.environ, **env}, {})
        assert list(zip(*written.items(), strict=True))[:2] == list(zip(*meant.items(), strict=True))[:2]


def test_config_show_says_where_each_value_comes_from(run_guardian: Run, guardian_home: Path) -> None:
    (guardian_home / "config").mkdir()
    (guardian_home / "config" / "settings.toml").write_text("\n[limits]\nwindow_bytes = 900\n")
    env = {"GUARDIAN_LIMITS_MAX_WINDOWS": "7", "NO_COLOR": "1"}
    done = run_guardian("config", "show", "--origin", "--threads", "2", "--policies", "/p", env=env)
    said = dict(line.split(" = ", 1) for line in done.stdout.decode().splitlines())
    said = {name: " ".join(rest.split()) for name, rest in said.items()}
    assert list(said) == [key.name for key in setting_keys()]
    assert said["limits.overlap_bytes"] == "200 # default"
    assert said["limits.window_bytes"] == "900 # file settings.toml:3"
    assert said["limits.max_windows"] == "7 # environment GUARDIAN_LIMITS_MAX_WINDOWS"
    assert said["output.colour"] == '"never" # environment NO_COLOR'
    assert said["model.threads"] == "2 # flag --threads"
    assert said["policies_dir"] == '"/p" # flag --policies'


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_knows_every_command(shell: str, run_guardian: Run) -> None:
    done = run_guardian("completion", shell)
    assert (done.returncode, done.stderr) == (0, b"")
    for name in command_parsers(build_parser()):
        assert name in done.stdout.decode()


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_rules_are_words_that_the_shell_takes(shell: str, run_guardian: Run, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    rules = tmp_path / "rules"
    rules.write_bytes(run_guardian("completion", shell).stdout)
    # As each shell's own start-up file would take them; tcsh has no $(...) and gets a file.
    take = {
        "bash": f'eval "$(cat {rules})"',
        "zsh": f'autoload -U compinit && compinit -D; eval "$(cat {rules})"',
        "tcsh": f"source {rules}",
    }
    options = ["-f"] if shell == "tcsh" else []
    done = subprocess.run(
        [shell, *options, "-c", take[shell]], capture_output=True, timeout=300, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


# What stands on the command line, the last word being completed -> what is offered.
COMPLETIONS = [
    (["guardian", "fil"], ["filter"]),
    (["guardian", "policy", "sh"], ["show"]),
    (["guardian", "filter", "--fail"], ["--fail-closed", "--fail-on"]),
    (["guardian", "filter", "--as", ""], ["ai", "incoming"]),
    (["guardian", "completion", "z"], ["zsh"]),
    (["guardian", "scan", "--policies", "fo"], ["folder"]),
    (["guardian", "scan", "fi"], ["file.txt"]),
]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(("words", "offered"), COMPLETIONS, ids=[" ".join(words) for words, _ in COMPLETIONS])
def test_bash_completes(words: list[str], offered: list[str], run_guardian: Run, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.txt").write_text("")
    script = run_guardian("completion", "bash").stdout.decode()
    quoted = " ".join(f"'{word}'" for word in words)
    script += f"""
COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; COMP_LINE="${{COMP_WORDS[*]}}"; COMP_POINT=${{#COMP_LINE}}
_shtab_guardian; printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path
    )
    assert sorted(set(done.stdout.split())) == offered
