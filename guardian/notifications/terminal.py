"""A click on a notification: the app, in a terminal of its own, at that alert.

Invariants: nothing of a message is on the command line, only the number of its record; no shell reads it; the terminal
outlives the process that opened it.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from guardian.errors import OutputError

_IN_A_UNIT: Final = "INVOCATION_ID"
"""systemd sets it for whatever it starts; what is started from there would end with the service, and live in its walls
(systemd.exec(5))."""
_PASSED_ON: Final = ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_CURRENT_DESKTOP", "LANG", "PATH")


def app_command(seq: int | None) -> list[str]:
    """The app's own command line, at an alert or as it stands. The core never imports the app: it is started by name,
    and -P keeps the working directory, which may hold anybody's `tui`, off the module path."""
    at = ["--alert", str(seq)] if seq is not None else []
    return [sys.executable, "-P", "-m", "tui", *at]


def terminal_command(terminal: str, seq: int | None, env: Mapping[str, str]) -> list[str]:
    """The whole command line. `terminal`: the setting `notify.terminal`, not empty."""
    words = [*shlex.split(terminal), *app_command(seq)]
    if not env.get(_IN_A_UNIT) or shutil.which("systemd-run", path=env.get("PATH")) is None:
        return words
    passed = [name for name in sorted(env) if name in _PASSED_ON or name.startswith("GUARDIAN_")]
    run = ["systemd-run", "--user", "--quiet", "--collect", *(f"--setenv={name}={env[name]}" for name in passed)]
    return [*run, "--", *words]


def open_app(terminal: str, seq: int | None, env: Mapping[str, str]) -> None:
    """Open it, and come back at once. Raises OutputError where the terminal cannot be started."""
    if not terminal.strip():
        return
    command = terminal_command(terminal, seq, env)
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=Path.home(),
            env=dict(env),
            start_new_session=True,
        )
    except (OSError, RuntimeError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        name = shlex.split(terminal)[0]
        raise OutputError(f"cannot open a terminal ({name}): {said.lower()}", hint="set notify.terminal") from error
    threading.Thread(target=process.wait, name="guardian-terminal", daemon=True).start()  # leaves no zombie
