"""A progress bar on a terminal, and nothing anywhere else."""

from __future__ import annotations

import os
import time
from typing import Self, TextIO

from guardian.events import Event, Progress

BAR_COLUMNS = 24
REDRAW_S = 0.1
"""Least time between two drawings."""


class ProgressBar:
    """Draws `done/total`, a bar and the time left on one line of `stream`; silent where `stream` is no terminal."""

    def __init__(self, total: int | None, stream: TextIO, what: str = "messages") -> None:
        self._total = total
        self._stream = stream
        self._what = what
        self._done = 0
        self._began = self._drawn = time.monotonic()
        self._shown = stream.isatty() and os.environ.get("TERM") != "dumb"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def advance(self, count: int = 1) -> None:
        """`count` more are done."""
        self._done += count
        now = time.monotonic()
        if self._shown and now - self._drawn >= REDRAW_S:
            self._drawn = now
            self._stream.write("\r\x1b[K" + self._line(now - self._began))
            self._stream.flush()

    def show(self, event: Event) -> None:
        """An observer: go to where a `Progress` says that the work is."""
        if isinstance(event, Progress):
            self._total = event.total
            self.advance(event.done - self._done)

    def clear(self) -> None:
        """Take the bar off the screen, so that a line can be printed."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = 0.0

    def _line(self, elapsed_s: float) -> str:
        if not self._total:
            return f"{self._done} {self._what}"
        full = BAR_COLUMNS * self._done // self._total
        left_s = elapsed_s / max(self._done, 1) * (self._total - self._done)
        return (
            f"[{'=' * full}{' ' * (BAR_COLUMNS - full)}] {self._done}/{self._total} {self._what}, {left_s:.0f} s left"
        )
