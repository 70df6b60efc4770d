"""Promises of the click: a record's number and nothing else on the command line, and a terminal that outlives us."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from guardian.errors import OutputError
from guardian.notifications.terminal import open_app, terminal_command


def test_outside_of_systemd_the_terminal_is_started_as_it_stands() -> None:
    command = terminal_command("foot --app-id 'my guardian'", 412, {"PATH": "/usr/bin"})
    assert command == ["foot", "--app-id", "my guardian", sys.executable, "-P", "-m", "tui", "--alert", "412"]
    assert terminal_command("foot", None, {})[-1] == "tui"


def test_from_a_unit_it_is_started_beside_it_with_its_house_and_its_display(tmp_path: Path) -> None:
    (tmp_path / "systemd-run").write_text("#!/bin/sh\n")
    (tmp_path / "systemd-run").chmod(0o700)
    env = {
        "INVOCATION_ID": "1",
        "PATH": str(tmp_path),
        "GUARDIAN_HOME": "/g",
        "WAYLAND_DISPLAY": "wayland-1",
        "SECRET": "no",
    }
    command = terminal_command("foot", 7, env)
    before = command[: command.index("--")]
    assert before[:4] == ["systemd-run", "--user", "--quiet", "--collect"]
    assert set(before[4:]) == {f"--setenv={name}={env[name]}" for name in ("PATH", "GUARDIAN_HOME", "WAYLAND_DISPLAY")}
    assert command[command.index("--") + 1 :][0] == "foot"


def test_a_terminal_that_is_not_there_is_said_in_one_line() -> None:
    with pytest.raises(OutputError, match="cannot open a terminal") as refused:
        open_app("/nowhere/terminal -e", 1, {})
    assert "\n" not in refused.value.line()


def test_no_terminal_means_that_a_click_opens_nothing() -> None:
    open_app("", 1, {})
