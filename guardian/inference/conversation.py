"""One conversation with one life of the model's process: hello, load, then batches and their answers.

Invariants: a frame out of place is a FrameError, as from a process that was taken over; answers belong to the
batch that was sent first; the conversation never touches the process after it ended.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import Final

from guardian.errors import CellError
from guardian.inference.base import EncodingFailure
from guardian.inference.child import CellProcess
from guardian.inference.frames import PROTOCOL, Frame, Hello, Load, Loaded, Refusal, Request, Result
from guardian.inference.manifest import Manifest
from guardian.inference.packing import FrameError
from guardian.inference.register import Tally
from guardian.inference.windows import Columns, Piece
from guardian.inference.workload import Workload
from guardian.safe_text import safe_line
from guardian.walls.wall import WallLevel

_UNDER_WAY: Final = 2
"""Batches sent before the first is answered, so that the model never waits for the parent."""
_NEVER_S: Final = float("inf")
_START_TIMEOUT_S: Final = 60.0


@dataclass(slots=True)
class _Batch:
    """Pieces that were sent together."""

    number: int
    pieces: list[Piece]
    begun_s: float
    """When it was sent or became the first under way, whichever is later: the model works on it from then."""


class Conversation:
    """The parent's side of it, over `process`; what it learns goes into `workload` and `tally`."""

    def __init__(
        self, process: CellProcess[Frame], manifest: Manifest, batch_timeout_s: float, workload: Workload, tally: Tally
    ) -> None:
        self.process = process
        self.is_refused = False
        """Whether the model could not be loaded, so that another try would end the same."""
        self._manifest = manifest
        self._batch_timeout_s = batch_timeout_s
        self._workload = workload
        self._tally = tally
        self._begun_s = time.monotonic()
        self._level: WallLevel | None = None
        self._columns: Columns | None = None
        self._is_load_sent = False
        self._under_way: deque[_Batch] = deque()
        self._last_number = 0

    @property
    def is_running(self) -> bool:
        """Whether the model is loaded."""
        return self._columns is not None

    @property
    def pieces(self) -> int:
        """Pieces that were sent and are not answered yet."""
        return sum(len(batch.pieces) for batch in self._under_way)

    def send_load(self, load: Load) -> None:
        """Have the model loaded; once."""
        if not self._is_load_sent:
            self._is_load_sent = True
            self.process.send(load)

    def send_batches(self) -> None:
        """Send what waits, as far ahead as is useful."""
        while self.is_running and len(self._under_way) < _UNDER_WAY and (pieces := self._workload.next_batch()):
            self._last_number += 1
            self._under_way.append(_Batch(self._last_number, pieces, time.monotonic()))
            self.process.send(Request(self._last_number, tuple(piece.text for piece in pieces)))

    def deadline_s(self) -> float:
        """When the process will have been silent for too long."""
        if self.is_running:
            return self._under_way[0].begun_s + self._batch_timeout_s if self._under_way else _NEVER_S
        return self._begun_s + _START_TIMEOUT_S if self._is_load_sent else _NEVER_S

    @property
    def lateness(self) -> str:
        """What is to be said of a process that was silent beyond its deadline."""
        limit_s = self._batch_timeout_s if self.is_running else _START_TIMEOUT_S
        return f"the model did not answer within {limit_s:g} s"

    def take(self, frame: Frame) -> bool:
        """Take what the process said. True where it judged something.

        Raises FrameError for what is out of place; CellError or ModelError, with `is_refused` set, where the model
        cannot be used at all.
        """
        match frame:
            case Hello():
                self._take_hello(frame)
            case Loaded():
                self._take_loaded(frame)
            case Result():
                self._take_result(frame)
                return True
            case Refusal(number=0) if not self.is_running:
                self.is_refused = True
                raise CellError(safe_line(frame.say), hint=safe_line(frame.hint))
            case Refusal():
                batch = self._finish_batch(frame.number)
                failure = EncodingFailure(safe_line(frame.code), f"the model refused the text: {safe_line(frame.say)}")
                self._workload.blame(batch.pieces, failure)
        return False

    def withdraw(self) -> list[Piece]:
        """The conversation is over: give back the batches that the process had not come to, and return the pieces of
        the one that it worked on."""
        batches, self._under_way = list(self._under_way), deque()
        for batch in reversed(batches[1:]):
            self._workload.give_back(batch.pieces)
        return batches[0].pieces if batches else []

    def _take_hello(self, frame: Hello) -> None:
        if self._level is not None or frame.protocol != PROTOCOL or frame.wall not in set(WallLevel):
            raise FrameError("hello out of place")
        self._level = WallLevel(frame.wall)
        self._tally.probes = frame.probes

    def _take_loaded(self, frame: Loaded) -> None:
        if self._level is None or not self._is_load_sent or self.is_running:
            raise FrameError("loaded out of place")
        self.is_refused = True
        self._columns = Columns(len(frame.labels), *self._manifest.columns(frame.labels))
        self.is_refused = False
        self._tally.wall, self._tally.is_sealed, self._tally.threads = self._level, frame.is_sealed, frame.threads
        self._tally.start_ms = (time.monotonic() - self._begun_s) * 1000

    def _take_result(self, frame: Result) -> None:
        columns = self._columns
        if columns is None or not self._under_way or len(frame.rows) != len(self._under_way[0].pieces):
            raise FrameError("a result that does not fit its request")
        if any(len(row.values) not in (0, 4 * columns.width) for row in frame.rows):
            raise FrameError("a result of another width than the model's")
        batch = self._finish_batch(frame.number)
        for piece, row in zip(batch.pieces, frame.rows, strict=True):
            self._workload.settle(piece, row, columns)

    def _finish_batch(self, number: int) -> _Batch:
        if not self._under_way or self._under_way[0].number != number:
            raise FrameError("an answer to something that was not asked")
        now_s = time.monotonic()
        batch = self._under_way.popleft()
        self._tally.batches += 1
        self._tally.busy_ms += (now_s - batch.begun_s) * 1000
        self._tally.silent_since_s = now_s
        if self._under_way:
            self._under_way[0].begun_s = now_s
        return batch
