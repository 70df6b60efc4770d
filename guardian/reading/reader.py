"""Who reads: plain text in this process, mail and HTML behind walls.

Invariants: `read` never raises; a message that could not be taken apart is read as raw text, with a coverage reason; a
process that failed on one message is not asked about another.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from guardian.errors import CellError
from guardian.inference.wall import WallLevel
from guardian.message import Message
from guardian.reading.base import Reading
from guardian.reading.limits import Limits
from guardian.reading.mail import MailExtract
from guardian.reading.read import is_taken_apart, read, read_taken_apart
from guardian.reading.text import read_text
from guardian.reading.walled.process import ReadingProcess
from guardian.verdict import Reason


class Reader(Protocol):
    """What the gate reads with."""

    def read(self, message: Message) -> Reading:
        """What the message says, as far as it can be read. Never raises."""

    def close(self) -> None:
        """Free what it holds."""


class LocalReader:
    """Reads everything in this process: for tests, and for measuring what the walls cost."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def read(self, message: Message) -> Reading:
        """See `Reader`."""
        return read(message, self._limits)

    def close(self) -> None:
        """Nothing to free."""


class WalledReader:
    """Takes mail and HTML apart in a process of its own. May be used by several threads.

    `wall_limit` is the strongest wall that may be tried. The process starts with the first message that needs it, or
    with `start`.
    """

    def __init__(self, limits: Limits, wall_limit: WallLevel = WallLevel.NETNS) -> None:
        self._limits, self._wall_limit = limits, wall_limit
        self._lock = threading.Lock()
        self._process: ReadingProcess | None = None
        self._restarts = 0

    def start(self) -> None:
        """Begin to start the process, so that the first message need not wait for it."""
        with self._lock, suppress(CellError):
            self._running()

    def read(self, message: Message) -> Reading:
        """See `Reader`."""
        if not is_taken_apart(message):
            return read(message, self._limits)
        try:
            taken = self._take_apart(message)
        except CellError as error:
            text = read_text(message.raw, self._limits)
            reason = Reason("reader-stopped", f"{error.what}; its raw text was read")
            taken = MailExtract(replace(text, reasons=(reason, *text.reasons)))
        return read_taken_apart(taken, message, self._limits)

    @property
    def wall(self) -> str:
        """Which wall the process stands behind; `down` where none runs and none can be started."""
        with self._lock:
            try:
                return self._running().wall
            except CellError:
                self._end()
                return WallLevel.DOWN.value

    @property
    def restarts(self) -> int:
        """How often a process was ended because a message was too much for it."""
        return self._restarts

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _take_apart(self, message: Message) -> MailExtract:
        with self._lock:
            try:
                return self._running().take_apart(message)
            except CellError:
                self._restarts += 1
                self._end()
                raise

    def _running(self) -> ReadingProcess:
        if self._process is not None and not self._process.is_running:
            self._end()
        if self._process is None:
            self._process = ReadingProcess(self._limits, self._wall_limit)
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.close()
