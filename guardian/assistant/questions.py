"""What can be asked about a verdict, and the owner's words for it.

Invariants: deterministic; a question is only taken for one of these where a phrase of the table stands in it, whole
words and in order; what fits none, or two equally well, is not guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Question(StrEnum):
    """The five that can be answered."""

    WHY = "why"
    CHANGE = "change"
    BENIGN = "benign"
    REPLY = "reply"
    SIMILAR = "similar"


WORDS: Final[Mapping[Question, str]] = MappingProxyType(
    {
        Question.WHY: "why?",
        Question.CHANGE: "what would change it?",
        Question.BENIGN: "is there a benign reading?",
        Question.REPLY: "what could I answer?",
        Question.SIMILAR: "have I seen this before?",
    }
)
"""Each question in full."""

CANNOT: Final = (
    "I can't answer that: no language model talks here, and I answer from what was measured alone. "
    "To have one: guardian model add FILE, then guardian model use NAME --as assistant."
)
"""To whatever else is asked, where no model of the owner's could be asked."""

LONGEST_CHARACTERS: Final = 300
"""Of a question; what stands behind is not looked at."""

_PHRASES: Final[Mapping[Question, tuple[str, ...]]] = MappingProxyType(
    {
        Question.WHY: (
            *("why", "why flagged", "why did", "why is", "why was", "why do you", "what for", "how come"),
            *("reason", "reasons", "explain", "what is wrong", "what's wrong", "whats wrong", "which policy"),
            *("which words", "what tactic", "which tactic", "how sure", "what did you find", "what makes you"),
            *("what is the problem", "how far over", "what score", "which score", "on what grounds"),
        ),
        Question.CHANGE: (
            *("change", "what would change", "what must change", "would have to change", "what if", "without"),
            *("leave out", "left out", "leaving out", "take out", "different verdict", "which sentence"),
            *("which sentences", "what tips", "threshold", "mute", "exception", "allow this sender", "let through"),
            *("stop flagging", "not be flagged", "make it clean", "make it pass", "smallest change"),
        ),
        Question.BENIGN: (
            *("benign", "benign reading", "harmless", "innocent", "honest", "honest reading", "meant well"),
            *("well meant", "good faith", "false alarm", "false positive", "legitimate", "legit", "genuine"),
            *("is it real", "is this real", "could it be real", "could this be real", "is it fine", "is this fine"),
            *("is it ok", "is this ok", "is it okay", "is this okay", "is it safe", "is this safe", "could be fine"),
            *("wrong about", "mistaken", "other reading", "another reading", "how can i check", "how do i check"),
            *("how can i tell", "how do i tell", "what speaks for it", "can i trust", "should i trust"),
        ),
        Question.REPLY: (
            *("answer", "reply", "respond", "response", "write back", "what could i answer", "what can i answer"),
            *("what should i answer", "how do i answer", "what could i say", "what can i say", "what should i say"),
            *("what do i say", "tell them", "tell him", "tell her", "say no", "how do i say no", "what to say"),
            *("how to answer", "how to reply", "what do i write", "what could i write", "tell the assistant"),
        ),
        Question.SIMILAR: (
            *("similar", "seen before", "seen this before", "seen it before", "had this before", "had it before"),
            *("got this before", "like this before", "something like this", "others like", "more like this"),
            *("same sender", "this sender before", "the sender before", "wrote before", "written before"),
            *("past ones", "earlier ones", "before now", "same campaign", "again", "happened before", "known sender"),
        ),
    }
)
"""How the questions are put. A longer phrase counts for more than a shorter one."""

_NOT_A_WORD: Final = re.compile(r"[^\w']+")


def question_of(words: str) -> Question | None:
    """The question that the owner's words put; None where they put none of these, or two equally."""
    said = f" {_plain(words[:LONGEST_CHARACTERS])} "
    fits = {
        question: max((len(phrase.split()) for phrase in phrases if f" {phrase} " in said), default=0)
        for question, phrases in _PHRASES.items()
    }
    best = max(fits.values())
    winners = [question for question, fit in fits.items() if fit == best]
    if best == 1 and len(winners) == 2 and Question.WHY in winners:
        winners.remove(Question.WHY)  # "why is it harmless?" asks for the harmless reading
    return winners[0] if best and len(winners) == 1 else None


def what_can_be_asked() -> str:
    """One line that lists the questions."""
    return "you can ask: " + "  ".join(WORDS.values())


def _plain(words: str) -> str:
    """Lower case, one space between words, straight apostrophes, no punctuation."""
    return _NOT_A_WORD.sub(" ", words.casefold().replace("\u2019", "'")).strip()
