"""Work at the desk: an answer about what was screened, from the core.

Invariants: the running model's bench is used and no second cell is opened; a journal that is locked or missing keeps no
other answer away.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message as AppMessage

from guardian.assistant.questions import Question
from guardian.errors import JournalError
from guardian.safe_text import safe_line
from tui.desk import Job

if TYPE_CHECKING:
    from guardian.assistant.answer import Answer
    from guardian.assistant.past import Memory
    from guardian.gate import Screened
    from guardian.journal.journal import Journal
    from tui.app import GuardianApp


@dataclass(repr=False)
class AnswerFound(AppMessage):
    """What can be said to a question."""

    number: int
    """Of the text that was asked about."""
    answer: Answer


@dataclass(repr=False)
class AnswerProgress(AppMessage):
    """How far the work on an answer is."""

    number: int
    done: int
    total: int


@dataclass(frozen=True, slots=True, repr=False)
class Asking:
    """One question about one screened text."""

    number: int
    question: Question
    screened: Screened


class AnswerWork:
    """Answers questions, and keeps what it learned of recorded messages while the app runs."""

    def __init__(self, app: GuardianApp) -> None:
        self._app = app
        self._memory: Memory | None = None

    def do(self, asking: Asking, job: Job) -> AppMessage | None:
        """The answer; None where nobody waits for it any more. Raises CellError while there is no model."""
        from guardian.assistant.assistant import NEEDS_JOURNAL, answer  # here: behind them stands the whole house
        from guardian.assistant.house import Cancelled, House
        from guardian.assistant.past import Memory

        parts = self._app.bridge.assembled
        if self._memory is None:
            self._memory = Memory()
        with self._journal(wanted=asking.question in NEEDS_JOURNAL) as (journal, why_not):
            house = House(
                parts.bench,
                parts.gate.policies,
                journal,
                why_not,
                self._memory,
                lambda: job.is_cancelled,
                lambda done, total: job.post(AnswerProgress(asking.number, done, total)),
            )
            try:
                return AnswerFound(asking.number, answer(asking.question, asking.screened, house))
            except Cancelled:
                return None

    @contextmanager
    def _journal(self, *, wanted: bool) -> Iterator[tuple[Journal | None, str]]:
        """The journal, unlocked; or None, and why."""
        records = self._app.records
        if records is None or not wanted:
            yield None, "this run leaves the journal alone"
            return
        with ExitStack() as stack:
            journal, why_not = None, ""
            try:
                journal = stack.enter_context(records.journal())
            except JournalError as error:
                why_not = safe_line(error.line())
            yield journal, why_not
