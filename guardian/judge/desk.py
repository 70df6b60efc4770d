"""The judge's desk: one language model, one thread, and the messages that wait for its opinion.

Invariants: nobody waits here longer than they said; what comes later is handed on once, to whoever asked for it; the
queue is bounded, and what finds it full is told so at once; whatever befalls the judge (it can't be opened, it breaks,
its canaries fail) is an opinion that says so, or an event, never an error; without a first question, or `start`, there
is neither a thread nor a model.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, Protocol

from guardian.errors import GuardianError, OutputError
from guardian.events import JudgeMended, JudgeProblem, Observer, ignore
from guardian.judge.base import Case, Judge
from guardian.judge.ticket import Opinions, Ticket
from guardian.judge.weighing import Agreed
from guardian.policy.base import Policy

MOST_WAITING: Final = 32
"""Messages that wait for the judge. It takes seconds for one, so who comes behind so many would wait for minutes."""
TRY_AGAIN_S: Final = 60.0
"""After the judge could not be opened, it is tried again no sooner."""
SAVE_EVERY_S: Final = 60.0
"""How often what was measured goes to its file."""
_END_WITHIN_S: Final = 2.0


class MeasuredJudge(Protocol):
    """The judge with what measures it, as `guardian.judge.opening` puts them together. For the desk's thread alone,
    but `close`."""

    @property
    def judge(self) -> Judge:
        """The model."""
        ...

    def settle(self) -> None:
        """Wait until it can answer, or is closed. Raises GuardianError where it can't be used."""
        ...

    def next_round_s(self) -> float:
        """In how many seconds canaries are due; 0 or less: now."""
        ...

    @property
    def is_trusted(self) -> bool:
        """Whether its last canaries were good, so that what it says may weigh anything."""
        ...

    def run_round(self, between: Callable[[], bool]) -> str:
        """Ask what is known. Returns what is wrong with the judge, as the end of a sentence that begins with its name;
        empty where nothing is.

        `between` is called between two canaries; where it says False the round is given up.
        """
        ...

    def agreed(self, agreement: Agreed) -> None:
        """Note how an opinion stood to rules and encoder."""
        ...

    def save(self) -> None:
        """Put what was measured into its file. Raises OutputError."""
        ...

    def close(self) -> None:
        """End the judge's cell; from any thread."""
        ...


