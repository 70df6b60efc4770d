"""The one thread that talks with the model's process: starts it, feeds it, and recovers when it fails.

A text over which the process dies, hangs or refuses costs its own message and no other. The windows of the batch
in question become suspects and are tried once more, each alone; what kills the process alone, or hangs it
alone, is the poison: its message fails, and its SHA-256 is remembered, so that it is refused from then on.
(Trying singly costs one more death per poison; halving a batch of 32 would cost five.) So a window is in at
most two deaths, and nothing loops.

Invariants: every job that comes in is completed, also when this thread fails itself; the process is made by
this thread, which outlives it; of two batches under way only the first can be to blame, as answers come in order.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import selectors
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

from guardian.errors import CellError, GuardianError
from guardian.events import CellRestarted, CellStarted, Event, Observer
from guardian.inference.base import EncodingFailure
from guardian.inference.child import CellProcess
from guardian.inference.frames import (
    PROTOCOL,
    Frame,
    FrameError,
    Hello,
    Load,
    Loaded,
    Refusal,
    Request,
    Result,
)
from guardian.inference.manifest import Manifest
from guardian.inference.recovery import Recovery
from guardian.inference.register import Tally
from guardian.inference.wall import WallLevel
from guardian.inference.windows import Columns, Job, Piece

BATCH_WINDOWS: Final = 32
BATCH_BYTES: Final = 16 * 1024
"""About 4,000 tokens, so that a batch takes well under its deadline even on a slow machine."""
_UNDER_WAY: Final = 2
"""Batches sent before the first is answered, so that the model never waits for the parent."""
_START_TIMEOUT_S: Final = 60.0
_POISONS_KEPT: Final = 4096


@dataclass(slots=True)
class Batch:
    """Pieces that were sent together."""

    number: int
    pieces: list[Piece]
    sent_s: float
    """When it was sent, or when it became the first under way: from then on the model works on it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a dispatcher needs to know to start the model's process."""

    manifest: Manifest
    descriptor: int
    """Of the model's file."""
    load: Load
    command: Sequence[str]
    limit: WallLevel
    batch_timeout_s: float


@dataclass(slots=True)
class _Life:
    """One life of the process."""

    process: CellProcess
    started_s: float
    level: WallLevel | None = None
    """None until it said hello."""
    columns: Columns | None = None
    """None until its model was loaded."""
    is_load_sent: bool = False
    under_way: deque[Batch] = field(default_factory=deque)


