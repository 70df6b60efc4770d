"""The judge's desk: one language model, one thread, and the messages that wait for its opinion.

Invariants: nobody waits here longer than they said; what comes later is handed on once, to whoever asked for it; the
queue is bounded, and what finds it full is told so at once; whatever befalls the judge (it can't be opened, it breaks,
its canaries fail) is an opinion that says so, or an event, never an error; what is not answered when the desk is closed
is told to be lost; without a first question, or `start`, there is neither a thread nor a model.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from guardian.errors import GuardianError
from guardian.events import Event, JudgeMended, JudgeProblem, Observer, ignore
from guardian.judge.base import Case
from guardian.judge.measured import MeasuredJudge
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
_SINGING: Final = "over its canaries"
_WEIGHS_NOTHING: Final = "what it says weighs nothing"


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
        self._in_hand: Ticket | None = None
        self._doing = "before it began"
        self._goes_on = False
        self._trouble: tuple[str, float] | None = None
        self._save_at = 0.0
        self._told = ""

    # For whoever asks

    def start(self) -> None:
        """Have the judge opened now, for whoever goes on running. Idempotent."""
        self._goes_on = True
        self._begin()

    def _begin(self) -> None:
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
            self._begin()
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
        """End the judge's cell. What waits is dropped, and that is told. Idempotent."""
        with self._changed:
            self._is_closed = True
            lost = len(self._waiting) + (self._in_hand is not None)
            self._waiting.clear()
            self._in_hand = None
            measured, thread, doing = self._judge, self._thread, self._doing
            self._changed.notify_all()
        if lost:
            self._tell_lost(lost, doing)
        if measured is not None:
            measured.close()
        if thread is not None and thread is not threading.current_thread():
            thread.join(_END_WITHIN_S)

    def _tell_lost(self, lost: int, doing: str) -> None:
        messages = "1 message" if lost == 1 else f"{lost} messages"
        how = "" if self._goes_on else " (guardian serve keeps it ready)"
        self._note(
            JudgeProblem(f"your judge {self.name} was ended {doing}: what it would say of {messages} is lost{how}")
        )

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
        self._doing = "while its model was loading"
        try:
            self._judge = self._open_judge()
            if self._is_closed:  # whoever closed it found nothing to close
                self._judge.close()
            self._judge.settle()
            self._trouble = None
            if not (why_not := self._judge.why_not):
                self._mended()
            elif self._judge.next_round_s() > 0:  # another program has found that
                self._tell(f"can't be trusted now ({why_not}); {_WEIGHS_NOTHING}")
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
            if not self._waiting:
                return None
            self._in_hand = self._waiting.popleft()
            return self._in_hand

    def _idle_s(self) -> float:
        """How long to wait for a message before something else is due."""
        return min(max(self._judge.next_round_s(), 0.0), SAVE_EVERY_S) if self._judge is not None else SAVE_EVERY_S

    def _serve(self, ticket: Ticket) -> None:
        measured = self._opened()
        if measured is not None and measured.why_not:  # who waits for one that is trusted need not wait for canaries
            self._sing_if_due()
        if measured is None:
            why = self._trouble[0] if self._trouble is not None else "it has been closed"
            self._hand_over(ticket, ticket.refused(f"judge-down: {why}"))
        else:
            self._give(measured, ticket)

    def _give(self, measured: MeasuredJudge, ticket: Ticket) -> None:
        self._doing = "at work"
        try:
            opinions = measured.judge.judge(ticket.case, ticket.policies, timeout_s=self._patience_s)
        except Exception as error:  # its promise is to raise nothing; a defect must not end the thread
            opinions = ticket.refused(f"judge-failed: internal error ({type(error).__name__})")
        self._hand_over(ticket, opinions)

    def _hand_over(self, ticket: Ticket, opinions: Opinions) -> None:
        with self._changed:
            if self._is_closed:  # what was cut short by the end is no opinion
                return
            self._in_hand = None
        try:
            ticket.answer(opinions)
        except Exception as error:  # whoever is told late has defects of their own
            what = f"what your judge {self.name} said late was not taken: internal error ({type(error).__name__})"
            self._note(JudgeProblem(what))

    def _sing_if_due(self) -> None:
        measured = self._judge
        if measured is None or self._is_closed or measured.next_round_s() > 0:
            return
        self._doing = _SINGING
        try:
            wrong = measured.run_round(self._between_canaries)
        except Exception as error:
            wrong = f"broke over its canaries: internal error ({type(error).__name__})"
        if self._is_closed:
            return
        if wrong:
            self._tell(f"{wrong}; {_WEIGHS_NOTHING} until it knows its canaries again")
        else:
            self._mended()

    def _mended(self) -> None:
        if self._told:
            self._told = ""
            self._note(JudgeMended(f"your judge {self.name} knows its canaries again"))

    def _tell(self, trouble: str) -> None:
        if trouble != self._told:  # the same is found every five minutes
            self._told = trouble
            self._note(JudgeProblem(f"your judge {self.name} {trouble}"))

    def _note(self, event: Event) -> None:
        with suppress(Exception):  # an observer that can't be told must not end the thread that others wait for
            self._observer(event)

    def _between_canaries(self) -> bool:
        """Serve who waits, unless the judge has still to show that it can judge: then they wait for that."""
        if self._judge is not None and not self._judge.why_not and (ticket := self._next(0.0)) is not None:
            self._give(self._judge, ticket)
            self._doing = _SINGING
        return not self._is_closed

    def _save_if_due(self) -> None:
        measured, now_s = self._judge, time.monotonic()
        if measured is None or now_s < self._save_at:
            return
        self._save_at = now_s + SAVE_EVERY_S
        with suppress(Exception):  # it keeps what is new, and is tried again
            measured.save()
