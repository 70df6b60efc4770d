"""The keeper of a generative model's process: asks it one question at a time.

Invariants: those of `process_keeper`; nothing is loaded before the file was checked and hashed, and nothing is asked
once the kernel has noted a change of it. A model that is merely slow gives up by itself at its time limit; one that
does not is killed a little later.
"""

from __future__ import annotations

import time
from collections import deque

from guardian.events import Observer
from guardian.inference.child import CellProcess
from guardian.inference.generative import GenerationFailure
from guardian.inference.generative_file import HeldModelFile
from guardian.inference.generative_frames import GENERATIVE_FRAMES
from guardian.inference.generative_life import KeeperPlan, Life, Question
from guardian.inference.generative_register import GenerativeTally
from guardian.inference.process_keeper import ProcessKeeper
from guardian.inference.recovery import Recovery


class Keeper(ProcessKeeper[Life, GenerativeTally]):
    """Starts its thread, and in it the process, at once. Its public methods may be called from any other thread."""

    thread_name = "guardian-generative-cell"

    def __init__(self, plan: KeeperPlan, recovery: Recovery, observer: Observer) -> None:
        super().__init__(GenerativeTally(context_tokens=plan.context_tokens), recovery, observer)
        self.endings = b""
        """One byte per token: 1 where it ends an answer. Empty before the model ran."""
        self._plan = plan
        self._file: HeldModelFile | None = None
        self._waiting: deque[Question] = deque()
        self._begin()

    def ask(self, question: Question) -> None:
        """Take a question; its answer will come."""
        if not self._hand_over(lambda: self._waiting.append(question)):
            question.complete(self._down())

    def _is_asked(self) -> bool:
        return bool(self._waiting)

    def _new_life(self) -> Life:
        plan = self._plan
        if self._file is not None and not self._file.is_unchanged():
            self._drop_file()
        if self._file is None:
            self._file = HeldModelFile(plan.path, plan.sha256, plan.size_bytes)
        process = CellProcess(plan.command, plan.limit, self._file.descriptor, GENERATIVE_FRAMES)
        return Life(process, self._file, plan, self.tally)

    def _load(self, life: Life) -> None:
        """Have the file checked, while the process comes up, and then loaded."""
        if self._file is not None and not self._file.is_verified:
            self._file.verify(lambda: self._is_stopping)
        life.send_load()

    def _feed(self, life: Life) -> None:
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

    def _announce(self, life: Life) -> None:
        self.endings = life.endings
        super()._announce(life)

    def _blame(self, life: Life, code: str) -> None:
        self.tally.deaths += 1
        if life.asked is not None:
            life.asked.complete(GenerationFailure(code, self.tally.trouble))

    def _let_go(self, life: Life | None) -> None:
        self._drop_file()
        if life is not None and life.asked is not None:
            life.asked.complete(self._down())

    def _fail_waiting(self) -> None:
        while self._waiting:
            self._waiting.popleft().complete(self._down())

    def _drop_file(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None

    def _down(self) -> GenerationFailure:
        return GenerationFailure("model-down", f"the model is not running: {self._reason}")
