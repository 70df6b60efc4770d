"""Finds the warm service, and starts one where none runs: for the parts that keep running and hold no model.

Invariants: a service that is started here belongs to nobody: it outlives who started it, follows the owner's settings
and not the variables of one program, and ends when nobody asks it anything. Several that start one at once get the
same one. What cannot be connected is an error, never a guess.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from guardian.errors import GuardianError
from guardian.paths import HOME_VARIABLE, ensure_private_directory
from guardian.safe_text import safe_line
from guardian.service.client import ServiceClient
from guardian.service.errors import ServiceUnavailableError
from guardian.service.place import SOCKET_NAME, house_at
from guardian.settings import DEBUG_VARIABLE, PREFIX, Settings

STARTS_WITHIN_S: Final = 30.0
"""How long a service may take from its start to its first answer."""
LOG_NAME: Final = "service.log"
"""Under `paths.state`: what a service that was started by need says."""
_LOG_LIMIT_BYTES: Final = 1 << 20
"""From this size on it is begun anew with the next service."""
_LOOK_EVERY_S: Final = 0.05
_NOT_INHERITED: Final = ("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
_LOG_TAIL_BYTES: Final = 2000


def connect(settings: Settings, *, start: bool = True, timeout_s: float = 60.0) -> ServiceClient:
    """A client of the warm service; with `start` one is started where none runs, now or at a later question.

    `timeout_s` is for each question. Raises ServiceUnavailableError where there is none to be had.
    """
    paths = settings.paths
    path, house = paths.runtime / SOCKET_NAME, house_at(paths.config, paths.data, paths.state)

    def revive() -> None:
        _start_service(settings, path)

    if not start:
        return ServiceClient(path, timeout_s=timeout_s, house=house)
    try:
        return ServiceClient(path, timeout_s=timeout_s, revive=revive, house=house)
    except ServiceUnavailableError:
        revive()
        return ServiceClient(path, timeout_s=timeout_s, revive=revive, house=house)


def _start_service(settings: Settings, path: Path) -> None:
    """Start one, and return when it takes connections. Raises ServiceUnavailableError."""
    process = _started(settings)
    # Whoever starts it may run for long: it must leave no zombie behind, and wait for nothing.
    threading.Thread(target=process.wait, name="guardian-reaper", daemon=True).start()
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        ended = process.poll() is not None
        try:
            ServiceClient(path, timeout_s=_LOOK_EVERY_S).close()
            return
        except ServiceUnavailableError:
            if ended:  # and nobody else's answers either
                break
        time.sleep(_LOOK_EVERY_S)
    log = settings.paths.state / LOG_NAME
    raise ServiceUnavailableError(f"the service could not be started: {_last_line(log)}", hint=f"see {log}")


def _started(settings: Settings) -> subprocess.Popen[bytes]:
    idle = settings.service.idle_minutes
    words = [sys.executable, "-P", "-m", "guardian", "serve", "--idle", f"{idle}m"]
    try:
        log = _open_log(ensure_private_directory(settings.paths.state) / LOG_NAME)
        try:
            return subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=service_environment(os.environ, settings),
                start_new_session=True,
            )
        finally:
            os.close(log)
    except (OSError, GuardianError) as error:
        said = error.what if isinstance(error, GuardianError) else str(error.strerror or error).lower()
        raise ServiceUnavailableError(f"the service could not be started: {said}") from None


def service_environment(env: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """What a service inherits: not the settings of one program, and none of the descriptors that were meant for it."""
    kept = {
        name: value
        for name, value in env.items()
        if not (name.startswith(PREFIX) and name != DEBUG_VARIABLE) and name not in _NOT_INHERITED
    }
    if env.get(HOME_VARIABLE):  # it may be relative, and the service runs elsewhere
        kept[HOME_VARIABLE] = str(settings.paths.config.parent)
    if "PYTHONPATH" in kept:
        kept["PYTHONPATH"] = os.pathsep.join(os.path.abspath(each) for each in kept["PYTHONPATH"].split(os.pathsep))
    return kept


def _open_log(path: Path) -> int:
    """Several services may be started at one moment, of which one stays: none may take the log away from another."""
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    if os.fstat(log).st_size > _LOG_LIMIT_BYTES:
        os.ftruncate(log, 0)
    return log


def _last_line(log: Path) -> str:
    try:
        with log.open("rb") as said:
            said.seek(max(log.stat().st_size - _LOG_TAIL_BYTES, 0))
            lines = said.read().decode("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    return safe_line(lines[-1].removeprefix("guardian: "), 200) if lines else "it says nothing"
