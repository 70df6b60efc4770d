"""The one function that answers: a question about a screened message, from evidence.

Invariant: it answers about a `Screened` alone, so about nothing that has not been through the gate. What
`questions.question_of` does not know goes to a model that talks, where there is one (`guardian.assistant.talk`), and
never through here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardian.assistant.answer import Answer
from guardian.assistant.benign import benign
from guardian.assistant.change import change
from guardian.assistant.house import House
from guardian.assistant.questions import Question
from guardian.assistant.replying import replies
from guardian.assistant.similar import similar
from guardian.assistant.why import why

if TYPE_CHECKING:
    from guardian.gate import Screened

NEEDS_JOURNAL = frozenset({Question.BENIGN, Question.SIMILAR})
"""The questions for which past messages are looked at."""


def answer(question: Question, screened: Screened, house: House) -> Answer:
    """The answer. Raises JournalError where past messages can't be read, Cancelled."""
    match question:
        case Question.WHY:
            return why(screened.verdict)
        case Question.CHANGE:
            return change(screened.message, screened.verdict, house)
        case Question.BENIGN:
            return benign(screened, house)
        case Question.REPLY:
            return replies(screened.verdict)
        case Question.SIMILAR:
            return similar(screened, house)
