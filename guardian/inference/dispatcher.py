"""The one thread that talks with the model's process: starts it, feeds it, and starts it anew when it fails.

Invariants: every job that comes in is completed, also when this thread fails itself; the process is made by
this thread, which outlives it; nothing is loaded before the parent has approved the file; of the batches under
way only the first can be to blame for a failure, as the process answers in order.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

from guardian.errors import CellError, GuardianError
from guardian.events import CellRestarted, CellStarted, Event, Observer
from guardian.inference.base import EncodingFailure
from guardian.inference.child import CellProcess
from guardian.inference.conversation import Conversation
from guardian.inference.frames import FRAMES, Frame, Load
from guardian.inference.manifest import Manifest
from guardian.inference.packing import FrameError
from guardian.inference.recovery import Recovery
from guardian.inference.register import Tally
from guardian.inference.windows import Job, Piece
from guardian.inference.workload import Workload
from guardian.walls.wall import WallLevel

START_TIMEOUT_S: Final = 60.0
_ROUNDING_S: Final = 0.001


@dataclass(frozen=True, slots=True)
class CellPlan:
    """What is needed to start the model's process."""

    manifest: Manifest
    descriptor: int
    """Of the model's file."""
    load: Load
    command: Sequence[str]
    limit: WallLevel
    """The strongest wall that may be tried."""
    batch_timeout_s: float


