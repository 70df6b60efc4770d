"""A crash anywhere prints one line and nobody's words, and leaves the terminal sane; a thread's failure is no crash."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from pty_run import run_on_terminal
from recorded_rig import a_record, record
from tmux_rig import PROMPT, needs_tmux, terminal
from tui_driver import POLICIES

from guardian.settings import load_settings

LEAVE_ALTERNATE_SCREEN = b"\x1b[?1049l"
RESTORED = (b"\x1b[?25h", LEAVE_ALTERNATE_SCREEN, b"\x1b[?1000l", b"\x1b[?2004l")
"""The cursor is shown, the other screen left, the mouse let go, and pastes are plain again."""
SLOW = pytest.mark.slow
"""One app for each screen; some of them stand for all between two releases."""
F4, CTRL_Q = b"\x1bOS", b"\x11"

FAILING = """
import importlib, sys
where = sys.argv.pop(1)
from tui.__main__ import main
from tui.bridge import Bridge
def fail(*args, **named):
    secret = "needle-in-a-local"
    raise RuntimeError("needle-in-the-words")
module, _, path = where.partition(":")
owner = importlib.import_module(module)
*classes, name = path.split(".")
for each in classes:
    owner = getattr(owner, each)
    owner.__repr__ = owner.__rich_repr__ = lambda self: "needle-in-a-repr"
setattr(owner, name, fail)
if module != "tui.bridge":
    Bridge.start = lambda self: None  # these failures are not the model's
sys.exit(main())
"""


@pytest.fixture
def env(guardian_home: Path) -> dict[str, str]:
    """A home with one alert in its journal and two policies."""
    settings = load_settings({"GUARDIAN_HOME": str(guardian_home)}, {})
    record(settings, [a_record("needle-in-the-message", sender="needle@sender.example")])
    shutil.copytree(POLICIES, settings.policies_dir)
    return {**os.environ, "TERM": "xterm-256color", "GUARDIAN_MODEL_THREADS": "1"}


def left_behind(where: str, keys_when: dict[bytes, bytes], env: dict[str, str]) -> tuple[str, bytes, int]:
    """What stands on the terminal behind the app, all that was sent there, and the exit code."""
    command = [sys.executable, "-c", FAILING, where]
    sent, code = run_on_terminal(command, keys_when=keys_when, env=env, longest_s=40)
    assert [each for each in RESTORED if each not in sent] == []
    return sent.rpartition(LEAVE_ALTERNATE_SCREEN)[2].decode(), sent, code


@pytest.mark.long
@pytest.mark.parametrize(
    ("where", "keys_when"),
    [
        ("tui.widgets.inbox:InboxPane.action_switch_order", {b"needle@": b"s"}),
        ("tui.widgets.alert_list:AlertList.render_line", {}),
        pytest.param("tui.widgets.detail:Detail.show", {}, marks=SLOW),
        pytest.param("tui.screens.message:MessageScreen.on_mount", {b"needle-in-the-message": b"\r"}, marks=SLOW),
        pytest.param("tui.widgets.ask:AskPane.action_clear", {b"needle@": b"2", b"a person wrote it": F4}, marks=SLOW),
        pytest.param("tui.screens.policies:PoliciesScreen.on_mount", {b"needle@": b"3"}, marks=SLOW),
        ("tui.screens.editor_page:EditorPage.on_mount", {b"needle@": b"3", b"People in a hurry": b"\r"}),
        pytest.param("tui.screens.journal:JournalScreen.on_mount", {b"needle@": b"4"}, marks=SLOW),
        ("tui.screens.health:HealthScreen.on_mount", {b"needle@": b"5"}),
        pytest.param("tui.screens.sheet:Sheet.body", {b"needle@": b"?"}, marks=SLOW),
        ("tui.screens.alert_sheets:NoteSheet.fields", {b"needle-in-the-message": b"N"}),
    ],
)
def test_a_screen_that_fails_is_one_line_without_anybodys_words(
    where: str, keys_when: dict[bytes, bytes], env: dict[str, str]
) -> None:
    behind, _, code = left_behind(where, keys_when, env)
    assert code == 2
    assert re.fullmatch(r"guardian: internal error in [\w.]+:\d+ \(RuntimeError\); please report it", said(behind))


def said(behind: str) -> str:
    """The one line that was said, without what else is sent to restore a terminal."""
    assert "needle" not in behind
    assert "Traceback" not in behind
    (line,) = [line for line in re.sub(r"\x1b\[[\x20-\x3f]*[\x40-\x7e]", "", behind).splitlines() if line.strip()]
    return line


@pytest.mark.long
@pytest.mark.parametrize(
    ("where", "shown"),
    [
        ("tui.widgets.inbox:read_alert", b"needle@"),
        ("tui.records:Records._tell_all", b"internal"),
        ("tui.bridge:_loaded_house", b"internal"),
        ("tui.desk:Job.do", b"needle@"),  # the thread itself dies: the list is there, and the app goes on
    ],
)
def test_a_thread_that_fails_is_said_in_words_and_the_app_goes_on(
    where: str, shown: bytes, env: dict[str, str]
) -> None:
    behind, sent, code = left_behind(where, {shown: b"2", b"a person wrote it": CTRL_Q}, env)
    assert code == 0
    assert behind.count("guardian: ") == 0
    for needle in (b"needle-in-a-local", b"needle-in-the-words", b"needle-in-a-repr"):
        assert needle not in sent


@pytest.mark.long
@needs_tmux
def test_the_terminal_is_behind_a_crash_as_it_was_before(env: dict[str, str], tmp_path: Path) -> None:
    program = tmp_path / "failing.py"
    program.write_text(FAILING)
    with terminal(tmp_path / "tm", env, 80, 24) as shell:
        before = shell.state()
        shell.type(f"{sys.executable} {program} tui.screens.health:HealthScreen.on_mount\n")
        shell.until("needle@sender")
        shell.press("5")
        shell.until("please report it", PROMPT)
        assert "needle" not in shell.screen()
        assert shell.state() == before
