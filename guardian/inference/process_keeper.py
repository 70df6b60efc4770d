"""The one thread that looks after a model's process: starts it, minds its pipes, and starts it anew when it fails.

What is asked of the process, and what becomes of it when the process fails, is the business of the two kinds of keeper:
`Dispatcher` has the encoder, `Keeper` a generative model.

Invariants: everything that was handed over is completed, also when this thread fails itself; the process is made by
this thread, which outlives it; the thread sleeps unless there is something to do, whatever a process that was taken
over does with its pipes.
"""

from __future__ import annotations

import contextlib
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar

from guardian.errors import CellError, GuardianError
from guardian.events import CellRestarted, CellStarted, Event, Observer
from guardian.inference.child import CellProcess
from guardian.inference.packing import FrameError
from guardian.inference.pipe_watch import PipeWatch
from guardian.inference.process_tally import ProcessTally
from guardian.inference.recovery import Recovery
from guardian.walls.wall import WallLevel

_ROUNDING_S: Final = 0.001


class OneLife(Protocol):
    """The parent's side of one life of a model's process, as its keeper sees it."""

    @property
    def process(self) -> CellProcess[Any]:
        """The process, which is made in the keeper's thread."""

    @property
    def is_running(self) -> bool:
        """Whether the model is loaded."""

    @property
    def is_refused(self) -> bool:
        """Whether the model could not be loaded, so that another try would end the same."""

    @property
    def lateness(self) -> str:
        """What is to be said of a process that was silent beyond its deadline."""

    def deadline_s(self) -> float:
        """When the process will have been silent for too long, by the monotonic clock."""

    def take(self, frame: Any) -> bool:
        """Take what the process said; True where it answered. Raises FrameError, CellError, ModelError."""


L = TypeVar("L", bound=OneLife)
T = TypeVar("T", bound=ProcessTally)


