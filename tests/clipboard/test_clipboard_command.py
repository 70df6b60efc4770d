"""Promises of `guardian clipboard` on a real X server, with a real service: what it says, shows, records, leaves be."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "service"))  # a real service: `service_rig`
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notifications"))

import pytest
from desktops import HAS_X11, LONGEST_S, XOwner, x_copy, x_server
from notification_daemon import HAS_BUS, Bus, private_bus
from service_rig import ORDINARY, SCAM, running

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
pytestmark = pytest.mark.skipif(not HAS_X11, reason="Xvfb or xclip is not installed")
SECRET = b"CANARYSECRET"
POLICY = """\
id = "no-gift-cards"
title = "No gift cards"
why = "I lost 300 euros once."
since = 2026-11-21
channels = ["incoming"]
severity = "high"
action = "warn"
status = "active"
prose = "Flag a message that wants gift cards."
[match]
patterns = ['(?i)gift ?cards']
"""


@pytest.fixture(scope="module")
def x_env() -> Iterator[Mapping[str, str]]:
    with x_server() as env:
        yield env


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home in which a service runs; its notifications are off, so that what is shown was asked for."""
    folder = tmp_path_factory.mktemp("h")
    (folder / "config" / "policies").mkdir(parents=True)
    (folder / "config" / "policies" / "no-gift-cards.toml").write_text(POLICY)
    (folder / "config" / "settings.toml").write_text('[notify]\ndesktop = "off"\n')
    with running(folder):
        first = [sys.executable, "-m", "guardian", "filter"]  # begins the journal, which is said once
        done = subprocess.run(first, input=SCAM, env={**os.environ, "GUARDIAN_HOME": str(folder)}, capture_output=True)
        assert done.stderr.startswith(b"guardian: your journal's key is in a file")
        yield folder


@pytest.fixture
def bus() -> Iterator[Bus]:
    if not HAS_BUS:
        pytest.skip("dbus-daemon is not installed")
    with private_bus() as opened:
        opened.begin_daemon()
        yield opened


def env_of(home: Path, x_env: Mapping[str, str], **more: str) -> dict[str, str]:
    return {"GUARDIAN_HOME": str(home), "DISPLAY": x_env["DISPLAY"], "WAYLAND_DISPLAY": "", **more}


def recorded(run_guardian: Run, home: Path) -> bytes:
    done = run_guardian("journal", "export", "--format", "ndjson", "~k verdict", env={"GUARDIAN_HOME": str(home)})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_was_copied_and_what_is_marked_is_judged_on_demand(
    run_guardian: Run, home: Path, x_env: Mapping[str, str]
) -> None:
    x_copy(x_env, SCAM)
    x_copy(x_env, ORDINARY, "primary")
    once = run_guardian("clipboard", "once", env=env_of(home, x_env))
    assert (once.returncode, once.stdout.split(b":")[0]) == (1, b"flagged")
    assert once.stderr == b""
    marked = run_guardian("clipboard", "selection", "--json", env=env_of(home, x_env))
    assert (marked.returncode, json.loads(marked.stdout)["outcome"]) == (0, "clean")
    kept = [json.loads(line)["body"]["message"] for line in recorded(run_guardian, home).splitlines()]
    assert [message["source"] for message in kept] == ["stdin", "clipboard once"]


def test_a_secret_is_not_read_and_nothing_claims_that_it_is_clean(
    run_guardian: Run, home: Path, x_env: Mapping[str, str]
) -> None:
    with XOwner(x_env, {"UTF8_STRING": SECRET, "x-kde-passwordManagerHint": b"secret"}) as owner:
        done = run_guardian("clipboard", "once", env=env_of(home, x_env))
        assert owner.asked == ["TARGETS"]
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"marked the clipboard as a secret: it was not read" in done.stderr


