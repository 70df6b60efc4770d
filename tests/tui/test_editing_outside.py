"""The owner's own editor over the app, on a real terminal: it gets the terminal, and the app gets it back."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from pty_run import run_on_terminal

from guardian.policy.starter import MARKER
from guardian.policy.unsaved import unsaved_text
from guardian.settings import Settings, load_settings

REPOSITORY = Path(__file__).resolve().parents[2]
ENTER_ALTERNATE_SCREEN = b"\x1b[?1049h"
LEAVE_ALTERNATE_SCREEN = b"\x1b[?1049l"
SHOW_CURSOR = b"\x1b[?25h"
CTRL_Q = b"\x11"
EDITING = """
import sys
import tui.app
from tui.__main__ import main
from tui.screens.policy_editor import PolicyEditorScreen
begin = tui.app.begin
def begin_editing(app):
    begin(app)
    app.push_screen(PolicyEditorScreen("rush", outside=True))
tui.app.begin = begin_editing
sys.exit(main())
"""
POLICY = """\
id = "rush"
title = "Rush"
why = "Once was enough."
since = 2026-11-21
channels = ["incoming"]
action = "warn"

[match]
patterns = ['hurry']
"""

pytestmark = pytest.mark.slow  # an editor and the app take turns on one terminal: not for a busy machine


@pytest.fixture
def settings(guardian_home: Path) -> Settings:
    settings = load_settings({"GUARDIAN_HOME": str(guardian_home)}, {})
    settings.policies_dir.mkdir(parents=True, mode=0o700)
    (settings.policies_dir / MARKER).touch()
    file = settings.policies_dir / "rush.toml"
    file.write_text(POLICY)
    file.chmod(0o600)
    return settings


def run_with_editor(tmp_path: Path, steps: str, sign: bytes) -> tuple[bytes, int]:
    """What the app sends to its terminal when the owner's editor does these shell steps; left at `sign`."""
    editor = tmp_path / "editor"
    editor.write_text(f'#!/bin/sh\nprintf OWN-EDITOR\nls -la "$1" > {tmp_path}/copy\n{steps}\n')
    editor.chmod(0o700)
    env = {
        **os.environ,
        "TERM": "xterm-256color",
        "GUARDIAN_MODEL_THREADS": "1",
        "PYTHONPATH": str(REPOSITORY),
        "VISUAL": str(editor),
    }
    return run_on_terminal([sys.executable, "-c", EDITING], keys_when={sign: CTRL_Q}, env=env, size=(120, 36))


def test_the_editor_gets_the_terminal_and_what_it_wrote_is_shown_and_not_lost(
    settings: Settings, tmp_path: Path
) -> None:
    sent, code = run_with_editor(tmp_path, 'stty -echo raw; sed -i s/hurry/rush-rush/ "$1"', b"not kept")
    assert code == 0
    before, _, behind = sent.partition(b"OWN-EDITOR")
    assert before.rindex(LEAVE_ALTERNATE_SCREEN) > before.rindex(ENTER_ALTERNATE_SCREEN), "the editor drew over the app"
    assert behind.index(ENTER_ALTERNATE_SCREEN) < behind.index(b"rush-rush"), "the app is back, with what was written"
    assert behind.rindex(SHOW_CURSOR) > behind.rindex(ENTER_ALTERNATE_SCREEN)
    unsaved = unsaved_text(settings, "rush")
    assert unsaved is not None, "it was left without being kept, and is offered the next time"
    assert unsaved.text == POLICY.replace("hurry", "rush-rush")
    assert (settings.policies_dir / "rush.toml").read_text() == POLICY
    assert (tmp_path / "copy").read_text().startswith("-rw-------"), "the copy is private"
    left = [path for path in settings.paths.runtime.rglob("*.toml") if stat.S_ISREG(path.stat().st_mode)]
    assert left == [], "and gone"


@pytest.mark.slow
def test_an_editor_that_fails_leaves_the_text_as_it_was_and_is_told(settings: Settings, tmp_path: Path) -> None:
    _sent, code = run_with_editor(tmp_path, "exit 3", b"ended with status 3")
    assert code == 0
    assert unsaved_text(settings, "rush") is None
    assert (settings.policies_dir / "rush.toml").read_text() == POLICY
