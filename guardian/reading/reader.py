"""Who reads: plain text in this process, mail and HTML behind walls.

Invariants: `read` never raises; a message that could not be taken apart is read as raw text, with a coverage reason; a
process that failed on one message is not asked about another. The kernel ends the process together with the thread that
started it, so a thread of the reader's own starts all of them: who asks may go.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from guardian.errors import CellError
from guardian.message import Message
from guardian.reading.base import Reading
from guardian.reading.limits import Limits
from guardian.reading.mail import MailExtract
from guardian.reading.read import is_taken_apart, read, read_taken_apart
from guardian.reading.text import read_text
from guardian.reading.walled.process import ReaderEndedError, ReadingProcess
from guardian.verdict import Reason
from guardian.walls.wall import WallLevel


@dataclass(frozen=True, slots=True)
class ReaderStanding:
    """How the process of a reader stands."""

    wall: str
    """Which wall its process stands behind; empty where none runs, or is up yet."""
    restarts: int
    trouble: str
    """Why a process last failed, in a plain sentence; empty where none did."""


class Reader(Protocol):
    """What the gate reads with."""

    def read(self, message: Message) -> Reading:
        """What the message says, as far as it can be read. Never raises."""

    def standing(self) -> ReaderStanding:
        """How its process stands. Starts none, and waits for none."""

    def close(self) -> None:
        """Free what it holds."""


class LocalReader:
    """Reads everything in this process: for tests, and for measuring what the walls cost."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def read(self, message: Message) -> Reading:
        """See `Reader`."""
        return read(message, self._limits)

    def standing(self) -> ReaderStanding:
        """There is no process, and no wall."""
        return ReaderStanding(WallLevel.NONE.value, 0, "")

    def close(self) -> None:
        """Nothing to free."""


class WalledReader:
    """Takes mail and HTML apart in a process of its own. May be used by several threads.

    `wall_limit` is the strongest wall that may be tried. The process starts with the first message that needs it, or
    with `start`. A process that only ended is asked for once more: it looks into no message itself, so somebody else
    ended it. After `close` a mail is read as raw text.
    """

    def __init__(self, limits: Limits, wall_limit: WallLevel = WallLevel.NETNS) -> None:
        self._limits, self._wall_limit = limits, wall_limit
        self._lock = threading.Lock()
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="guardian-reader")
        self._process: ReadingProcess | None = None
        self._restarts = 0
        self._trouble = ""
        self._is_closed = False

    def start(self) -> None:
        """Begin to start the process, so that the first message need not wait for it."""
        with self._lock, suppress(CellError):
            self._running()

    def standing(self) -> ReaderStanding:
        """See `Reader`."""
        process = self._process
        wall = process.known_wall if process is not None and process.is_running else ""
        return ReaderStanding(wall, self._restarts, self._trouble)

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
        """How often a process failed over a message, or was ended in the middle of one."""
        return self._restarts

    def close(self) -> None:
        """End the process, also in the middle of a message."""
        self._is_closed = True
        process = self._process
        if process is not None:
            process.end()
        with self._lock:
            self._end()
        self._starter.shutdown()

    def _take_apart(self, message: Message) -> MailExtract:
        with self._lock:
            try:
                return self._asked(message)
            except ReaderEndedError:
                return self._asked(message)

    def _asked(self, message: Message) -> MailExtract:
        try:
            return self._running().take_apart(message)
        except CellError as error:
            self._restarts += 1
            self._trouble = error.what
            self._end()
            raise

    def _running(self) -> ReadingProcess:
        if self._is_closed:
            raise CellError("the reader is closed")
        if self._process is not None and not self._process.is_running:
            self._end()
        if self._process is None:
            self._process = self._starter.submit(ReadingProcess, self._limits, self._wall_limit).result()
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.close()
