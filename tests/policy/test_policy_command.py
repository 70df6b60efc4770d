"""`guardian policy` shows the owner's policies as they are, and names whatever is wrong with its place."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from policy_builders import STARTER_POLICIES

from guardian.commands.policy import run
from guardian.errors import PolicyError
from guardian.exits import ExitCode
from guardian.policy.load import load_policies
from guardian.policy.schema import policy_schema_text
from guardian.settings import Settings, load_settings

Run = Callable[..., subprocess.CompletedProcess[bytes]]


def _settings(**flags: object) -> Settings:
    return load_settings(os.environ, flags)


def _run(settings: Settings, action: str, **options: object) -> ExitCode:
    return run(
        argparse.Namespace(action=action, **{"json": False, "long": False, "path": None, "no_model": True, **options}),
        settings,
    )


def test_the_first_listing_installs_the_starter_policies(capsys: pytest.CaptureFixture[str]) -> None:
    settings = _settings()
    assert not settings.paths.policies.exists()
    assert _run(settings, "list") is ExitCode.CLEAN
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(list(STARTER_POLICIES.glob("*.toml")))
    assert lines == sorted(lines)
    (line,) = (line for line in lines if line.startswith("pressure-to-pay "))
    assert line.split(maxsplit=3) == ["pressure-to-pay", "active", "warn", "Pressure to pay"]
    assert settings.paths.policies.is_dir()


def test_another_folder_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = _settings(policies_dir=tmp_path)
    assert _run(settings, "list") is ExitCode.CLEAN
    assert capsys.readouterr().out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_long_list_says_what_each_matched_and_whose_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    settings = _settings()
    assert _run(settings, "list", long=True) is ExitCode.CLEAN
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading.split()[:4] == ["policy", "state", "hits", "right/wrong"]
    (line,) = (line for line in lines if line.startswith("pressure-to-pay "))
    assert line.split()[1:5] == ["in", "force", "-", "-"]  # there is no journal: what is not known is no nought
    assert " Guardian " in line
    _run(settings, "list", long=True, json=True)
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)["policies"]}
    assert rows["pressure-to-pay"]["hits"] is None
    assert rows["pressure-to-pay"]["by"] == "Guardian"


def test_list_as_json_names_the_policy_set(capsys: pytest.CaptureFixture[str]) -> None:
    settings = _settings()
    _run(settings, "list", json=True)
    said = json.loads(capsys.readouterr().out)
    assert said["v"] == 1
    assert said["policy_set"] == load_policies(settings.policies_dir).sha256
    assert {"id", "status", "action", "severity", "channels", "title", "file"} == said["policies"][0].keys()


def test_a_broken_file_is_told_beside_the_listing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.toml").write_text("id = \n", encoding="utf-8")
    (tmp_path / "b.toml").write_bytes((STARTER_POLICIES / "sweet-bait.toml").read_bytes())
    assert _run(_settings(policies_dir=tmp_path), "list") is ExitCode.USAGE
    said = capsys.readouterr()
    assert said.out.startswith("sweet-bait")
    assert said.err.startswith(f"{tmp_path}/a.toml:1:6: error: ")


def test_show_prints_what_the_owner_wrote(capsys: pytest.CaptureFixture[str]) -> None:
    settings = _settings()
    assert _run(settings, "show", policy_id="stolen-codes") is ExitCode.CLEAN
    header, _, text = capsys.readouterr().out.partition("\n")
    assert header == f"# {settings.paths.policies / 'stolen-codes.toml'}"
    assert text == (STARTER_POLICIES / "stolen-codes.toml").read_text(encoding="utf-8")


def test_show_as_json_has_every_key_of_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    _run(_settings(), "show", policy_id="stolen-codes", json=True)
    assert json.loads(policy_schema_text())["properties"].keys() <= json.loads(capsys.readouterr().out).keys()


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(PolicyError) as caught:
        _run(_settings(), "show", policy_id="stolen-code")
    assert caught.value.line() == 'no policy has the id "stolen-code" (did you mean "stolen-codes"?)'


def test_check_prints_one_line_a_problem_and_fails_on_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.toml"
    path.write_text(
        'id = "a"\ntitle = "A"\nwhy = "B"\nsince = 2026-11-21\nchannels = ["incomming"]\n', encoding="utf-8"
    )
    assert _run(_settings(), "check", path=str(path)) is ExitCode.USAGE
    said = capsys.readouterr()
    assert said.out == (
        f'{path}:5:13: error: "channels[1]" must be one of incoming, ai_output [bad-value] (did you mean "incoming"?)\n'
    )
    assert said.err == "policy files: 1; errors: 1; warnings: 0; info: 0\n"


def test_check_as_json_has_the_same_facts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.toml").write_text("titel = 1\n", encoding="utf-8")
    assert _run(_settings(), "check", path=str(tmp_path), json=True) is ExitCode.USAGE
    said = json.loads(capsys.readouterr().out)
    assert (said["v"], said["files"]) == (1, 1)
    first = said["problems"][0]
    assert (first["line"], first["column"], first["level"], first["code"]) == (1, 1, "error", "unknown-key")
    assert first["hint"] == 'did you mean "title"?'


def test_warnings_alone_do_not_fail_a_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.toml"
    path.write_text('id = "a"\ntitle = "A"\nwhy = "B"\nsince = 2026-11-21\nchannels = ["incoming"]\n', encoding="utf-8")
    assert _run(_settings(), "check", path=str(path)) is ExitCode.CLEAN
    assert "[never-matches]" in capsys.readouterr().out


def test_a_path_that_is_not_there_is_a_problem_of_that_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(_settings(), "check", path=str(tmp_path / "x.toml")) is ExitCode.USAGE
    assert capsys.readouterr().out == (
        f"{tmp_path}/x.toml:1:1: error: cannot be read: no such file or directory [unreadable]\n"
    )


def test_the_starter_policies_pass_their_own_check() -> None:
    assert _run(_settings(), "check") is ExitCode.CLEAN


def test_schema_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(_settings(), "schema") is ExitCode.CLEAN
    assert capsys.readouterr().out == policy_schema_text()


def test_what_a_policy_file_holds_reaches_the_terminal_made_visible(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (STARTER_POLICIES / "sweet-bait.toml").read_text(encoding="utf-8")
    text = text.replace('title = "Sweet bait"', 'title = "Sweet \\u001b]52;c;x\\u0007 bait"').replace(
        "Note a", "\u202e"
    )
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    settings = _settings(policies_dir=tmp_path)
    for action, options in (("list", {}), ("show", {}), ("show", {"json": True}), ("list", {"json": True})):
        _run(settings, action, policy_id="sweet-bait", **options)
        said = capsys.readouterr().out
        assert "\x1b" not in said
        assert "\u202e" not in said


def test_a_broken_file_can_not_be_amended_and_says_where_it_is_broken(run_guardian: Run, guardian_home: Path) -> None:
    assert run_guardian("policy", "list").returncode == 0
    (guardian_home / "config" / "policies" / "hidden-text.toml").write_text("id = \n")
    done = run_guardian("policy", "amend", "hidden-text", "--why", "x")
    assert done.returncode == 2
    assert b"hidden-text.toml:1:6: error" in done.stderr
    assert b"nothing to take in force" not in done.stdout
