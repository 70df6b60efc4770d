"""Which head of the owner's speaks now, for a gate: nothing is learned here, and no run that keeps nothing asks for it.

Invariants: asking costs one look at a small file's date; a change is followed by the next message, in every program
that runs; a head that cannot be used is told once a change, and the model then judges as shipped; no key is asked for
while no head is in force.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from guardian.adapt.heads import Heads, NoHead
from guardian.calibration.thresholds import fingerprint
from guardian.errors import AdaptError
from guardian.events import CalibrationProblem, Observer
from guardian.policy.life.standing import is_borrowed
from guardian.recording import NoRecord, Recorder
from guardian.settings import Settings

if TYPE_CHECKING:
    from guardian.adapt.head import PersonalHead
    from guardian.inference.manifest import Manifest
    from guardian.journal.secret import Secret

TRY_AGAIN_S: Final = 30.0
"""While a head cannot be used, or the journal's key is not to be had, it is tried again no sooner."""
_POINTER: Final = "in-force.json"
_Stamp = tuple[int, int, int] | None


@runtime_checkable
class HasLastingKey(Protocol):
    """A recorder whose journal can seal what outlives its master key."""

    def lasting_key(self, purpose: bytes) -> Secret | None:
        """A key for one purpose; None while that is not to be had."""
        ...


def open_heads(settings: Settings, recorder: Recorder | None, manifest: Manifest, observer: Observer) -> Heads:
    """The heads for a run with this recorder: none for a run that keeps nothing, or judges by policies that were named
    for it alone. Nothing is read before the first message."""
    if recorder is None or isinstance(recorder, NoRecord) or is_borrowed(settings):
        return NoHead()
    if not isinstance(recorder, HasLastingKey):
        return NoHead()
    return FollowedHead(settings.paths.personal_heads, fingerprint(manifest), recorder.lasting_key, observer)


class FollowedHead:
    """The head that the owner's folder names, read again when that changes. For any thread."""

    def __init__(
        self, folder: Path, model_fingerprint: str, key: Callable[[bytes], Secret | None], observer: Observer
    ) -> None:
        self._folder, self._fingerprint, self._key, self._observer = folder, model_fingerprint, key, observer
        self._lock = threading.Lock()
        self._stamp: _Stamp = None
        self._head: PersonalHead | None = None
        self._again_at: float | None = None
        self._told = ""

    def current(self) -> PersonalHead | None:
        """See `Heads`."""
        stamp = _stamp_of(self._folder / _POINTER)
        with self._lock:
            is_due = self._again_at is not None and time.monotonic() >= self._again_at
            if stamp != self._stamp or is_due:
                self._stamp, self._again_at = stamp, None
                self._head = self._read() if stamp is not None else None
            return self._head

    def _read(self) -> PersonalHead | None:
        from guardian.adapt.versions import PURPOSE, load_version, read_in_force  # here: they need ciphers

        try:
            version = read_in_force(self._folder)
            if not version:
                return None
            key = self._key(PURPOSE)
            if key is None:
                self._again_at = time.monotonic() + TRY_AGAIN_S
                self._tell(f"version {version} of your head stays closed with the journal; the model judges as shipped")
                return None
            head = load_version(self._folder, version, self._fingerprint, key)
        except AdaptError as error:
            self._again_at = time.monotonic() + TRY_AGAIN_S  # what is put right again must not wait for a restart
            self._tell(AdaptError(f"{error.what}; the model judges as shipped", hint=error.hint).line())
            return None
        self._told = ""
        return head

    def _tell(self, line: str) -> None:
        if line != self._told:
            self._told = line
            self._observer(CalibrationProblem(line))


def _stamp_of(path: Path) -> _Stamp:
    try:
        facts = os.stat(path)
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size, facts.st_ino
