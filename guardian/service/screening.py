"""The service's one thread that drives the gate.

Invariants: every question that is taken is answered or refused, once, whatever happens; a question that breaks the gate
is refused alone, and those that were taken with it are asked again; the lock is held while the gate works and at no
other time; nothing that watches can delay an answer.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from guardian.errors import GuardianError
from guardian.gate import Screened
from guardian.message import Message
from guardian.service.answering import answer_bytes, refusal_bytes
from guardian.service.errors import RefusalCode
from guardian.service.frames import FrameTooBigError
from guardian.service.turns import Question, Turns

if TYPE_CHECKING:
    from guardian.assembly import Assembled

Supply = Callable[[], "Assembled"]
"""The gate to judge the next message by. Raises GuardianError where there is none."""
Deliver = Callable[[Question, bytes, bool], None]
"""Sends an answer, or (True) a refusal, to whoever asked."""


class Screening:
    """Takes questions in turn until there will be no more."""

    def __init__(
        self,
        turns: Turns,
        supply: Supply,
        deliver: Deliver,
        tell: Callable[[Screened], None],
        lock: AbstractContextManager[object],
        batch: int,
        notices: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """`lock` is entered while the gate is used, for whoever shares it; `tell` is called behind each answer; what
        `notices` gives goes with the next answer."""
        self._turns, self._supply, self._deliver, self._tell = turns, supply, deliver, tell
        self._lock, self._batch, self._notices = lock, batch, notices
        self.assembled: Assembled | None = None
        """What the last message was judged with."""
        self._thread = threading.Thread(target=self._run, name="guardian-screening", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end, which comes when the turns are closed and all are served. False where it did not come."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (first := self._turns.wait()) is not None:
            taken: deque[Question] = deque()
            try:
                self._screen(first, taken)
            except GuardianError as error:
                for question in taken:
                    self._refuse(question, RefusalCode.SETTINGS, error.what, error.hint)
            except Exception:
                self._one_by_one(taken)

    def _screen(self, first: Question, taken: deque[Question]) -> None:
        """Screen `first` and what waits besides; `taken` holds what was taken and has no answer yet."""
        taken.append(first)
        with self._lock:
            self.assembled = self._supply()
            self.assembled.gate.tell_late(self._tell)
            for screened in self.assembled.gate.screen_all(self._messages(first, taken)):
                self._answer(taken.popleft(), screened)

    def _messages(self, first: Question, taken: deque[Question]) -> Iterator[Message]:
        yield first.message
        for _ in range(self._batch - 1):
            question = self._turns.take()
            if question is None:
                return
            taken.append(question)
            yield question.message

    def _one_by_one(self, taken: deque[Question]) -> None:
        """Something failed that never should; whose message it was is seen by asking again."""
        while taken:
            question = taken.popleft()
            try:
                with self._lock:
                    self._answer(question, self._supply().gate.screen(question.message))
            except GuardianError as error:
                self._refuse(question, RefusalCode.SETTINGS, error.what, error.hint)
            except Exception as error:
                self._refuse(question, RefusalCode.FAILED, f"internal error ({type(error).__name__})")

    def _answer(self, question: Question, screened: Screened) -> None:
        try:
            notices = () if question.message.draft else self._notices()  # what comes with a draft is shown to nobody
            data = answer_bytes(screened, all_policies=question.all_policies, notices=notices)
        except FrameTooBigError as error:
            self._refuse(question, RefusalCode.TOO_BIG, str(error))
        except Exception as error:
            self._refuse(question, RefusalCode.FAILED, f"internal error ({type(error).__name__})")
        else:
            self._deliver(question, data, False)
        self._tell(screened)

    def _refuse(self, question: Question, code: RefusalCode, say: str, hint: str = "") -> None:
        self._deliver(question, refusal_bytes(code, say, hint), True)
