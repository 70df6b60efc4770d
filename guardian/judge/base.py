"""What a judge is to the rest of the house: policies and a message go in, opinions come out.

Invariants: an opinion may raise what is said of a message, or turn `flagged` to `unsure` where the owner allows that;
it never clears (`guardian.judge.weighing` holds it to that). A judge never raises an error for a text; what it could
not answer is an opinion with its failure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from guardian.message import Channel
from guardian.policy.base import Policy, When

__all__ = ["Answered", "Case", "Judge", "Label", "Opinion", "When"]


class Label(StrEnum):
    """What a judge may answer."""

    YES = "yes"
    """The policy asks to flag such a message."""
    NO = "no"
    UNSURE = "unsure"
    """It can't tell, or could not be asked."""


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """One message as the judge is shown it."""

    text: str
    """What the message says: its visible text. Untrusted."""
    channel: Channel
    turns: tuple[str, ...] = ()
    """Earlier turns of its conversation, oldest first. Untrusted."""
    goal: str = ""
    """What the owner asked an AI for, where that is known."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One of the four questions to an AI's output."""

    question: str
    """`asks`, `called-for`, `who-gains`, `pressure`."""
    label: Label
    quote: str
    """Words of the message, verbatim; empty where there were none that held."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the judge says of one message under one policy."""

    policy: str
    """Id."""
    label: Label
    is_sure: bool = False
    """Whether margin, order and canaries bear it out: by the register, not by the model's word."""
    margin: float = 0.0
    """Between the likeliest label and the next, in nats."""
    entropy: float = 0.0
    """Of the labels alone, in nats."""
    windows: int = 1
    """Parts in which the message was shown; the label is that of the worst."""
    order_flips: int = 0
    """Times that another order of the labels gave another answer."""
    is_truncated: bool = False
    elapsed_ms: float = 0.0
    failure: str = ""
    """Code and sentence where it could not be asked; the label is then `unsure`."""
    answers: tuple[Answered, ...] = field(default=())
    """The four questions, where the policy looks for `proxy_agency` and the message is an AI's."""

    def to_json(self) -> dict[str, Any]:
        """The opinion as it stands in a verdict's JSON and in the journal."""
        return {
            "policy": self.policy,
            "label": self.label.value,
            "sure": self.is_sure,
            "margin": round(self.margin, 4),
            "entropy": round(self.entropy, 4),
            "windows": self.windows,
            "order_flips": self.order_flips,
            "truncated": self.is_truncated,
            "elapsed_ms": round(self.elapsed_ms, 1),
            **({"failure": self.failure} if self.failure else {}),
            **(
                {"answers": [{"question": a.question, "label": a.label.value, "quote": a.quote} for a in self.answers]}
                if self.answers
                else {}
            ),
        }


class Judge(Protocol):
    """A language model that gives opinions. Used from one thread."""

    @property
    def name(self) -> str:
        """The owner's name for the model."""
        ...

    @property
    def sha256(self) -> str:
        """Of the model's file."""
        ...

    def judge(self, case: Case, policies: Sequence[Policy], *, timeout_s: float) -> tuple[Opinion, ...]:
        """One opinion a policy, in order. Takes at most about `timeout_s` in all; what was not reached says so."""
        ...

    def close(self) -> None:
        """End the model's cell."""
        ...
