"""Promises of the click: a record's number and nothing else on the command line, and a terminal that outlives us."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import pytest
from notification_daemon import until

from guardian.errors import OutputError
from guardian.notifications.terminal import open_app, terminal_command


@pytest.fixture
def desk(tmp_path: Path) -> dict[str, str]:
    """The environment of a desktop: a stand-in for systemd-run, which does what it is told and leaves a trace."""
    ran = tmp_path / "systemd-run"
    ran.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/run"\n'
        'while [ "$1" != -- ]; do case "$1" in --setenv=*) export "${1#--setenv=}";; esac; shift; done\n'
        'shift; exec "$@"\n'
    )
    ran.chmod(0o700)
    return {"PATH": f"{tmp_path}:/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path), "SECRET": "no"}


@contextmanager
def manager(env: Mapping[str, str]) -> Iterator[None]:
    """A manager that answers, as systemd --user does: a Unix socket that takes connections."""
    place = Path(env["XDG_RUNTIME_DIR"]) / "systemd"
    place.mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place / "private"))
        listener.listen()
        yield


def test_where_nobody_manages_it_is_started_as_it_stands(desk: dict[str, str]) -> None:
    command = terminal_command("foot --app-id 'my guardian'", 412, desk)
    assert command == ["foot", "--app-id", "my guardian", sys.executable, "-P", "-m", "tui", "--alert", "412"]
    assert terminal_command("foot", None, {})[-1] == "tui"


def test_a_socket_that_a_manager_left_behind_is_no_manager(desk: dict[str, str]) -> None:
    with manager(desk):
        pass
    assert terminal_command("foot", 7, {**desk, "INVOCATION_ID": "1"})[0] == "foot"


def test_a_manager_without_its_program_is_of_no_use(desk: dict[str, str]) -> None:
    with manager(desk):
        assert terminal_command("foot", 7, {**desk, "PATH": "/nowhere"})[0] == "foot"


@pytest.mark.parametrize("unit", [{}, {"INVOCATION_ID": "1"}], ids=["from a shell", "from a unit"])
def test_the_manager_is_asked_wherever_it_answers(desk: dict[str, str], unit: dict[str, str]) -> None:
    told = {"GUARDIAN_HOME": "/g", "WAYLAND_DISPLAY": "wayland-1", "XDG_DATA_HOME": "/d", "PATH": desk["PATH"]}
    with manager(desk):
        command = terminal_command("foot", 7, {**desk, **told, **unit})
    before = command[: command.index("--")]
    assert before[:5] == ["systemd-run", "--user", "--quiet", "--collect", "--service-type=exec"]
    assert set(before[5:]) == {f"--setenv={name}={value}" for name, value in told.items()}
    assert command[command.index("--") + 1 :][0] == "foot"


@pytest.mark.parametrize("is_managed", [True, False])
def test_a_house_that_was_named_from_where_the_service_began_is_the_same_house(
    desk: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_managed: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = tmp_path / "asked"
    terminal = tmp_path / "terminal"
    terminal.write_text(f'#!/bin/sh\nprintf %s "$GUARDIAN_HOME" > "{asked}.new" && mv "{asked}.new" "{asked}"\n')
    terminal.chmod(0o700)
    with manager(desk) if is_managed else nullcontext():
        open_app(str(terminal), 1, {**desk, "GUARDIAN_HOME": "mine"})
        until(asked.exists)
    assert asked.read_text() == str(tmp_path / "mine")
    assert (tmp_path / "run").exists() is is_managed


def test_a_terminal_that_is_not_there_is_said_in_one_line() -> None:
    with pytest.raises(OutputError, match="cannot open a terminal") as refused:
        open_app("/nowhere/terminal -e", 1, {})
    assert "\n" not in refused.value.line()


@pytest.mark.parametrize(("code", "said"), [(3, True), (0, False)])
def test_a_terminal_that_fails_once_it_was_started_is_said(tmp_path: Path, code: int, said: bool) -> None:
    terminal, ended, told = tmp_path / "terminal", tmp_path / "ended", list[str]()
    terminal.write_text(f"#!/bin/sh\ntouch {ended}\nexit {code}\n")
    terminal.chmod(0o700)
    open_app(str(terminal), 1, dict(os.environ), told.append)
    until(ended.exists)
    for waiting in [thread for thread in threading.enumerate() if thread.name == "guardian-terminal"]:
        waiting.join()
    words = f"no terminal was opened: {terminal} ended with {code} (set notify.terminal)"
    assert told == ([words] if said else [])


def test_no_terminal_means_that_a_click_opens_nothing() -> None:
    open_app("", 1, {})
