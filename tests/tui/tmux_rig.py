"""A real terminal for tests: a shell in a tmux server of the test's own, with keys in and screen text out."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

LONGEST_WAIT_S = 90
"""Ends a wait that will never end; measures nothing."""
KEY_PAUSE_S = 0.2
"""Between two keys; programs take what comes within a tenth of a second after an escape for one key with it."""
PROMPT = "shell>"

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


class Terminal:
    """One window of tmux with a shell in it."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def tmux(self, *words: str) -> str:
        """Run one command of tmux in the test's own server."""
        command = ["tmux", "-S", str(self._socket), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=LONGEST_WAIT_S).stdout

    def press(self, *keys: str) -> None:
        """Press keys, by tmux's names for them. An escape that something follows at once would be another key."""
        for key in keys:
            self.tmux("send-keys", key)
            time.sleep(KEY_PAUSE_S)

    def type(self, text: str) -> None:
        """Type a text, letter by letter."""
        self.tmux("send-keys", "-l", text)

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size."""
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def click(self, column: int, row: int) -> None:
        """Press and let go the left button of the mouse; both count from 0. As a terminal says it: SGR, mode 1006."""
        for end in "Mm":
            self.type(f"\x1b[<0;{column + 1};{row + 1}{end}")

    def screen(self) -> str:
        """What stands on the screen."""
        return self.tmux("capture-pane", "-p")

    def lines(self) -> list[str]:
        """The same, line by line."""
        return self.screen().splitlines()

    def until(self, *words: str, without: str = "") -> str:
        """The screen, once all these words stand on it, and `without` does not."""
        give_up = time.monotonic() + LONGEST_WAIT_S
        while True:
            seen = self.screen()
            if all(each in seen for each in words) and not (without and without in seen):
                return seen
            assert time.monotonic() < give_up, f"never came: {words}, without {without!r}; there is:\n{seen}"
            time.sleep(0.05)

    def state(self) -> str:
        """How the terminal is set: what `stty -a` says, the screen, the cursor and the mouse. For a shell's prompt."""
        self.type("clear; stty -a; echo said\n")
        said = self.until("-echoprt", "\nsaid")
        facts = [self.fact(name) for name in ("alternate_on", "cursor_flag", "mouse_any_flag")]
        return " ".join([said[said.index("speed") : said.index("\nsaid")], *facts])

    def fact(self, name: str) -> str:
        """A fact that tmux knows of the window, such as `alternate_on` or `cursor_flag`."""
        return self.tmux("display-message", "-p", f"#{{{name}}}").strip()


@contextmanager
def terminal(folder: Path, env: Mapping[str, str], columns: int = 120, rows: int = 36) -> Iterator[Terminal]:
    """A window with a shell at its prompt. The server ends with it; the socket's name is short, as sockets want it."""
    folder.mkdir(parents=True, exist_ok=True)
    opened = Terminal(folder / "s")
    shell = {**os.environ, **env, "PS1": f"{PROMPT} ", "TERM": "screen-256color", "PROMPT_COMMAND": ""}
    for name in ("TMUX", "COLUMNS", "LINES"):
        shell.pop(name, None)
    words = ["new-session", "-d", "-x", str(columns), "-y", str(rows), "bash", "--norc", "--noprofile"]
    command = ["tmux", "-S", str(folder / "s"), "-f", os.devnull, *words]
    subprocess.run(command, check=True, env=shell, capture_output=True, timeout=LONGEST_WAIT_S)
    try:
        opened.until(PROMPT)
        yield opened
    finally:
        subprocess.run(["tmux", "-S", str(folder / "s"), "kill-server"], check=False, capture_output=True, timeout=60)
