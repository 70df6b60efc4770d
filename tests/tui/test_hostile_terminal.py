"""5,000 hostile strings through every screen of the real app on a real terminal: no byte that it did not mean."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from pty_run import run_on_terminal
from terminal_grammar import not_meant

TOUR = Path(__file__).with_name("hostile_tour.py")
LEAVE_ALTERNATE_SCREEN = b"\x1b[?1049l"


def toured(home: Path, count: int) -> str:
    """Everything after the app has gone; what it sent before is held against the grammar."""
    env = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    env.pop("NO_COLOR", None)
    command = [sys.executable, str(TOUR), str(home), str(count)]
    sent, code = run_on_terminal(command, keys_when={}, env=env, size=(120, 36), longest_s=1800)
    behind = sent.rpartition(LEAVE_ALTERNATE_SCREEN)[2].decode()
    assert code == 0, behind
    assert len(sent) > count * 100, "it did not show them"
    assert not_meant(sent)[:5] == []
    return behind


@pytest.mark.long
def test_hostile_strings_reach_no_terminal_as_anything_but_text(tmp_path: Path) -> None:
    behind = toured(tmp_path / "home", 150)
    assert re.search(r"strings 150, records 30, alerts 30", behind)


@pytest.mark.slow
def test_five_thousand_hostile_strings_reach_no_terminal_as_anything_but_text(tmp_path: Path) -> None:
    behind = toured(tmp_path / "home", 5000)
    assert re.search(r"strings 5000, records 1000, alerts 1000", behind)
