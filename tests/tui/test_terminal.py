"""On a real terminal: what is sent there, how a crash ends, and what is refused."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from pty_run import run_on_terminal
from terminal_grammar import not_meant
from test_hostile import HOSTILE
from tui_driver import POLICIES, write_inbox

REPOSITORY = Path(__file__).resolve().parents[2]
LEAVE_ALTERNATE_SCREEN = b"\x1b[?1049l"
SHOW_CURSOR = b"\x1b[?25h"

WIDE = (200, 30)
"""Room for the whole status line."""

CRASHING = """
import sys
from tui.__main__ import leave, main
from tui.widgets.detail import Detail
def show(self, screened):
    secret = "needle-in-a-local"
    raise RuntimeError("needle-in-the-words " + screened.message.raw.decode())
Detail.show = show
leave(main())
"""


@pytest.fixture
def terminal_env(guardian_home: Path) -> dict[str, str]:
    return {**os.environ, "TERM": "xterm-256color", "GUARDIAN_MODEL_THREADS": "1", "PYTHONPATH": str(REPOSITORY)}


def crash(tmp_path: Path, env: Mapping[str, str]) -> tuple[str, int]:
    """What stands on the terminal after a crash of the app, and the exit code."""
    inbox = write_inbox(tmp_path / "inbox", [("a.txt", "needle-in-the-message")])
    command = [sys.executable, "-c", CRASHING, "--policies", str(POLICIES), str(inbox)]
    sent, code = run_on_terminal(command, keys_when={}, env=env)
    assert SHOW_CURSOR in sent
    assert LEAVE_ALTERNATE_SCREEN in sent
    behind = sent.rpartition(LEAVE_ALTERNATE_SCREEN)[2].decode()
    assert "needle" not in sent.decode().replace(behind, ""), "the app drew it before it crashed: a bad test"
    return behind, code


@pytest.mark.long
def test_a_crash_is_one_line_and_prints_neither_locals_nor_words(tmp_path: Path, terminal_env: dict[str, str]) -> None:
    behind, code = crash(tmp_path, terminal_env)
    assert code == 2
    assert "needle" not in behind
    assert "Traceback" not in behind
    said = [line for line in behind.splitlines() if "guardian:" in line]
    assert len(said) == 1
    assert "internal error in tui." in said[0]
    assert "(RuntimeError); please report it" in said[0]


@pytest.mark.long
def test_a_crash_shows_its_traceback_when_asked_but_never_locals(tmp_path: Path, terminal_env: dict[str, str]) -> None:
    behind, code = crash(tmp_path, {**terminal_env, "GUARDIAN_DEBUG": "1"})
    assert code == 2
    assert "Traceback" in behind
    assert "needle-in-a-local" not in behind


@pytest.mark.long
def test_no_byte_of_a_hostile_message_reaches_the_terminal_as_a_control(
    tmp_path: Path, terminal_env: dict[str, str]
) -> None:
    hostile = "\n".join(text for text, _ in HOSTILE)
    inbox = write_inbox(
        tmp_path / "inbox",
        [("a\x1b]52;c;bmFtZQ==\x07.txt", "gift cards\n" + hostile), ("b\u202e[@click=app.quit].txt", hostile)],
    )
    command = [sys.executable, "-m", "tui", "--policies", str(POLICIES), str(inbox)]
    sent, code = run_on_terminal(command, keys_when={b"2 messages": b"jkj\rHIRM\x1bGq"}, env=terminal_env, size=WIDE)
    assert code == 0
    assert not_meant(sent) == []


@pytest.mark.long
def test_no_colour_sends_no_colour(tmp_path: Path, terminal_env: dict[str, str]) -> None:
    inbox = write_inbox(tmp_path / "inbox", [("a.txt", "gift cards")])
    command = [sys.executable, "-m", "tui", "--policies", str(POLICIES), str(inbox)]
    env = {**terminal_env, "NO_COLOR": "1", "COLORTERM": "truecolor"}
    sent, code = run_on_terminal(command, keys_when={b"1 message": b"q"}, env=env, size=WIDE)
    assert code == 0
    assert b"flagged" in sent
    colours = {colour for colour in sgr_colours(sent) if len(set(colour)) > 1}
    assert colours == set(), "a colour that is no grey"


def sgr_colours(sent: bytes) -> set[tuple[int, ...]]:
    """Red, green and blue of every 24-bit colour that was sent."""
    return {tuple(map(int, found)) for found in re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)", sent)}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["/no/such/inbox"], 74, "guardian: no such file or folder: /no/such/inbox"),
        (["--wall"], 2, "guardian: unrecognized arguments: --wall"),
        ([], 2, "guardian: the app needs a terminal"),  # standard input is none
    ],
)
def test_what_cannot_be_shown_is_one_line(words: list[str], code: int, said: str) -> None:
    command = [sys.executable, "-m", "tui", *words]
    done = subprocess.run(command, input=b"", capture_output=True, check=False, timeout=120)
    assert done.returncode == code
    assert done.stderr.decode().startswith(said)
    assert done.stderr.count(b"\n") == 1


def test_the_first_paint_waits_for_nothing_of_the_core_that_is_heavy() -> None:
    heavy = ("numpy", "pydantic", "re2", "selectolax", "guardian.gate", "guardian.assembly", "guardian.inference")
    script = f"import sys, tui.app; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, timeout=120)
    assert done.stdout.strip() == b"[]"


def test_the_app_ends_when_its_terminal_goes_away() -> None:
    """A closed window of a multiplexer sends no signal, and Textual's input thread would then spin for ever."""
    ours, theirs = pty.openpty()
    app = subprocess.Popen(
        [sys.executable, "-m", "tui"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm"},
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    while b"Ask" not in shown:  # it has painted
        shown += os.read(ours, 65536)
    os.close(ours)
    assert app.wait(60) == 130
