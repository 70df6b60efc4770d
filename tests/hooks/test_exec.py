"""`guardian hook exec` and the shell functions: a command's own bytes and exit code, and a word behind them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hook_rig import LONELY, LONGEST_RUN_S, ORDERS, ORDINARY, run, warm_service

SHELL_FUNCTIONS = Path(__file__).resolve().parents[2] / "examples" / "shell" / "guardian.sh"


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("warm")
    with warm_service(home):
        yield home


def prints(tmp_path: Path, raw: bytes, then: str = "") -> list[str]:
    """A command that prints `raw`."""
    path = tmp_path / "printed"
    path.write_bytes(raw)
    return ["sh", "-c", f"cat '{path}'{then}"]


@pytest.mark.parametrize("raw", [b"", b"\n", bytes(range(256)) * 999, ORDINARY.encode(), LONELY.encode()])
def test_every_byte_comes_out(home: Path, tmp_path: Path, raw: bytes) -> None:
    done = run(["hook", "exec", "--", *prints(tmp_path, raw)], home=home)
    assert (done.returncode, done.stdout) == (0, raw)


def test_a_flagged_answer_is_told_behind_it_and_the_exit_code_is_the_commands(home: Path, tmp_path: Path) -> None:
    done = run(["hook", "exec", "--", *prints(tmp_path, LONELY.encode(), "; echo own >&2; exit 7")], home=home)
    assert done.returncode == 7
    assert done.stderr.startswith(b"own\nguardian: flagged")


def test_an_ordinary_answer_passes_in_silence(home: Path, tmp_path: Path) -> None:
    done = run(["hook", "exec", *prints(tmp_path, ORDINARY.encode())], home=home)
    assert (done.returncode, done.stdout, done.stderr) == (0, ORDINARY.encode(), b"")


def test_with_fail_on_the_exit_code_says_that_it_was_flagged(home: Path, tmp_path: Path) -> None:
    flagged = prints(tmp_path, LONELY.encode(), "; exit 7")
    assert run(["hook", "exec", "--fail-on", "flagged", "--", *flagged], home=home).returncode == 1


def test_who_speaks_can_be_said(home: Path, tmp_path: Path) -> None:
    words = prints(tmp_path, ORDERS.encode())
    assert b"flagged" in run(["hook", "exec", "--as", "incoming", "--", *words], home=home).stderr


def test_the_command_has_our_standard_input(home: Path) -> None:
    assert run(["hook", "exec", "--", "tr", "a-z", "A-Z"], home=home, stdin=b"soup").stdout == b"SOUP"


def test_a_command_that_a_signal_ended_has_the_exit_code_that_shells_give(home: Path) -> None:
    assert run(["hook", "exec", "--", "sh", "-c", "kill -TERM $$"], home=home).returncode == 128 + signal.SIGTERM


def test_an_interrupt_is_the_commands_to_answer(home: Path) -> None:
    script = "trap 'echo stopped; exit 3' INT; echo ready; while :; do sleep 0.05; done"
    process = subprocess.Popen(
        [sys.executable, "-m", "guardian", "hook", "exec", "--", "sh", "-c", script],
        stdout=subprocess.PIPE,
        env={**os.environ, "GUARDIAN_HOME": str(home)},
        start_new_session=True,
    )
    assert process.stdout is not None
    with process:
        assert process.stdout.readline() == b"ready\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.read() == b"stopped\n"
        assert process.wait(LONGEST_RUN_S) == 3


@pytest.mark.long
def test_a_reader_that_goes_away_ends_the_command_too(home: Path) -> None:
    script = f"{sys.executable} -m guardian hook exec -- sh -c 'while echo y; do :; done' | head -1"
    done = subprocess.run(
        ["sh", "-c", script],
        capture_output=True,
        env={**os.environ, "GUARDIAN_HOME": str(home)},
        timeout=LONGEST_RUN_S,
        check=False,
    )
    assert done.stdout == b"y\n"
    assert b"Traceback" not in done.stderr


def test_a_command_that_is_not_there_is_one_line(home: Path) -> None:
    done = run(["hook", "exec", "--", "no-such-command"], home=home)
    assert (done.returncode, done.stderr.count(b"\n")) == (74, 1)
    assert run(["hook", "exec"], home=home).returncode == 2


def test_what_could_not_be_screened_says_so(tmp_path: Path) -> None:
    (tmp_path / "run").write_bytes(b"a file where the service's folder is to be")
    (tmp_path / "state").write_bytes(b"and one where its log is to be")
    words = prints(tmp_path, LONELY.encode(), "; exit 7")
    done = run(["hook", "exec", "--", *words], home=tmp_path)
    assert (done.returncode, done.stdout) == (7, LONELY.encode())
    assert b"NOT screened" in done.stderr
    assert run(["hook", "exec", "--fail-closed", "--", *words], home=tmp_path).returncode == 3


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_shell_functions_guard_a_command(home: Path, tmp_path: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not on this machine")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, script in {
        "guardian": f'exec "{sys.executable}" -m guardian "$@"',
        "my-assistant": f"printf '%s|' \"$@\"; printf '%s' '{LONELY}'; exit 5",
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    typed = f'. "{SHELL_FUNCTIONS}"\nguard my-assistant\nguard "a b" && echo wrong\nmy-assistant "two words" x\n'
    done = subprocess.run(
        [shell, "-c", typed + 'echo " code $?"'],
        capture_output=True,
        env={**os.environ, "GUARDIAN_HOME": str(home), "PATH": f"{programs}:{os.environ['PATH']}"},
        timeout=LONGEST_RUN_S,
        check=False,
    )
    assert done.stdout.decode() == f"two words|x|{LONELY} code 5\n"
    assert b"guard: not the name of a command: a b" in done.stderr
    assert b"guardian: flagged" in done.stderr