class ProcessKeeper(ABC, Generic[L, T]):
    """A kind calls `_begin` when it is made. Public methods may be called from any other thread, all others are called
    in the keeper's own."""

    thread_name: ClassVar[str]

    def __init__(self, tally: T, recovery: Recovery, observer: Observer) -> None:
        self.tally = tally
        self.started: Future[None] = Future()
        """Completes when the model runs for the first time; with a GuardianError when it could not be started."""
        self._recovery = recovery
        self._observer = observer
        self._life: L | None = None
        self._reason = ""
        self._is_stopping = self._has_ended = False
        self._lock = threading.Lock()
        self._pipes = PipeWatch()
        # A daemon, so that a program which forgets to close does not hang at its end; the process dies with it.
        self._thread = threading.Thread(target=self._run, name=self.thread_name, daemon=True)

    def stop(self) -> None:
        """End the process and the thread; what is not answered yet fails. Idempotent."""
        self._hand_over(self._set_stopping)
        self._thread.join()

    @abstractmethod
    def _is_asked(self) -> bool:
        """Whether anything was handed over that the process is needed for."""

    @abstractmethod
    def _new_life(self) -> L:
        """Start the process. Raises GuardianError."""

    @abstractmethod
    def _load(self, life: L) -> None:
        """Have the model loaded, if it may be now. Raises GuardianError."""

    @abstractmethod
    def _feed(self, life: L) -> None:
        """Send what can be sent."""

    @abstractmethod
    def _blame(self, life: L, code: str) -> None:
        """The process failed, for the reason in `tally.trouble`: see to what it was working on."""

    @abstractmethod
    def _let_go(self, life: L | None) -> None:
        """The model is given up: fail or give back what it was working on, if it was alive, and free what is held."""

    @abstractmethod
    def _fail_waiting(self) -> None:
        """The model is down: fail what waits for it, for `_reason`."""

    def _note_waiting(self) -> None:
        """Before and behind each rest: a kind may note what waits."""
        return

    def _begin(self) -> None:
        self._thread.start()

    def _hand_over(self, change: Callable[[], None]) -> bool:
        """From any thread: make a change that the keeper's thread is to see, and wake it. False where it has ended, and
        nothing was changed."""
        with self._lock:
            if self._has_ended:
                return False
            change()
            self._pipes.wake()
            return True

    def _set_stopping(self) -> None:
        self._is_stopping = True

    def _run(self) -> None:
        try:
            while not self._is_stopping:
                self._step()
            self._reason = "guardian is closing"
        except Exception as error:  # whatever it is, nobody may wait for an answer for ever
            self._reason = f"the {type(self).__name__.lower()} failed ({type(error).__name__}: {error})"
            self.tally.trouble = self._reason
        finally:
            _, life = self._bury()
            with self._lock:
                self._has_ended = True
                self._pipes.close()
            self._let_go(life)
            self._refuse_everything()

    def _step(self) -> None:
        """One round: send what can be sent, wait for something to happen, and see to it."""
        if self._life is None and self._is_wanted() and not self._recovery.wait_s(time.monotonic()):
            self._start()
        if self._life is not None:
            self._feed(self._life)
        if self._life is None and self._recovery.is_open(time.monotonic()):
            self._fail_waiting()
        self._note_waiting()
        now_s, life = time.monotonic(), self._life
        for pipe in self._pipes.sleep(life.process if life is not None else None, now_s, self._until_s(now_s)):
            self._serve(pipe)
        self._note_waiting()
        self._lose_the_silent()

    def _is_wanted(self) -> bool:
        """Whether the process is to run: always, but once the circuit was open only if there is something to do."""
        return not self._recovery.was_open or self._is_asked()

    def _until_s(self, now_s: float) -> float:
        """Up to when nothing needs to be done unless something happens, by the monotonic clock."""
        if self._is_stopping:
            return now_s
        if self._life is not None:
            return self._life.deadline_s() + _ROUNDING_S
        return now_s + self._recovery.wait_s(now_s) if self._is_wanted() else float("inf")

    def _start(self) -> None:
        try:
            self._life = life = self._new_life()
            self.tally.process = life.process.id
            self._load(life)
        except GuardianError as error:
            if not self._is_stopping:
                self._give_up(error)

    def _serve(self, pipe: int) -> None:
        """See to a pipe of the process that is ready."""
        life = self._life
        if life is None:  # lost while an earlier pipe of this round was served
            return
        if pipe == life.process.output:
            self._listen(life)
        elif pipe == life.process.input:
            life.process.flush()
        else:
            life.process.read_errors()

    def _listen(self, life: L) -> None:
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

    def _announce(self, life: L) -> None:
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

    def _lose_the_silent(self) -> None:
        """Lose a process that is silent beyond its deadline, or that closed its input and stayed."""
        life, now_s = self._life, time.monotonic()
        if life is None:
            return
        if now_s > life.process.gone_s:
            self._lose("model-crashed", "the model's process closed its input")
        elif now_s > life.deadline_s():
            self._lose("model-timeout", life.lateness)

    def _lose(self, code: str, what: str = "") -> None:
        """The process died, hung or spoke nonsense: bury it, and blame what it worked on."""
        ending, life = self._bury()
        self.tally.trouble = what or f"the model's process {ending}"
        now_s = time.monotonic()
        self._recovery.died(now_s)
        if life is not None:
            self._blame(life, code)
        if self._recovery.is_open(now_s):
            error = CellError(self.tally.trouble, hint=f"{self._recovery.deaths} times in a row")
            self._reason = error.line()
            self._refuse_everything(error)

    def _give_up(self, error: GuardianError) -> None:
        """The model cannot run as things are; another try at once would not help."""
        _, life = self._bury()
        self.tally.trouble = self._reason = error.line()
        self._recovery.give_up(time.monotonic())
        self._let_go(life)
        self._refuse_everything(error)

    def _refuse_everything(self, error: GuardianError | None = None) -> None:
        self.tally.wall = WallLevel.DOWN
        if not self.started.done():
            self.started.set_exception(error or CellError(self._reason))
        self._fail_waiting()

    def _bury(self) -> tuple[str, L | None]:
        """Kill the process if there is one, and forget it. Returns how it ended, and the life that is over."""
        life, self._life = self._life, None
        if life is None:
            return "", None
        self.tally.is_running = False
        self._pipes.forget(life.process)
        ending = life.process.kill()
        self.tally.process = 0
        self.tally.last_words = life.process.last_words
        return ending, life
