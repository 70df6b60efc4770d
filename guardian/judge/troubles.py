"""What one round of canaries can find wrong with a judge, by name.

Invariant: a judge with any of these is not trusted until a round finds none.
"""

from __future__ import annotations

from enum import StrEnum


class Trouble(StrEnum):
    """One thing that makes opinions worthless."""

    DEAD = "dead"
    SLOW = "slow"
    NO_ROOM = "no-room"
    WRONG_FORMAT = "wrong-format"
    BAD_NUMBERS = "bad-numbers"
    ALWAYS_YES = "always-yes"
    ALWAYS_NO = "always-no"
    NEVER_DECIDES = "never-decides"
    OFTEN_WRONG = "often-wrong"

    @property
    def words(self) -> str:
        """What it means, as the end of `The judge ...`."""
        return _WORDS[self]


_WORDS = {
    Trouble.DEAD: "is dead: its process ends, or gives no answer",
    Trouble.SLOW: "is too slow: its answers do not come within the time that a message may keep it at work",
    Trouble.NO_ROOM: "has no room: policy and question do not fit into its context (judge.context_tokens, or what the "
    "model was made for)",
    Trouble.WRONG_FORMAT: "answers in the wrong form: what it is about to say is none of the answers it was given",
    Trouble.BAD_NUMBERS: "computes no numbers: its logits are NaN or infinite, as those of a damaged file are",
    Trouble.ALWAYS_YES: "says yes to everything, harmless messages too",
    Trouble.ALWAYS_NO: "says no to everything, plain manipulation too",
    Trouble.NEVER_DECIDES: "says that it can't tell, whatever it is shown",
    Trouble.OFTEN_WRONG: "is wrong too often where the answer is plain",
}
