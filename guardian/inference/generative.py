"""What a generative model of the owner's is to the rest of the house: a prompt goes in, numbers or text come out.

Invariants: a generator never raises for a text; what it could not do is a `GenerationFailure` with its reason. Only
segments that are a frame's own become control tokens. Times and counts are taken by the parent, and every number about
a label comes from the logits, never from what a model says about itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, repr=False)
class Segment:
    """A run of text that is tokenised by itself."""

    text: str
    is_control: bool = False
    """Whether it belongs to our own frame, so that its special token strings become control tokens. Never true for
    anything that somebody else wrote, the owner's policies included."""


@dataclass(frozen=True, slots=True, repr=False)
class Prompt:
    """What a model is given, in two parts."""

    fixed: tuple[Segment, ...]
    """The same for all messages of one policy: evaluated once, and kept for the next message."""
    data: tuple[Segment, ...]
    """The fenced message, and what closes the frame."""


@dataclass(frozen=True, slots=True)
class Scored:
    """How likely each label is as the next token."""

    logits: tuple[float, ...]
    """Natural log of each label's probability over the whole vocabulary, in the order asked."""
    entropy: float
    """Of the whole next-token distribution, in nats."""
    tokens: int
    """Of the whole prompt."""
    reused_tokens: int
    """Of these, how many stood evaluated from a question before."""
    elapsed_ms: float
    """From submission to answer, by the parent's clock."""


@dataclass(frozen=True, slots=True)
class GenerationFailure:
    """Why there is no answer."""

    code: str
    """`model-crashed`, `model-timeout`, `model-down`, `too-long`, `bad-label` (not one token in this vocabulary),
    `bad-numbers` (NaN or infinite logits), `model-refused`."""
    say: str
    """One plain sentence."""


class Generator(Protocol):
    """The parent's side of a generative model in its cell. May be used from any thread; one question at a time."""

    @property
    def wall(self) -> str:
        """Level of the cell, as its own self-test measured it: netns, seccomp, none, or down."""
        ...

    @property
    def context_tokens(self) -> int:
        """Longest prompt with its answer."""
        ...

    def count_tokens(self, text: str, *, timeout_s: float) -> int | GenerationFailure:
        """Tokens of a text as data (no specials)."""
        ...

    def score(self, prompt: Prompt, labels: Sequence[str], *, timeout_s: float) -> Scored | GenerationFailure:
        """How likely each label is as the next token. A label must be one token of this vocabulary."""
        ...

    def speak(
        self,
        prompt: Prompt,
        *,
        most_tokens: int,
        timeout_s: float,
        stop: Sequence[str] = (),
        temperature: float = 0.0,
        seed: int = 0,
    ) -> Iterator[str | GenerationFailure]:
        """The answer as it is written, in pieces of text; a failure, if there is one, comes last. Control tokens are
        never part of the text. Closing the iterator ends the answer. Temperature 0 takes the likeliest token."""
        ...

    def close(self) -> None:
        """End the child and free what it holds."""
        ...
