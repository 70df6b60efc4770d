"""What a talking model is to the assistant, and what comes out of it once it was judged.

Invariants: whatever a model says is untrusted text until a `Sentence` holds it, and a `Sentence` is made of a
`Screened`: its words are those that the gate judged; what the owner or somebody else wrote is data to a model, never a
part of its frame.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol

from guardian.inference.generative import GenerationFailure
from guardian.outcome import Outcome
from guardian.safe_text import safe_text
from guardian.verdict_words import short_reason

if TYPE_CHECKING:
    from guardian.gate import Screened

TALK_SOURCE: Final = "assistant"
"""`Message.source` of what the assistant says."""
BEYOND: Final = "(goes beyond the evidence)"
NOT_SCREENED: Final = "not-screened"
"""Code of the failure by which an answer ends where there is no gate any more."""
LEFT_OUT: Final = "[\u2026]"
"""Stands where a sentence was left out because it goes beyond the evidence."""


Speech = Generator[str | GenerationFailure, None, None]
"""An answer in pieces; a failure, if there is one, comes last. Closing it ends the model's work."""


_HEADS: Final = {
    Outcome.NOTICE: "notice",
    Outcome.UNSURE: "not fully screened",
    Outcome.UNSCREENED: "not screened",
}


class Role(StrEnum):
    """Who speaks in a turn, by the names that servers have for them."""

    OWNER = "user"
    MODEL = "assistant"


@dataclass(frozen=True, slots=True, repr=False)
class Turn:
    """What one of the two said."""

    role: Role
    words: str


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """What a model is given."""

    system: str
    """Our own words, the same for every conversation."""
    turns: tuple[Turn, ...]
    """Oldest first; the last one is the owner's. Data, all of it."""
    most_tokens: int
    temperature: float


class TalkModel(Protocol):
    """A language model that talks. One question at a time."""

    @property
    def name(self) -> str:
        """What it is called; safe to show."""
        ...

    @property
    def place(self) -> str:
        """Where it runs, in a few safe words."""
        ...

    @property
    def sha256(self) -> str:
        """Of its file; empty where another program holds it."""
        ...

    def wait_ready(self) -> None:
        """Wait until it can answer: its file is checked and loaded, or its server named it. Raises ModelError,
        CellError."""
        ...

    def speak(self, question: Question) -> Speech:
        """The answer."""
        ...

    def stop(self) -> None:
        """Nobody waits for the answer any more: one that its model keeps waiting for ends. From any thread."""
        ...

    def close(self) -> None:
        """End the process behind it."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Sentence:
    """One sentence of an answer, judged: what may be shown of it."""

    screened: Screened
    """The sentence by itself, as the gate judged it."""
    lead: str = ""
    """White space before it: nothing, a space, or line feeds."""
    notice: str = ""
    """Stands for the sentence where that was held back or left out; empty where it passes."""
    beyond: tuple[str, ...] = ()
    """What of it does not stand in the evidence; empty also where there is none to hold it against."""
    is_own: bool = False
    """Whether it is, word for word, a sentence of Guardian's own."""

    @property
    def words(self) -> str:
        """What is shown: the sentence, or what stands for it. Safe for a terminal."""
        return self.notice or safe_text(self.screened.message.raw.decode("utf-8", "replace"))

    @property
    def mark(self) -> str:
        """What is said behind it; empty for a sentence that was judged whole, and holds to the evidence."""
        if self.notice or self.is_own:
            return ""
        verdict = self.screened.verdict
        marks = [BEYOND] if self.beyond else []
        if verdict.outcome in _HEADS:
            marks.append(f"({_HEADS[verdict.outcome]}: {short_reason(verdict)})")
        return " ".join(marks)

    @property
    def shown(self) -> str:
        """White space, words and mark."""
        return f"{self.lead}{self.words}{' ' if self.mark else ''}{self.mark}"

    def to_json(self) -> dict[str, Any]:
        """The sentence as JSON values."""
        return {
            "say": self.words,
            "outcome": self.screened.verdict.outcome.value,
            "passed": not self.notice,
            "beyond": list(self.beyond),
        }


@dataclass(frozen=True, slots=True, repr=False)
class Ended:
    """The end of an answer."""

    whole: Screened | None = None
    """All that the model said, as it was judged and recorded; None where it said nothing."""
    notes: tuple[str, ...] = field(default=())
    """What is to be told of the answer, in safe lines."""
    failure: GenerationFailure | None = None
    """Why it is not whole."""
    held: int = 0
    """Sentences that were flagged, and held back."""

    @property
    def outcome(self) -> Outcome | None:
        """Flagged where a sentence was, else that of the whole; unscreened where the gate ended before it, None where
        there is nothing."""
        if self.held:
            return Outcome.FLAGGED
        if self.failure is not None and self.failure.code == NOT_SCREENED:
            return Outcome.UNSCREENED
        return self.whole.verdict.outcome if self.whole is not None else None


def shown_words(sentences: Sequence[Sentence]) -> str:
    """An answer as its owner saw it."""
    return "".join(sentence.shown for sentence in sentences).strip()
