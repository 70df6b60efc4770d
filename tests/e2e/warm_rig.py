"""Real services for tests: `guardian serve` of a home, up before it is handed out and ended well behind it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from guardian.errors import GuardianError
from guardian.service.client import ServiceClient
from guardian.service.place import socket_path

LONGEST_WAIT_S = 120.0
"""Far above what anything takes: it ends a hang, and measures nothing."""

AS_ANOTHER_VERSION = """\
import sys
import guardian
guardian.__version__ = "0.0.999"
from guardian.__main__ import main
sys.exit(main())
"""


def home_env(home: Path) -> dict[str, str]:
    """The environment of this home's programs: that of the test, and no setting."""
    return {**os.environ, "GUARDIAN_HOME": str(home)}


def the_socket(home: Path) -> Path:
    """Where this home's service answers."""
    return socket_path({"GUARDIAN_HOME": str(home)})


@contextmanager
def serving(home: Path, *, code: str = "", env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A service; with `code` a Python program in place of `-m guardian`."""
    start = ["-c", code] if code else ["-m", "guardian"]
    process = subprocess.Popen(
        [sys.executable, *start, "serve"],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**home_env(home), **(env or {})},
    )
    try:
        until = time.monotonic() + LONGEST_WAIT_S
        while not _takes_connections(home):
            assert process.poll() is None, process.stderr.read() if process.stderr else b""
            assert time.monotonic() < until, "no service came up"
            time.sleep(0.05)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        process.communicate(timeout=LONGEST_WAIT_S)


def _takes_connections(home: Path) -> bool:
    try:
        ServiceClient(the_socket(home), timeout_s=LONGEST_WAIT_S).close()
    except GuardianError:
        return False
    return True


def guardian(
    home: Path, *words: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """One run of the program in this home."""
    return subprocess.run(
        [sys.executable, "-m", "guardian", *words],
        input=stdin,
        capture_output=True,
        env={**home_env(home), **(env or {})},
        timeout=LONGEST_WAIT_S,
        check=False,
    )