class Dispatcher:
    """Starts its thread, and in it the process, at once. Its methods may be called from any other thread."""

    def __init__(self, plan: CellPlan, recovery: Recovery, observer: Observer) -> None:
        self.tally = Tally()
        self.started: Future[None] = Future()
        """Completes when the model runs for the first time; with a GuardianError when it could not be started."""
        self._plan = plan
        self._recovery = recovery
        self._observer = observer
        self._workload = Workload(self.tally)
        self._talk: Conversation | None = None
        self._inbox: deque[tuple[Job, list[Piece]]] = deque()
        self._reason = ""
        self._is_approved = self._is_stopping = self._has_ended = False
        self._lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._wake_out, self._wake_in = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._selector.register(self._wake_out, selectors.EVENT_READ)
        # A daemon, so that a program which forgets to close does not hang at its end; the process dies with it.
        self._thread = threading.Thread(target=self._run, name="guardian-cell", daemon=True)
        self._thread.start()

    def add(self, job: Job, pieces: list[Piece]) -> None:
        """Take a job; its future will complete."""
        with self._lock:
            if not self._has_ended:
                self._inbox.append((job, pieces))
                self._wake()
                return
        self._workload.fail(job, self._down())

    def approve_model(self) -> None:
        """The model's file has the pinned hash: it may be loaded."""
        with self._lock:
            self._is_approved = True
            self._wake()

    def stop(self) -> None:
        """End the process and the thread; what is not judged yet fails. Idempotent."""
        with self._lock:
            self._is_stopping = True
            self._wake()
        self._thread.join()

    def _wake(self) -> None:
        if not self._has_ended:
            with contextlib.suppress(BlockingIOError):  # a full pipe wakes as well
                os.write(self._wake_in, b"\0")

    def _run(self) -> None:
        try:
            while not self._is_stopping:
                self._step()
            self._reason = "guardian is closing"
        except Exception as error:  # whatever it is, nobody may wait for an answer for ever
            self._reason = f"the dispatcher failed ({type(error).__name__}: {error})"
            self.tally.trouble = self._reason
        finally:
            self._workload.give_back(self._bury()[1])
            with self._lock:
                self._has_ended = True
                os.close(self._wake_in)
            self._selector.close()
            os.close(self._wake_out)
            self._refuse_everything()

    def _step(self) -> None:
        """One round: take what came in, send what can be sent, wait for something to happen, and see to it."""
        if self._talk is None and self._is_start_due():
            self._start()
        self._take_inbox()
        if self._talk is not None:
            self._talk.send_batches()
            self._watch_input(self._talk.process)
        elif self._recovery.is_open(time.monotonic()):
            self._workload.fail_all(self._down())
        self._count_waiting()
        for key, _ in self._selector.select(self._wait_s()):
            self._serve(key.fd)
        self._count_waiting()
        if self._talk is not None and time.monotonic() > self._talk.deadline_s(START_TIMEOUT_S):
            limit_s = self._plan.batch_timeout_s if self._talk.is_running else START_TIMEOUT_S
            self._lose("model-timeout", f"the model did not answer within {limit_s:g} s")

    def _count_waiting(self) -> None:
        self.tally.wait_for(self._workload.pieces + (self._talk.pieces if self._talk is not None else 0))

    def _take_inbox(self) -> None:
        while self._inbox:
            self._workload.take(*self._inbox.popleft())

    def _is_wanted(self) -> bool:
        """Whether the process is to run: always, but once the circuit was open only if there is something to do."""
        return not self._recovery.was_open or bool(self._workload or self._inbox)

    def _is_start_due(self) -> bool:
        return self._is_wanted() and not self._recovery.wait_s(time.monotonic())

    def _wait_s(self) -> float | None:
        """How long nothing needs to be done unless something happens; None for ever."""
        now_s = time.monotonic()
        if self._talk is not None:
            deadline_s = self._talk.deadline_s(START_TIMEOUT_S)
            return None if deadline_s == float("inf") else max(0.0, deadline_s - now_s) + _ROUNDING_S
        return self._recovery.wait_s(now_s) if self._is_wanted() else None

    def _start(self) -> None:
        plan = self._plan
        try:
            process = CellProcess(plan.command, plan.limit, plan.descriptor, FRAMES)
        except CellError as error:
            self._give_up(error)
            return
        self.tally.process = process.id
        self._talk = Conversation(process, plan.manifest, plan.batch_timeout_s, self._workload, self.tally)
        for pipe in (process.output, process.errors):
            self._selector.register(pipe, selectors.EVENT_READ)
        self._send_load()

    def _send_load(self) -> None:
        if self._is_approved and self._talk is not None:
            self._talk.send_load(self._plan.load)

    def _serve(self, descriptor: int) -> None:
        """See to a descriptor that is ready."""
        if descriptor == self._wake_out:
            with contextlib.suppress(BlockingIOError):
                os.read(self._wake_out, 4096)
            self._send_load()
            return
        talk = self._talk
        if talk is None:  # lost while an earlier descriptor of this round was served
            return
        if descriptor == talk.process.output:
            self._listen(talk)
        elif descriptor == talk.process.input:
            talk.process.flush()
        elif descriptor == talk.process.errors and not talk.process.read_errors():
            self._selector.unregister(descriptor)

    def _listen(self, talk: Conversation) -> None:
        was_running = talk.is_running
        try:
            for frame in talk.process.read():
                if talk.take(frame):
                    self._recovery.answered()
        except FrameError as error:
            self._lose("model-crashed", f"the model's process spoke nonsense: {error.what}")
        except GuardianError as error:
            if talk.is_refused:
                self._give_up(error)
            else:
                self._lose("model-crashed")
        if talk.is_running and not was_running and self._talk is talk:
            self._announce()

    def _announce(self) -> None:
        """The model runs, for the first time or again."""
        self.tally.is_running = True
        if self.started.done():
            self.tally.restarts += 1
            self._tell(CellRestarted(self.tally.trouble, self.tally.restarts))
        else:
            self.started.set_result(None)
            self._tell(CellStarted(self.tally.wall.value, self.tally.start_ms))

    def _tell(self, event: Event) -> None:
        with contextlib.suppress(Exception):  # an observer that fails must not take the model down with it
            self._observer(event)

    def _watch_input(self, process: CellProcess[Frame]) -> None:
        """Wait for the process's input for as long as something could not be written to it."""
        is_watched = process.input in self._selector.get_map()
        if process.has_unsent and not is_watched:
            self._selector.register(process.input, selectors.EVENT_WRITE)
        elif is_watched and not process.has_unsent:
            self._selector.unregister(process.input)

    def _lose(self, code: str, what: str = "") -> None:
        """The process died, hung or spoke nonsense: bury it, and blame the batch that it worked on."""
        ending, pieces = self._bury()
        self.tally.trouble = what or f"the model's process {ending}"
        now_s = time.monotonic()
        self._recovery.died(now_s)
        if pieces:
            self._workload.blame(pieces, EncodingFailure(code, self.tally.trouble), is_hang=code == "model-timeout")
        if self._recovery.is_open(now_s):
            self._open_circuit(CellError(self.tally.trouble, hint=f"{self._recovery.deaths} times in a row"))

    def _give_up(self, error: GuardianError) -> None:
        """The model cannot run as things are; another try at once would not help."""
        self._workload.give_back(self._bury()[1])
        self.tally.trouble = error.line()
        self._recovery.give_up(time.monotonic())
        self._open_circuit(error)

    def _open_circuit(self, error: GuardianError) -> None:
        self._reason = error.line()
        self._refuse_everything(error)

    def _refuse_everything(self, error: GuardianError | None = None) -> None:
        self.tally.wall = WallLevel.DOWN
        if not self.started.done():
            self.started.set_exception(error or CellError(self._reason))
        self._take_inbox()
        self._workload.fail_all(self._down())
        self._count_waiting()

    def _bury(self) -> tuple[str, list[Piece]]:
        """Kill the process if there is one, and forget it. Returns how it ended, and what it was working on."""
        talk, self._talk = self._talk, None
        if talk is None:
            return "", []
        self.tally.is_running = False
        process = talk.process
        for pipe in (process.input, process.output, process.errors):
            with contextlib.suppress(KeyError):
                self._selector.unregister(pipe)
        ending = process.kill()
        self.tally.process = 0
        self.tally.last_words = process.last_words
        return ending, talk.withdraw()

    def _down(self) -> EncodingFailure:
        return EncodingFailure("model-down", f"the model is not running: {self._reason}")
