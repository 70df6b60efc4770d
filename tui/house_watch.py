"""What the app measures of itself while it is open: its pulse once a second, the canaries every hour, every verdict.

Invariants: for the painting thread, but for the work that it gives to the desk; canaries are looked at through the
running gate, are not recorded, and never become a message; what the Health screen shows of this run comes from here.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from textual import events
from textual.message import Message as AppMessage
from textual.signal import Signal

from guardian.errors import GuardianError
from guardian.health.bounds import CANARY_EVERY_S
from guardian.health.run_facts import RunTally
from guardian.safe_text import safe_line
from tui.crash import crash_line
from tui.pulse import Pulse
from tui.state import Phase

if TYPE_CHECKING:
    from guardian.gate import Screened
    from guardian.health.canaries import CanaryRun
    from guardian.health.model import FilesChecked
    from guardian.health.take import Measured
    from tui.app import GuardianApp
    from tui.desk import Job
    from tui.state import HouseState

LOOK_S: Final = 1.0
"""What stopped is to be seen within two seconds."""
TRY_AGAIN_S: Final = 60.0


class HouseWatch:
    """Of one app. `begin` starts it once the app runs."""

    def __init__(self, app: GuardianApp) -> None:
        self._app = app
        self.pulse = Pulse(app.bridge)
        self.tally = RunTally(_now_ms())
        self.canaries: CanaryRun | None = None
        """The last round; None where none was made yet."""
        self.canary_trouble = ""
        """Why the last round could not be made, in one safe line."""
        self.files: FilesChecked | None = None
        """When the model's files were last hashed, and what came of it."""
        self.changed: Signal[None] = Signal(app, "house")
        """There is a new round of canaries, or the files were hashed."""
        self._sung_for: tuple[bool, int] = (False, 0)
        self._tried_s = 0.0
        self._has_checked = False

    def begin(self) -> None:
        """Look from now on."""
        self._app.set_interval(LOOK_S, self.look)
        self._app.set_interval(CANARY_EVERY_S, self.look_at_canaries)
        self._app.watch(self._app, "state", self._state_changed)

    def look(self) -> None:
        """Once a second. A model that is down is asked again now and then: it is started only when somebody asks."""
        state = self.pulse.look(self._app.state)
        if state != self._app.state:
            self._app.state = state
        if state.is_open and state.phase is Phase.DOWN and time.monotonic() - self._tried_s > TRY_AGAIN_S:
            self.look_at_canaries()

    def count(self, screened: Screened) -> None:
        """One more message was screened."""
        at_ms = _now_ms()
        self.tally.add(screened.verdict, screened.message.source, at_ms)
        self._app.state = self._app.state.with_screened(at_ms)

    def restarted(self, why: str) -> None:
        """The model was started again."""
        self.tally.restarted(why, _now_ms())

    def look_at_canaries(self) -> None:
        """A round of canaries, at the desk."""
        self._tried_s = time.monotonic()
        self._app.desk.do("canaries", self._canaries_work, self._app)

    def check_files(self) -> None:
        """Hash the model's files, at the desk."""
        self._app.desk.do("model-files", self._files_work, self._app)

    def measured(self) -> Measured:
        """What was measured so far, for the register."""
        from guardian.health.policies import PolicyFacts
        from guardian.health.take import Measured

        state = self._app.state
        facts = replace(
            self.tally.facts(),
            beat_ms=self._app.bridge.beat_ms,
            queued=self._app.bridge.in_hand,
            stalled_s=self.pulse.stalled_s,
            stopped="" if state.is_open else state.stopped,  # of the model itself its register speaks
            service=self._app.bridge.service,
            not_journaled=state.not_journaled,
            journal_trouble=state.journal_trouble,
        )
        policies = PolicyFacts(state.policy_set, state.policies, state.problems)
        return Measured(
            self.pulse.register(), facts, self.files, self.canaries, self.canary_trouble, policies, self.pulse.reader()
        )

    def _state_changed(self, state: HouseState) -> None:
        """A model that has just come up, for the first time or again, is tried at once."""
        is_up = state.is_open and state.phase is Phase.READY
        if is_up and not self._has_checked:
            self._has_checked = True
            self.check_files()
        if is_up and (is_up, state.restarts) != self._sung_for:
            self.look_at_canaries()
        self._sung_for = is_up, state.restarts

    # At the desk

    def _canaries_work(self, _job: Job) -> AppMessage:
        from guardian.health.canaries import look_at_canaries

        run, trouble = None, ""
        try:
            run = look_at_canaries(self._app.bridge.assembled.bench, _now_ms())
        except GuardianError as error:
            trouble = safe_line(error.line())
        except Exception as error:
            trouble = crash_line(error)
        return events.Callback(callback=partial(self._looked, run, trouble))

    def _files_work(self, _job: Job) -> AppMessage:
        from guardian.assembly import MANIFEST_NAME
        from guardian.health.model import FilesChecked, check_files
        from guardian.inference.manifest import load_manifest

        settings = self._app.settings
        try:
            files = check_files(load_manifest(settings.model_dir / MANIFEST_NAME), settings, _now_ms())
        except GuardianError as error:
            files = FilesChecked(_now_ms(), safe_line(error.line()))
        return events.Callback(callback=partial(self._checked, files))

    # What came of it

    def _looked(self, run: CanaryRun | None, trouble: str) -> None:
        self.canaries, self.canary_trouble = run or self.canaries, trouble
        wrong = len(run.wrong) if run is not None and not self._app.state.stopped else 0
        words = f"{wrong} of {len(run.results)} canaries wrong" if run is not None and wrong else ""
        self._app.state = replace(self._app.state, canary_trouble=words or ("canaries not heard" if trouble else ""))
        self.changed.publish(None)

    def _checked(self, files: FilesChecked) -> None:
        self.files = files
        words = "the model's file is not the pinned one" if files.problem else ""
        self._app.state = replace(self._app.state, file_trouble=words)
        self.changed.publish(None)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