class JudgeDesk:
    """Used from any thread. Close it to end the judge's cell."""

    def __init__(
        self,
        open_judge: Callable[[], MeasuredJudge],
        *,
        name: str,
        sha256: str,
        patience_s: float,
        observer: Observer = ignore,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        """`open_judge` makes the judge, in the desk's thread, and raises GuardianError where it can't. `patience_s`:
        how long the judge may work on one message."""
        self.name, self.sha256 = name, sha256
        self._open_judge, self._patience_s, self._observer = open_judge, patience_s, observer
        self._most_waiting = most_waiting
        self._changed = threading.Condition()
        self._waiting: deque[Ticket] = deque()
        self._thread: threading.Thread | None = None
        self._judge: MeasuredJudge | None = None
        self._is_closed = False
        self._trouble: tuple[str, float] | None = None
        self._save_at = 0.0
        self._has_told = False

    # For whoever asks

    def start(self) -> None:
        """Have the judge opened now, for whoever goes on running. Idempotent."""
        with self._changed:
            if self._thread is None and not self._is_closed:
                thread = threading.Thread(target=self._run, name="guardian-judge", daemon=True)
                with suppress(RuntimeError):  # no thread to be had now; the next message tries again
                    thread.start()
                    self._thread = thread

    def ask(self, case: Case, policies: Sequence[Policy]) -> Ticket:
        """Put a message on the desk. Never waits."""
        ticket = Ticket(case, policies)
        with self._changed:
            is_full, is_closed = len(self._waiting) >= self._most_waiting, self._is_closed
            if not is_full and not is_closed:
                self._waiting.append(ticket)
                self._changed.notify_all()
        if is_closed:
            ticket.answer(ticket.refused("judge-down: it has been closed"))
        elif is_full:
            ticket.answer(ticket.refused(f"judge-busy: {self._most_waiting} messages wait for it already"))
        else:
            self.start()
        return ticket

    def opinions(
        self,
        case: Case,
        policies: Sequence[Policy],
        within_s: float,
        late: Callable[[Opinions], None] | None = None,
    ) -> Opinions:
        """The opinions on a message; none where they are not there within `within_s`: then `late` gets them."""
        ticket = self.ask(case, policies)
        found = ticket.wait(within_s)
        if found is None and late is not None:
            ticket.when_late(late)
        return found or ()

    def agreed(self, agreements: Sequence[Agreed]) -> None:
        """Note how opinions stood to rules and encoder."""
        measured = self._judge
        if measured is not None:
            for each in agreements:
                measured.agreed(each)

    def close(self) -> None:
        """End the judge's cell. What waits is dropped: nobody is left to hear of it. Idempotent."""
        with self._changed:
            self._is_closed = True
            self._waiting.clear()
            measured, thread = self._judge, self._thread
            self._changed.notify_all()
        if measured is not None:
            measured.close()
        if thread is not None and thread is not threading.current_thread():
            thread.join(_END_WITHIN_S)

    # The desk's thread

    def _run(self) -> None:
        self._opened()
        while not self._is_closed:
            self._sing_if_due()
            ticket = self._next(self._idle_s())
            if ticket is not None:
                self._serve(ticket)
            self._save_if_due()
        if self._judge is not None:
            with suppress(GuardianError):
                self._judge.save()
            self._judge.close()

    def _opened(self) -> MeasuredJudge | None:
        """The judge; None where it can't be used now."""
        if self._judge is not None or self._is_closed:
            return self._judge
        if self._trouble is not None and time.monotonic() < self._trouble[1]:
            return None
        try:
            self._judge = self._open_judge()
            if self._is_closed:  # whoever closed it found nothing to close
                self._judge.close()
            self._judge.settle()
            self._trouble = None
            if self._judge.is_trusted:
                self._mended()
        except GuardianError as error:
            self._give_up(error.line())
        except Exception as error:  # a defect here must not end the thread that others wait for
            self._give_up(f"internal error ({type(error).__name__})")
        return self._judge

    def _give_up(self, why: str) -> None:
        if self._judge is not None:
            self._judge.close()
        self._judge, self._trouble = None, (why, time.monotonic() + TRY_AGAIN_S)
        if not self._is_closed:
            self._tell(f"can't be used: {why}; verdicts go on without it")

    def _next(self, within_s: float) -> Ticket | None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or bool(self._waiting), within_s)
            return self._waiting.popleft() if self._waiting else None

    def _idle_s(self) -> float:
        """How long to wait for a message before something else is due."""
        return min(max(self._judge.next_round_s(), 0.0), SAVE_EVERY_S) if self._judge is not None else SAVE_EVERY_S

    def _serve(self, ticket: Ticket) -> None:
        measured = self._opened()
        self._sing_if_due()
        if measured is None:
            why = self._trouble[0] if self._trouble is not None else "it has been closed"
            self._hand_over(ticket, ticket.refused(f"judge-down: {why}"))
        else:
            self._give(measured, ticket)

    def _give(self, measured: MeasuredJudge, ticket: Ticket) -> None:
        try:
            opinions = measured.judge.judge(ticket.case, ticket.policies, timeout_s=self._patience_s)
        except Exception as error:  # its promise is to raise nothing; a defect must not end the thread
            opinions = ticket.refused(f"judge-failed: internal error ({type(error).__name__})")
        if not self._is_closed:  # what was cut short by the end is no opinion
            self._hand_over(ticket, opinions)

    def _hand_over(self, ticket: Ticket, opinions: Opinions) -> None:
        try:
            ticket.answer(opinions)
        except Exception as error:  # whoever is told late has defects of their own
            what = f"what your judge {self.name} said late was not taken: internal error ({type(error).__name__})"
            self._observer(JudgeProblem(what))

    def _sing_if_due(self) -> None:
        measured = self._judge
        if measured is None or self._is_closed or measured.next_round_s() > 0:
            return
        try:
            wrong = measured.run_round(self._between_canaries)
        except Exception as error:
            wrong = f"broke over its canaries: internal error ({type(error).__name__})"
        if self._is_closed:
            return
        if wrong:
            self._tell(f"{wrong}; what it says weighs nothing until it knows its canaries again")
        else:
            self._mended()

    def _mended(self) -> None:
        if self._has_told:
            self._has_told = False
            self._observer(JudgeMended(f"your judge {self.name} knows its canaries again"))

    def _tell(self, trouble: str) -> None:
        self._has_told = True
        self._observer(JudgeProblem(f"your judge {self.name} {trouble}"))

    def _between_canaries(self) -> bool:
        """Serve who waits, unless the judge has still to show that it can judge: then they wait for that."""
        if self._judge is not None and self._judge.is_trusted and (ticket := self._next(0.0)) is not None:
            self._give(self._judge, ticket)
        return not self._is_closed

    def _save_if_due(self) -> None:
        measured, now_s = self._judge, time.monotonic()
        if measured is None or now_s < self._save_at:
            return
        self._save_at = now_s + SAVE_EVERY_S
        with suppress(OutputError):  # it keeps what is new, and is tried again
            measured.save()