def test_without_a_service_that_can_be_had_it_says_not_screened(
    run_guardian: Run, tmp_path: Path, x_env: Mapping[str, str]
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.toml").write_text('model_dir = "/nowhere"\n')
    x_copy(x_env, ORDINARY)
    done = run_guardian("clipboard", "once", env=env_of(tmp_path, x_env))
    assert (done.returncode, done.stdout) == (3, b"")
    assert done.stderr.startswith(b"guardian: NOT screened: ")
    assert done.stderr.count(b"\n") == 1


def test_without_a_desktop_it_is_one_line(run_guardian: Run, home: Path) -> None:
    done = run_guardian("clipboard", "once", env={"GUARDIAN_HOME": str(home), "DISPLAY": "", "WAYLAND_DISPLAY": ""})
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)


# what is copied -> exit code, title of the notification; none quotes what was copied
TOLD = [(ORDINARY, 0, "Clean: nothing in it matches your policies"), (b"", 3, "The clipboard is empty")]


@pytest.mark.parametrize(("copied", "code", "title"), TOLD)
def test_a_shortcut_is_answered_by_a_notification(
    run_guardian: Run, home: Path, x_env: Mapping[str, str], bus: Bus, copied: bytes, code: int, title: str
) -> None:
    if copied:
        x_copy(x_env, copied)
        done = run_guardian(
            "clipboard", "once", "--notify", env=env_of(home, x_env, DBUS_SESSION_BUS_ADDRESS=bus.address)
        )
    else:
        with x_server() as empty:
            done = run_guardian(
                "clipboard", "once", "--notify", env=env_of(home, empty, DBUS_SESSION_BUS_ADDRESS=bus.address)
            )
    assert done.returncode == code
    assert [shown.title for shown in bus.wait(1)] == [title]
    assert b"Ann" not in bus.heard


def test_a_flagged_one_stays_to_be_clicked_and_quotes_nothing(
    home: Path, x_env: Mapping[str, str], bus: Bus, tmp_path: Path
) -> None:
    asked = tmp_path / "asked"
    terminal = tmp_path / "terminal"
    terminal.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{asked}"\n')
    terminal.chmod(0o700)
    x_copy(x_env, SCAM)
    env = {**os.environ, **env_of(home, x_env, DBUS_SESSION_BUS_ADDRESS=bus.address)}
    env |= {"GUARDIAN_NOTIFY_TERMINAL": str(terminal)}
    env.pop("XDG_RUNTIME_DIR", None)  # no manager is to be asked for the terminal
    command = [sys.executable, "-m", "guardian", "clipboard", "once", "--notify"]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    bus.click(bus.wait(1)[0], until=lambda: process.poll() is not None)
    _, said = process.communicate(timeout=LONGEST_S)
    assert (process.returncode, said) == (1, b"")
    assert bus.shown[0].title.startswith("Flagged: ")
    assert not [word for word in (b"gift", b"client", b"codes") if word in bus.heard]
    assert asked.read_text().split("\n")[-3:-1][0] == "--alert"


def test_watching_tells_what_is_not_clean_and_keeps_nothing_of_the_rest(
    run_guardian: Run, home: Path, x_env: Mapping[str, str]
) -> None:
    before = recorded(run_guardian, home)
    with x_server() as own:
        env = {**os.environ, **env_of(home, own)}
        command = [sys.executable, "-m", "guardian", "clipboard", "watch"]
        process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stderr is not None
        assert b"watching" in process.stderr.readline()
        x_copy(own, ORDINARY)
        with XOwner(own, {"UTF8_STRING": SECRET, "x-kde-passwordManagerHint": b"secret"}) as owner:
            while not owner.asked:
                pass
        x_copy(own, SCAM + b" Today.")
        line = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(LONGEST_S) == 130
        rest = process.stdout.read(), process.stderr.read()
        process.stdout.close()
        process.stderr.close()
    assert b"! flagged: " in line
    assert rest == (b"", b"")
    after = recorded(run_guardian, home)
    assert after.count(b"\n") == before.count(b"\n") + 1
    assert SECRET not in after
