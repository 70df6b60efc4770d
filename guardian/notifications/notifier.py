"""Tells the desktop of what was screened: a hook for the service, and a thread of its own behind it.

Invariants: the hook never waits, never raises and keeps no message; what the desktop does not take is tried again and
said once; what was told today is kept after every notification; ending waits for nothing but the bus. The owner's
settings are followed while it runs; while they can't be used, the last ones that could are in force.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from guardian.alerts.level import owners_time
from guardian.errors import GuardianError, OutputError, SettingsError
from guardian.gate import Screened
from guardian.notifications.desktop import Desktop
from guardian.notifications.notable import Notable, notable_of
from guardian.notifications.pacing import Pacer
from guardian.notifications.standing import load_standing, save_standing
from guardian.notifications.terminal import open_app

if TYPE_CHECKING:
    from guardian.settings import Settings

CLOSE_TIMEOUT_S: Final = 3.0
RETRY_S: Final = 60.0
"""After the desktop took nothing."""
_SHORTEST_WAIT_S: Final = 0.05
NOBODY: Final = "no notification daemon answers, so nothing was shown on the desktop"
Say = Callable[[str], None]


class Notifier:
    """Of one service. `on_screened` is its hook; `start` and `close` belong to whoever runs the service.

    `load` reads the owner's settings as they are now, and raises SettingsError. `say` is told of trouble in one safe
    line, from another thread. Raises SettingsError.
    """

    def __init__(
        self,
        load: Callable[[], Settings],
        env: Mapping[str, str],
        say: Say,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self._settings = settings = load()
        self._load, self._env, self._say, self._clock = load, dict(env), say, clock
        self._stamp = _stamp(settings.paths.settings_file)
        self._file: Path = settings.paths.told_file
        standing = load_standing(self._file, self._now().date())
        self._pacer = Pacer(settings.alerts, timedelta(minutes=settings.notify.pause_minutes), standing)
        self._loop = asyncio.new_event_loop()
        self._woken, self._ended = asyncio.Event(), asyncio.Event()
        self._is_changed = False
        self._is_down = False
        self._desktop = Desktop()
        self._thread = threading.Thread(target=self._run, name="guardian-notifications", daemon=True)

    def start(self) -> None:
        """Begin to tell."""
        self._thread.start()

    def on_screened(self, screened: Screened) -> None:
        """The hook: one more verdict."""
        notable = notable_of(screened)
        if notable is not None:
            with suppress(RuntimeError):  # the loop has ended, and so has the service
                self._loop.call_soon_threadsafe(self._take, notable)

    def close(self) -> None:
        """End. What was not told yet is in the journal, the app and the digest."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._end)
        if self._thread.ident is not None:
            self._thread.join(CLOSE_TIMEOUT_S)

    # On the thread

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._tell_all())
        finally:
            self._desktop.close()
            self._loop.run_until_complete(asyncio.sleep(0))  # the bus lets go of its socket in a callback
            self._loop.close()

    def _take(self, notable: Notable) -> None:
        self._follow_settings()
        if self._settings.notify.desktop == "off":
            return
        self._pacer.take(notable, self._now())
        self._is_changed = True
        self._woken.set()

    def _end(self) -> None:
        self._ended.set()
        self._woken.set()

    async def _tell_all(self) -> None:
        while not self._ended.is_set():
            self._woken.clear()
            now = self._now()
            telling = self._pacer.due(now)
            if telling is None:
                until = self._pacer.next_look(now)
                await _set_within(self._woken, (until - now).total_seconds() if until is not None else None)
            elif await self._desktop.send(telling, self._clicked):
                self._is_down = False
                self._pacer.told(self._now())
                self._keep()
            else:
                self._trouble()
                await _set_within(self._ended, RETRY_S)  # however much comes meanwhile
        if self._is_changed:
            self._keep()

    def _follow_settings(self) -> None:
        stamp = _stamp(self._settings.paths.settings_file)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        with suppress(SettingsError):  # whoever screens says what is wrong with them
            self._settings = self._load()
            self._pacer.use(self._settings.alerts, timedelta(minutes=self._settings.notify.pause_minutes))

    def _trouble(self) -> None:
        if not self._is_down:
            self._is_down = True
            self._say(NOBODY)

    def _keep(self) -> None:
        self._is_changed = False
        try:
            save_standing(self._file, self._pacer.standing)
        except GuardianError as error:
            self._say(f"what was told today could not be kept: {error.line()}")

    def _clicked(self, seq: int | None) -> None:
        try:
            open_app(self._settings.notify.terminal, seq, self._env, self._say)
        except OutputError as error:
            self._say(error.line())

    def _now(self) -> datetime:
        return owners_time(self._settings.alerts, self._clock())


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_ino


async def _set_within(event: asyncio.Event, timeout_s: float | None) -> None:
    """Come back when the event is set, or after that time; None: only when it is set."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), max(timeout_s, _SHORTEST_WAIT_S) if timeout_s is not None else None)
