"""A click on a notification: the app, in a terminal of its own, at that alert.

Whoever opens it mostly is the service, which has given up every network and lets no program that it starts gain rights
(`guardian.walls.local_only`); what it starts itself inherits that. So the owner's own manager (systemd --user) is asked
to start the terminal, wherever one answers. It also keeps the terminal alive when the service's unit ends.

Invariants: nothing of a message is on the command line, only the number of its record; no shell reads it; the terminal
outlives the process that opened it, unless that is in a unit whose manager does not answer.
"""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from guardian.errors import OutputError
from guardian.paths import HOME_VARIABLE
from guardian.safe_text import safe_line

_PASSED_ON: Final = (
    *("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_CURRENT_DESKTOP"),
    *("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"),
    *("LANG", "LC_ALL", "LC_CTYPE", "NO_COLOR", "PATH", "TZ"),
)
"""What the manager may not know: the desktop, the house, the owner's language."""
_MANAGER_SOCKET: Final = "systemd/private"
"""Under XDG_RUNTIME_DIR: where systemd-run reaches the manager of this user (sd_booted(3) has no twin for it)."""
_MANAGER_TIMEOUT_S: Final = 1.0
_TOLD_OF_FAILURE: Final = ("--service-type=exec",)
"""systemd-run(1) then waits until the program runs, and fails where it can't be started."""
FAILS_WITHIN_S: Final = 10.0
"""A terminal that ends in failure after this was opened all the same: its owner closed it."""


def app_command(seq: int | None) -> list[str]:
    """The app's own command line, at an alert or as it stands. The core never imports the app: it is started by name,
    and -P keeps the working directory, which may hold anybody's `tui`, off the module path."""
    at = ["--alert", str(seq)] if seq is not None else []
    return [sys.executable, "-P", "-m", "tui", *at]


def terminal_command(terminal: str, seq: int | None, env: Mapping[str, str]) -> list[str]:
    """The whole command line. `terminal`: the setting `notify.terminal`, not empty."""
    words = [*shlex.split(terminal), *app_command(seq)]
    if shutil.which("systemd-run", path=env.get("PATH")) is None or not _has_manager(env):
        return words
    passed = [name for name in sorted(env) if name in _PASSED_ON or name.startswith("GUARDIAN_")]
    run = [
        "systemd-run",
        "--user",
        "--quiet",
        "--collect",
        *_TOLD_OF_FAILURE,
        *(f"--setenv={name}={env[name]}" for name in passed),
    ]
    return [*run, "--", *words]


def open_app(
    terminal: str, seq: int | None, env: Mapping[str, str], failed: Callable[[str], None] = lambda _line: None
) -> None:
    """Open it, and come back at once. Raises OutputError where the terminal cannot be started; where that shows only
    later, `failed` is given a line, in another thread."""
    if not terminal.strip():
        return
    if env.get(HOME_VARIABLE):  # it may be relative, and the terminal is opened elsewhere
        env = {**env, HOME_VARIABLE: str(Path(env[HOME_VARIABLE]).expanduser().absolute())}
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
    waiting = (process, shlex.split(terminal)[0], failed)
    threading.Thread(target=_wait, args=waiting, name="guardian-terminal", daemon=True).start()


def _wait(process: subprocess.Popen[bytes], name: str, failed: Callable[[str], None]) -> None:
    """Leave no zombie, and tell of a terminal that never opened."""
    began = time.monotonic()
    code = process.wait()
    if code != 0 and time.monotonic() - began < FAILS_WITHIN_S:
        failed(f"no terminal was opened: {safe_line(name, 100)} ended with {code} (set notify.terminal)")


def _has_manager(env: Mapping[str, str]) -> bool:
    """Whether this user's manager answers."""
    directory = env.get("XDG_RUNTIME_DIR", "")
    if not directory:
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as manager:
            manager.settimeout(_MANAGER_TIMEOUT_S)
            manager.connect(os.path.join(directory, _MANAGER_SOCKET))
    except OSError:
        return False
    return True
