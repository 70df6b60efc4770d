"""The app as the warm service: while it is open, and where no service runs, it answers other programs by its own gate.

Invariants: a service that runs already is left alone; what cannot be served never keeps the app from screening; clients
wait for the owner, never the owner for more than the message of a client that is in hand; as soon as what the owner set
for verdicts is not what this gate was opened with, clients are refused, and the app lets another service begin. For the
thread that screens.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from guardian.errors import GuardianError, SettingsError
from guardian.safe_text import safe_line
from guardian.service.notices import Notices
from guardian.settings import OriginKind, Settings
from tui.messages import OtherScreened
from tui.owner_first import OwnerFirst

if TYPE_CHECKING:
    from textual.message import Message as AppMessage

    from guardian.assembly import Assembled
    from guardian.gate import Screened
    from guardian.service.claim import Claim
    from guardian.service.server import Server

LOOK_AGAIN_S: Final = 10.0
"""How often it is tried again to become the service: another one may have ended."""
STOP_WITHIN_S: Final = 1.0
"""The app is not to be left later than its owner wants; who is not answered by then judges for itself."""
OF_THIS_RUN: Final = "not answered by this app: it runs with settings of its own"
OTHERWISE_SET: Final = "not answered by this app: what was set has changed since it was opened"
_LOOKS_ONLY: Final = ("app.", "output.", "alerts.")
"""Settings that no verdict depends on; the app itself writes some of them."""


@dataclass(frozen=True, slots=True)
class ServingFacts:
    """Who answers other programs, as far as this app knows."""

    is_here: bool
    """Whether this app does."""
    say: str
    """One safe line."""


class Serving:
    """Of one open gate. `look` begins it, and is to be called every now and then; `close` ends it."""

    def __init__(
        self,
        settings: Settings,
        assembled: Assembled,
        lock: OwnerFirst,
        notices: Notices,
        post: Callable[[AppMessage], object],
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._assembled, self._lock = settings, assembled, lock
        self._notices, self._post = notices, post
        self._clock_s = clock_s
        self._opened_with = _stamp(settings)
        self._set = _set_for_verdicts(settings)
        self._is_standing = is_standing(settings)
        self._claim: Claim | None = None
        self._server: Server | None = None
        self._ended = threading.Event()
        self._again_at = 0.0
        self.facts = ServingFacts(False, OF_THIS_RUN if not self._is_standing else "not answered yet")

    def look(self) -> None:
        """Become the service where there is none, or note why that can't be."""
        if not self._is_standing:
            return
        if not self._is_in_step():
            self.close()
            self.facts = ServingFacts(False, OTHERWISE_SET)
            return
        if self._clock_s() < self._again_at:
            return
        if self._server is not None and not self._ended.is_set():
            return
        self.close()
        self._again_at = self._clock_s() + LOOK_AGAIN_S
        try:
            self._begin()
            self.facts = ServingFacts(True, "answered by this app")
        except GuardianError as error:
            self.close()
            self.facts = ServingFacts(False, f"not answered by this app: {safe_line(error.what)}")

    def close(self) -> None:
        """Answer what was taken, and let another service begin. Idempotent."""
        server, self._server = self._server, None
        claim, self._claim = self._claim, None
        if server is not None:
            server.stop()
        if claim is not None:
            claim.release()

    def _begin(self) -> None:
        from guardian.service.claim import Claim  # here: this is not the painting thread
        from guardian.service.limits import ServiceLimits
        from guardian.service.place import house_at
        from guardian.service.server import Server

        self._ended.clear()
        paths = self._settings.paths
        self._claim = Claim.take(paths.runtime)
        limits = ServiceLimits(
            body_bytes=self._settings.limits.max_bytes_read,
            stop_within_s=STOP_WITHIN_S,
            batch=1,  # the owner waits for one message of a client's at most
        )
        self._server = Server(
            self._claim,
            self._supply,
            limits,
            kind="app",
            lock=self._lock.others,
            on_screened=[self._tell],
            ended=self._ended.set,
            notices=self._notices.take,
            house=house_at(paths.config, paths.data, paths.state),
        )
        self._server.start()
        self._assembled.gate.start_judge()  # not before: a service that runs has its model in memory already

    def _tell(self, screened: Screened) -> None:
        self._post(OtherScreened(screened))

    def _supply(self) -> Assembled:
        """In the thread that screens for clients."""
        if not self._is_in_step():
            raise SettingsError("what was set has changed since the app was opened", hint="open the app again")
        return self._assembled

    def _is_in_step(self) -> bool:
        """Whether a gate that was opened now would judge as this one does. In either thread."""
        now = _stamp(self._settings)
        if (
            now != self._opened_with
            and now[1:] == self._opened_with[1:]
            and _set_for_verdicts(self._settings) == self._set
        ):
            self._opened_with = now  # such as a theme, which the app itself wrote down
        return now == self._opened_with


def is_standing(settings: Settings) -> bool:
    """Whether a verdict by these settings is one by the owner's file and the defaults: nothing that verdicts depend on
    was set for this run alone."""
    return not any(
        origin.kind in (OriginKind.ENVIRONMENT, OriginKind.FLAG)
        for name, _, origin in settings.items()
        if not name.startswith(_LOOKS_ONLY)
    )


def _set_for_verdicts(settings: Settings) -> Mapping[tuple[str, ...], object] | None:
    """What stands in the owner's file and verdicts may depend on; None where it can't be read."""
    from guardian.settings_file import read_settings_file

    try:
        entries = read_settings_file(settings.paths.settings_file)
    except SettingsError:
        return None
    return {entry.path: entry.value for entry in entries if not entry.name.startswith(_LOOKS_ONLY)}


def _stamp(settings: Settings) -> tuple[tuple[int, int, int] | None, ...]:
    """What tells that a file which the gate was opened with is another now. Policies are followed by the gate."""
    from guardian.assembly import MANIFEST_NAME

    paths = settings.paths
    return tuple(
        _file(each) for each in (paths.settings_file, paths.calibration_file, settings.model_dir / MANIFEST_NAME)
    )


def _file(path: Path) -> tuple[int, int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size, facts.st_ino
