"""Is the guardian alive? Looked at once a second: the screening thread, the model's process, whether what waits moves.

Invariants: what is looked at is measured from outside the thread and the process in question; nothing here is slow, so
the painting thread may do it; what stands still is said as soon as its bound has passed, whoever else says nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from guardian.errors import CellError
from guardian.health.bounds import STALL_S
from guardian.safe_text import safe_line
from tui.state import HouseState, Phase

if TYPE_CHECKING:
    from guardian.inference.register import Register
    from guardian.reading.reader import ReaderStanding
    from tui.bridge import Bridge

THREAD_ENDED = "the thread that screens has ended; start the app again"
_Marker = tuple[int, int, int]
"""Verdicts, batches of the model and restarts: one of them grows while anything moves."""


class Pulse:
    """Of one app. For the painting thread."""

    def __init__(self, bridge: Bridge, clock_s: Callable[[], float] = time.monotonic, stall_s: float = STALL_S) -> None:
        self._bridge, self._clock_s, self._stall_s = bridge, clock_s, stall_s
        self._marker: _Marker = (0, 0, 0)
        self._moved_s = clock_s()
        self.stalled_s = 0.0
        """How long something has waited while nothing moved; 0 where nothing waits."""

    def register(self) -> Register | None:
        """What was measured of the model's process; None where there is none yet, or no more."""
        try:
            return self._bridge.assembled.register()
        except CellError:
            return None

    def reader(self) -> ReaderStanding | None:
        """How the process stands that takes mails apart; None where there is no gate."""
        try:
            return self._bridge.assembled.reader.standing()
        except CellError:
            return None

    def look(self, state: HouseState) -> HouseState:
        """The state as it is now."""
        register = self.register()
        if self._bridge.has_ended:
            if state.phase is Phase.DOWN and not state.is_open:
                return state  # it said itself why
            return replace(state, phase=Phase.DOWN, trouble=THREAD_ENDED, is_open=False, stalled="")
        if register is None or not state.is_open:
            return state
        self._see_what_moves(register)
        seconds = f"{self.stalled_s:.0f} s"
        stalled = f"something waits, and nothing was judged for {seconds}" if self.stalled_s > self._stall_s else ""
        return _with_register(replace(state, stalled=stalled), register)

    def _see_what_moves(self, register: Register) -> None:
        now_s = self._clock_s()
        marker = (self._bridge.verdicts, register.batches, register.restarts)
        if marker != self._marker or not (self._bridge.in_hand or register.waiting):
            self._marker, self._moved_s = marker, now_s
        self.stalled_s = now_s - self._moved_s


def _with_register(state: HouseState, register: Register) -> HouseState:
    state = replace(state, restarts=max(register.restarts, state.restarts))
    if register.is_running and register.wall != "down":
        return replace(state, phase=Phase.READY, wall=register.wall, trouble="")
    if not register.start_ms and not register.trouble:
        return state  # it is being started for the first time
    why = safe_line(register.trouble) or "the model's process ended"
    return replace(state, phase=Phase.DOWN, wall="down", trouble=why)