class Dispatcher:
    """See the module. `start` it once; `add`, `approve_model` and `stop` may be called from any thread."""

    def __init__(self, cell: Cell, recovery: Recovery, observer: Observer) -> None:
        self.tally = Tally()
        self.started: Future[None] = Future()
        """Completes when the model runs for the first time, or with a CellError when it could not be started."""
        self._cell = cell
        self._recovery = recovery
        self._observer = observer
        self._life: _Life | None = None
        self._inbox: deque[tuple[Job, list[Piece]]] = deque()
        self._waiting: deque[Piece] = deque()
        self._suspects: deque[Piece] = deque()
        self._poisons: OrderedDict[bytes, EncodingFailure] = OrderedDict()
        self._number = 0
        self._reason = ""
        self._is_approved = self._is_stopping = self._has_ended = False
        self._lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._wake_out, self._wake_in = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._selector.register(self._wake_out, selectors.EVENT_READ)
        # A daemon, so that an owner's program which forgot to close does not hang; the child dies with it.
        self._thread = threading.Thread(target=self._run, name="guardian-cell", daemon=True)
        self._thread.start()

    # Called from any thread.

    def add(self, job: Job, pieces: list[Piece]) -> None:
        """Take a job; its future will complete."""
        with self._lock:
            if not self._has_ended:
                self._inbox.append((job, pieces))
                self._wake()
                return
        self._fail(job, "model-down", self._down())

    def approve_model(self) -> None:
        """The model's file has the pinned hash: it may be loaded."""
        self._is_approved = True
        with self._lock:
            self._wake()

    def stop(self) -> None:
        """End the process and the thread; what is not judged yet fails. Idempotent."""
        self._is_stopping = True
        with self._lock:
            self._wake()
        self._thread.join()

    def _wake(self) -> None:
        if not self._has_ended:
            with contextlib.suppress(BlockingIOError):  # full means that it will wake up anyhow
                os.write(self._wake_in, b"\0")

    # The thread.

    def _run(self) -> None:
        try:
            self._start()
            while not self._is_stopping:
                self._step()
            self._reason = "guardian is closing"
        except Exception as error:  # whatever it is, jobs must not wait for ever
            self._reason = f"the dispatcher failed ({type(error).__name__})"
        finally:
            self._end()

    def _end(self) -> None:
        self._bury()
        self.tally.wall = WallLevel.DOWN
        with self._lock:
            self._has_ended = True
            os.close(self._wake_in)
        self._selector.close()
        os.close(self._wake_out)
        self._fail_everything()

    def _step(self) -> None:
        self._take_inbox()
        now_s = time.monotonic()
        if self._life is None:
            self._start_if_due(now_s)
        elif self._life.columns is not None:
            self._send_batches(self._life)
        for key, _ in self._selector.select(self._timeout_s()):
            self._serve(key.fd)
        if self._life is not None and time.monotonic() > self._deadline_s(self._life):
            self._lose("model-timeout", f"did not answer within {self._cell.batch_timeout_s:g} s")

    def _take_inbox(self) -> None:
        with contextlib.suppress(IndexError):
            while True:
                job, pieces = self._inbox.popleft()
                poison = self._known_poison(pieces)
                if poison is not None:
                    self._fail(job, poison.code, poison.say)
                else:
                    self._waiting.extend(pieces)

    def _start_if_due(self, now_s: float) -> None:
        if self._recovery.is_open(now_s):
            self._fail_everything()
            return
        is_wanted = bool(self._waiting or self._suspects) or not self._recovery.was_open
        if is_wanted and not self._recovery.wait_s(now_s):
            self._start()

    def _start(self) -> None:
        try:
            process = CellProcess(self._cell.command, self._cell.limit, self._cell.descriptor)
        except CellError as error:
            self._give_up(error)
            return
        self._life = _Life(process, time.monotonic())
        self.tally.process = process.id
        for pipe in (process.output, process.errors):
            self._selector.register(pipe, selectors.EVENT_READ)
        self._send_load(self._life)

    def _send_load(self, life: _Life) -> None:
        if self._is_approved and not life.is_load_sent:
            life.is_load_sent = True
            life.process.send(self._cell.load)

    def _serve(self, descriptor: int) -> None:
        """Do what a ready descriptor asks for."""
        if descriptor == self._wake_out:
            with contextlib.suppress(BlockingIOError):
                os.read(self._wake_out, 4096)
            if self._life is not None:
                self._send_load(self._life)
            return
        life = self._life
        if life is None:  # lost while an earlier event of this round was served
            return
        if descriptor == life.process.errors:
            if not life.process.read_errors():
                self._selector.unregister(descriptor)
        elif descriptor == life.process.input:
            life.process.flush()
            self._watch_input(life)
        elif descriptor == life.process.output:
            self._read(life)

    def _read(self, life: _Life) -> None:
        try:
            for frame in life.process.read():
                self._take(life, frame)
                if self._life is not life:
                    return
        except FrameError as error:
            self._lose("model-crashed", f"answered with something that is no answer: {error.what}")
        except CellError:
            self._lose("model-crashed", "")

    def _take(self, life: _Life, frame: Frame) -> None:
        if isinstance(frame, Hello):
            if frame.protocol != PROTOCOL or life.level is not None or frame.wall not in set(WallLevel):
                raise FrameError("hello out of place")
            life.level = WallLevel(frame.wall)
            self.tally.probes = frame.probes
        elif isinstance(frame, Loaded):
            self._take_loaded(life, frame)
        elif isinstance(frame, Result):
            self._take_result(life, frame)
        elif isinstance(frame, Refusal):
            self._take_refusal(life, frame)

    def _take_loaded(self, life: _Life, frame: Loaded) -> None:
        if life.level is None or not life.is_load_sent or life.columns is not None:
            raise FrameError("loaded out of place")
        try:
            life.columns = Columns(len(frame.labels), *self._cell.manifest.columns(frame.labels))
        except GuardianError as error:
            self._give_up(error)
            return
        tally = self.tally
        tally.wall, tally.is_sealed, tally.threads = life.level, frame.is_sealed, frame.threads
        tally.start_ms = (time.monotonic() - life.started_s) * 1000
        if self.started.done():
            tally.restarts += 1
            self._tell(CellRestarted(tally.trouble, tally.restarts))
        else:
            self._tell(CellStarted(life.level.value, tally.start_ms))
            self.started.set_result(None)

    def _take_result(self, life: _Life, frame: Result) -> None:
        if not life.under_way or life.columns is None:
            raise FrameError("a result that nobody asked for")
        batch = life.under_way[0]
        width = 4 * life.columns.width
        fits = all(len(row.values) in (0, width) for row in frame.rows)
        if frame.number != batch.number or len(frame.rows) != len(batch.pieces) or not fits:
            raise FrameError("a result that does not fit its request")
        self._finish_batch(life)
        self._recovery.answered()
        for piece, row in zip(batch.pieces, frame.rows, strict=True):
            if row.values:
                self._count(piece, row.tokens, row.unknown)
                piece.job.add(piece, row, life.columns)
                self._count_job(piece.job)
            else:
                self._divide(piece)

    def _take_refusal(self, life: _Life, frame: Refusal) -> None:
        if frame.number == 0:
            self._give_up(CellError(frame.say, hint=frame.hint))
            return
        if not life.under_way or frame.number != life.under_way[0].number:
            raise FrameError("a refusal that does not fit its request")
        batch = life.under_way[0]
        self._finish_batch(life)
        self._blame(batch, EncodingFailure("model-refused", f"the model refused this text: {frame.say}"))

    def _finish_batch(self, life: _Life) -> None:
        now_s = time.monotonic()
        batch = life.under_way.popleft()
        self.tally.batches += 1
        self.tally.busy_ms += (now_s - batch.sent_s) * 1000
        if life.under_way:
            life.under_way[0].sent_s = now_s

    # Sending.

    def _send_batches(self, life: _Life) -> None:
        while len(life.under_way) < _UNDER_WAY and (pieces := self._next_pieces()):
            self._number = self._number % 0xFFFFFFFF + 1
            life.under_way.append(Batch(self._number, pieces, time.monotonic()))
            life.process.send(Request(self._number, tuple(piece.text for piece in pieces)))
        self._watch_input(life)

    def _next_pieces(self) -> list[Piece]:
        """The pieces of the next batch: one suspect, or as many others as fit; of unfinished jobs only."""
        while self._suspects:
            suspect = self._suspects.popleft()
            if not suspect.job.is_done:
                return [suspect]
        pieces: list[Piece] = []
        size_bytes = 0
        while self._waiting and len(pieces) < BATCH_WINDOWS:
            piece = self._waiting[0]
            size_bytes += len(piece.text)
            if pieces and size_bytes > BATCH_BYTES:
                break
            self._waiting.popleft()
            if not piece.job.is_done:
                pieces.append(piece)
        return pieces

    def _watch_input(self, life: _Life) -> None:
        """Watch the child's input for as long as something could not be written to it."""
        is_watched = life.process.input in self._selector.get_map()
        if life.process.has_unsent and not is_watched:
            self._selector.register(life.process.input, selectors.EVENT_WRITE)
        elif is_watched and not life.process.has_unsent:
            self._selector.unregister(life.process.input)

    def _divide(self, piece: Piece) -> None:
        halves = piece.halves()
        if halves is None:
            self._fail(piece.job, "too-long", "a part of the text is too long for the model and cannot be divided")
            return
        if not piece.is_part:
            self.tally.windows_divided += 1
        piece.job.missing += 1
        self._waiting.extendleft(reversed(halves))

    # Trouble.

    def _lose(self, code: str, what: str) -> None:
        """The process died, hung or spoke nonsense: bury it, blame the batch that it worked on."""
        life = self._life
        if life is None:
            return
        ending = self._bury()
        self.tally.trouble = what or ending
        self._recovery.died(time.monotonic())
        batches = list(life.under_way)
        for batch in reversed(batches[1:]):
            (self._suspects if batch.pieces[0].is_suspect else self._waiting).extendleft(reversed(batch.pieces))
        if batches:
            what = what or f"the model's process was {ending}"
            say = what if code == "model-crashed" else f"the model {what}"
            self._blame(batches[0], EncodingFailure(code, say), is_hang=code == "model-timeout")
        if self._recovery.is_open(time.monotonic()):
            self._close_circuit(f"it failed {self._recovery.deaths} times in a row: {self.tally.trouble}")

    def _give_up(self, error: GuardianError) -> None:
        """The model cannot run as things are; trying again at once would not help."""
        self._bury()
        self.tally.trouble = error.line()
        self._recovery.give_up(time.monotonic())
        self._close_circuit(error.line(), error)

    def _close_circuit(self, reason: str, error: GuardianError | None = None) -> None:
        self._reason = reason
        self.tally.wall = WallLevel.DOWN
        if not self.started.done():
            what = error if error is not None else CellError(f"the model's process does not start: {reason}")
            self.started.set_exception(what)
        self._fail_everything()

    def _bury(self) -> str:
        """Kill the process if there is one, and forget it. Returns how it had ended."""
        life, self._life = self._life, None
        if life is None:
            return ""
        process = life.process
        for pipe in (process.input, process.output, process.errors):
            with contextlib.suppress(KeyError):
                self._selector.unregister(pipe)
        ending = process.kill()
        self.tally.process = 0
        self.tally.last_words = process.last_words
        return ending

    def _blame(self, batch: Batch, failure: EncodingFailure, *, is_hang: bool = False) -> None:
        """Try the pieces of a failed batch alone; or, if it was alone already, fail its message and remember it."""
        pieces = [piece for piece in batch.pieces if not piece.job.is_done]
        if len(batch.pieces) == 1 and (is_hang or batch.pieces[0].is_suspect):
            for piece in pieces:
                self._poisons[_digest(piece)] = failure
                self._fail(piece.job, failure.code, failure.say)
            while len(self._poisons) > _POISONS_KEPT:
                self._poisons.popitem(last=False)
            return
        for piece in pieces:
            piece.is_suspect = True
        self._suspects.extend(pieces)

    def _known_poison(self, pieces: Iterable[Piece]) -> EncodingFailure | None:
        if not self._poisons:
            return None
        return next((found for piece in pieces if (found := self._poisons.get(_digest(piece)))), None)

    def _fail_everything(self) -> None:
        life = self._life
        batches = list(life.under_way) if life is not None else []
        held = [piece for batch in batches for piece in batch.pieces] + [*self._suspects, *self._waiting]
        self._suspects.clear()
        self._waiting.clear()
        jobs = [piece.job for piece in held]
        with contextlib.suppress(IndexError):
            while True:
                jobs.append(self._inbox.popleft()[0])
        for job in jobs:
            self._fail(job, "model-down", self._down())

    def _fail(self, job: Job, code: str, say: str) -> None:
        if not job.is_done:
            self.tally.failures[code] += 1
            job.fail(code, say)

    def _down(self) -> str:
        return f"the model is not running: {self._reason}" if self._reason else "the model is not running"

    def _count(self, piece: Piece, tokens: int, unknown: int) -> None:
        self.tally.tokens += tokens
        self.tally.unknown_tokens += unknown

    def _count_job(self, job: Job) -> None:
        if job.is_done:
            self.tally.messages += 1
            self.tally.windows += len(job.rows)

    def _tell(self, event: Event) -> None:
        with contextlib.suppress(Exception):  # an observer that fails must not take the model down with it
            self._observer(event)

    # Time.

    def _deadline_s(self, life: _Life) -> float:
        """When the process has been silent for too long."""
        if life.columns is None:
            return life.started_s + _START_TIMEOUT_S if life.is_load_sent else float("inf")
        return life.under_way[0].sent_s + self._cell.batch_timeout_s if life.under_way else float("inf")

    def _timeout_s(self) -> float | None:
        """How long to wait for something to happen; None for ever."""
        now_s = time.monotonic()
        if self._life is not None:
            deadline_s = self._deadline_s(self._life)
            return None if deadline_s == float("inf") else max(0.0, deadline_s - now_s) + 0.001
        is_wanted = bool(self._waiting or self._suspects) or not self._recovery.was_open
        return self._recovery.wait_s(now_s) if is_wanted else None


def _digest(piece: Piece) -> bytes:
    return hashlib.sha256(piece.text).digest()
