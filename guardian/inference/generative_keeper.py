"""The one thread that looks after a generative model's process: starts it, asks it, and starts it anew when it fails.

Invariants: every question that comes in is completed, also when this thread fails itself; one is under way at a time;
the process is made by this thread, which outlives it; nothing is loaded before the file was checked and hashed, and
nothing is asked once the kernel has noted a change of it. A model that is merely slow gives up by itself at its time
limit; one that does not is killed a little later.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import threading
import time
from collections import deque
from concurrent.futures import Future

from guardian.errors import CellError, GuardianError
from guardian.events import CellRestarted, CellStarted, Event, Observer
from guardian.inference.child import CellProcess
from guardian.inference.generative import GenerationFailure
from guardian.inference.generative_file import HeldModelFile
from guardian.inference.generative_frames import GENERATIVE_FRAMES
from guardian.inference.generative_life import KeeperPlan, Life, Question
from guardian.inference.generative_register import GenerativeTally
from guardian.inference.packing import FrameError
from guardian.inference.recovery import Recovery
from guardian.walls.wall import WallLevel

_ROUNDING_S = 0.001


class Keeper:
    """Starts its thread, and in it the process, at once. Its methods may be called from any other thread."""

    def __init__(self, plan: KeeperPlan, recovery: Recovery, observer: Observer) -> None:
        self.tally = GenerativeTally(context_tokens=plan.context_tokens)
        self.endings = b""
        """One byte per token: 1 where it ends an answer. Empty before the model ran."""
        self.started: Future[None] = Future()
        """Completes when the model runs for the first time; with a GuardianError when it could not be started."""
        self._plan = plan
        self._recovery = recovery
        self._observer = observer
        self._file: HeldModelFile | None = None
        self._life: Life | None = None
        self._waiting: deque[Question] = deque()
        self._reason = ""
        self._is_stopping = self._has_ended = False
        self._lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._wake_out, self._wake_in = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._selector.register(self._wake_out, selectors.EVENT_READ)
        # A daemon, so that a program which forgets to close does not hang at its end; the process dies with it.
        self._thread = threading.Thread(target=self._run, name="guardian-generative-cell", daemon=True)
        self._thread.start()

    def ask(self, question: Question) -> None:
        """Take a question; its answer will come."""
        with self._lock:
            if not self._has_ended:
                self._waiting.append(question)
                self._wake()
                return
        question.complete(self._down())

    def stop(self) -> None:
        """End the process and the thread; what is not answered yet fails. Idempotent."""
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
            self._reason = f"the keeper failed ({type(error).__name__}: {error})"
            self.tally.trouble = self._reason
        finally:
            _, asked = self._bury()
            with self._lock:
                self._has_ended = True
                os.close(self._wake_in)
            self._selector.close()
            os.close(self._wake_out)
            self._drop_file()
            if asked is not None:
                asked.complete(self._down())
            self._refuse_everything()

    def _step(self) -> None:
        """One round: ask what can be asked, wait for something to happen, and see to it."""
        if self._life is None and self._is_wanted() and not self._recovery.wait_s(time.monotonic()):
            self._start()
        if self._life is not None:
            self._ask_next(self._life)
        if self._life is not None:
            self._watch_input(self._life)
        elif self._recovery.is_open(time.monotonic()):
            self._fail_waiting()
        for key, _ in self._selector.select(self._wait_s()):
            self._serve(key.fd)
        if self._life is not None and time.monotonic() > self._life.deadline_s():
            self._lose("model-timeout", "the model did not answer in time")

    def _is_wanted(self) -> bool:
        """Whether the process is to run: always, but once the circuit was open only if there is something to do."""
        return not self._recovery.was_open or bool(self._waiting)

    def _wait_s(self) -> float | None:
        """How long nothing needs to be done unless something happens; None for ever."""
        now_s = time.monotonic()
        if self._is_stopping:
            return 0.0
        if self._life is not None:
            deadline_s = self._life.deadline_s()
            return None if deadline_s == float("inf") else max(0.0, deadline_s - now_s) + _ROUNDING_S
        return self._recovery.wait_s(now_s) if self._is_wanted() else None

    def _ask_next(self, life: Life) -> None:
        """Send the next question, where the process is free and the file is still the one that was checked."""
        while life.is_running and life.asked is None and self._waiting:
            question = self._waiting.popleft()
            if question.answer.done() or question.deadline_s <= time.monotonic():
                question.complete(GenerationFailure("model-timeout", "the model was busy with another question"))
                continue
            if self._file is not None and not self._file.is_unchanged():
                self._waiting.appendleft(question)
                self._check_anew()
                return
            life.send(question)

    def _check_anew(self) -> None:
        """The kernel has noted a change of the file, if only of its name: it is opened and hashed again."""
        self._bury()
        self._drop_file()
        self.tally.trouble = "the model's file was changed while it was in use, so it was checked anew"

    def _start(self) -> None:
        """Start the process, and have the file checked while it comes up."""
        plan = self._plan
        try:
            if self._file is not None and not self._file.is_unchanged():
                self._drop_file()
            if self._file is None:
                self._file = HeldModelFile(plan.path, plan.sha256, plan.size_bytes)
            process = CellProcess(plan.command, plan.limit, self._file.descriptor, GENERATIVE_FRAMES)
            self.tally.process = process.id
            self._life = Life(process, self._file, plan, self.tally)
            for pipe in (process.output, process.errors):
                self._selector.register(pipe, selectors.EVENT_READ)
            if not self._file.is_verified:
                self._file.verify(lambda: self._is_stopping)
            self._life.send_load()
        except GuardianError as error:
            if not self._is_stopping:
                self._give_up(error)

    def _serve(self, descriptor: int) -> None:
        """See to a descriptor that is ready."""
        if descriptor == self._wake_out:
            with contextlib.suppress(BlockingIOError):
                os.read(self._wake_out, 4096)
            return
        life = self._life
        if life is None:  # lost while an earlier descriptor of this round was served
            return
        if descriptor == life.process.output:
            self._listen(life)
        elif descriptor == life.process.input:
            life.process.flush()
        elif descriptor == life.process.errors and not life.process.read_errors():
            self._selector.unregister(descriptor)

    def _listen(self, life: Life) -> None:
        was_running = life.is_running
        try:
            for frame in life.process.read():
                if life.take(frame):
                    self._recovery.answered()
        except FrameError as error:
            self._lose("model-crashed", f"the model's process spoke nonsense: {error.what}")
        except GuardianError as error:
            if life.is_refused:
                self._give_up(error)
            else:
                self._lose("model-crashed")
        if life.is_running and not was_running and self._life is life:
            self._announce(life)

    def _announce(self, life: Life) -> None:
        """The model runs, for the first time or again."""
        self.endings = life.endings
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

    def _watch_input(self, life: Life) -> None:
        """Wait for the process's input for as long as something could not be written to it."""
        pipe = life.process.input
        is_watched = pipe in self._selector.get_map()
        if life.process.has_unsent and not is_watched:
            self._selector.register(pipe, selectors.EVENT_WRITE)
        elif is_watched and not life.process.has_unsent:
            self._selector.unregister(pipe)

    def _lose(self, code: str, what: str = "") -> None:
        """The process died, hung or spoke nonsense: bury it; what it was asked fails."""
        ending, asked = self._bury()
        self.tally.trouble = what or f"the model's process {ending}"
        self.tally.deaths += 1
        now_s = time.monotonic()
        self._recovery.died(now_s)
        if asked is not None:
            asked.complete(GenerationFailure(code, self.tally.trouble))
        if self._recovery.is_open(now_s):
            self._open_circuit(CellError(self.tally.trouble, hint=f"{self._recovery.deaths} times in a row"))

    def _give_up(self, error: GuardianError) -> None:
        """The model cannot run as things are; another try at once would not help."""
        _, asked = self._bury()
        self._drop_file()
        self.tally.trouble = error.line()
        self._recovery.give_up(time.monotonic())
        self._reason = error.line()
        if asked is not None:
            asked.complete(self._down())
        self._open_circuit(error)

    def _open_circuit(self, error: GuardianError) -> None:
        self._reason = error.line()
        self._refuse_everything(error)

    def _refuse_everything(self, error: GuardianError | None = None) -> None:
        self.tally.wall = WallLevel.DOWN
        if not self.started.done():
            self.started.set_exception(error or CellError(self._reason))
        self._fail_waiting()

    def _fail_waiting(self) -> None:
        while self._waiting:
            self._waiting.popleft().complete(self._down())

    def _bury(self) -> tuple[str, Question | None]:
        """Kill the process if there is one, and forget it. Returns how it ended, and what it was asked."""
        life, self._life = self._life, None
        if life is None:
            return "", None
        self.tally.is_running = False
        process = life.process
        for pipe in (process.input, process.output, process.errors):
            with contextlib.suppress(KeyError):
                self._selector.unregister(pipe)
        ending = process.kill()
        self.tally.process = 0
        self.tally.last_words = process.last_words
        return ending, life.asked

    def _drop_file(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None

    def _down(self) -> GenerationFailure:
        return GenerationFailure("model-down", f"the model is not running: {self._reason}")
