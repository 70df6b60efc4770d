"""The gate and the journal of `guardian serve`, in step with what the owner sets.

Policies are followed by the gate itself. Everything else of the owner's that a verdict depends on is read when a gate
is opened: the settings file, the calibrated thresholds, the list of added models. Where one of them changed, the gate
is opened anew before the next answer, so that a warm answer is what a cold one would be. How the owner judged each
policy's last alerts is only told with a verdict: it is read again alone, as each word of feedback would else cost the
judge its loaded model.

Invariants: one gate at a time, so that there is one model in memory; while what was changed cannot be used there is no
gate, and every question is refused with the reason: the service does not judge by settings that are not the owner's
any more. For one thread.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Self

from guardian.assembly import Assembled, assembled
from guardian.errors import GuardianError
from guardian.events import Observer
from guardian.gate import Gate
from guardian.journal.recorder import open_recorder
from guardian.paths import Paths
from guardian.policy.effects.track_file import read_track
from guardian.settings import Settings

TRY_AGAIN_S: Final = 5.0
"""After a gate could not be opened, it is tried again no sooner, unless something changed."""

_FileStamp = tuple[int, int, int]
_Stamp = tuple[_FileStamp | None, ...]


class House:
    """Use it as a context manager; the model's cell and the journal are closed with it."""

    def __init__(self, paths: Paths, load: Callable[[], Settings], observer: Observer) -> None:
        """`load` reads the owner's settings as they are now, and raises SettingsError."""
        self._paths, self._load, self._observer = paths, load, observer
        self._parts = ExitStack()
        self._assembled: Assembled | None = None
        self._stamp: _Stamp | None = None
        self._tracked: _FileStamp | None = None
        self._trouble: GuardianError | None = None
        self._again_at = 0.0

    def current(self) -> Assembled:
        """What the next message is judged with. Raises GuardianError where there is nothing to judge with."""
        is_due = self._trouble is not None and time.monotonic() >= self._again_at
        if is_due or self._stamp_now() != self._stamp:
            self._open()
        elif self._assembled is not None and _stamp_of(self._paths.track_records) != self._tracked:
            self._read_track(self._assembled.gate)
        if self._assembled is None:
            raise self._trouble or GuardianError("there is nothing to screen with")
        return self._assembled

    def close(self) -> None:
        """End the model's cell and close the journal. Idempotent."""
        self._assembled = None
        self._parts.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> None:
        """Open a gate by the settings as they are now; the last one is closed first."""
        self.close()
        self._trouble = None
        self._stamp = self._stamp_now()  # before anything is read: what changes meanwhile is seen next time
        self._tracked = _stamp_of(self._paths.track_records)
        try:
            settings = self._load()
            with ExitStack() as parts:
                recorder = parts.enter_context(open_recorder(settings, self._observer))
                self._assembled = parts.enter_context(
                    assembled(settings, self._observer, recorder=recorder, follow=True)
                )
                self._parts = parts.pop_all()
            self._assembled.gate.start_judge()
        except GuardianError as error:
            self._trouble = error
        except Exception as error:  # it must be tried again, and until then be a refusal with words
            self._trouble = GuardianError(f"internal error ({type(error).__name__})", hint="please report it")
        self._again_at = time.monotonic() + TRY_AGAIN_S

    def _read_track(self, gate: Gate) -> None:
        self._tracked = _stamp_of(self._paths.track_records)  # before it is read, as above
        gate.use_records(read_track(self._paths.track_records))

    def _stamp_now(self) -> _Stamp:
        paths = self._paths
        return tuple(_stamp_of(each) for each in (paths.settings_file, paths.calibration_file, paths.added_models_file))


def _stamp_of(path: Path) -> _FileStamp | None:
    try:
        facts = os.stat(path)
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size, facts.st_ino
