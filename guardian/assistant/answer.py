"""An answer: a few lines, each with what it rests on.

Invariants: every line is safe for a terminal, and one line; what a line says is Guardian's own sentence, a verbatim
quote, or the owner's own words, and its kind says which; no line is generated.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from guardian.assistant.questions import Question
from guardian.safe_text import safe_line

JSON_VERSION: Final = 1
QUOTE_CHARACTERS: Final = 240
"""Longest quote."""


class Kind(StrEnum):
    """What a line is."""

    SAY = "say"
    """A sentence of Guardian's."""
    QUOTE = "quote"
    """Words of the message."""
    REPLY = "reply"
    """What the owner could answer, to be copied."""
    COMMAND = "command"
    """What the owner could run, to be copied."""
    PAST = "past"
    """A recorded message, to be opened."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an answer."""

    say: str
    """Safe for a terminal."""
    rests_on: str
    """The evidence, in a few words; safe for a terminal."""
    kind: Kind = Kind.SAY
    seq: int | None = None
    """Number of the recorded message."""

    def to_json(self) -> dict[str, Any]:
        """The line as JSON values."""
        return {"kind": self.kind.value, "say": self.say, "rests_on": self.rests_on, "seq": self.seq}


@dataclass(frozen=True, slots=True)
class Answer:
    """What can be said to one question."""

    question: Question
    lines: tuple[Line, ...]

    def to_json(self) -> dict[str, Any]:
        """The answer as JSON values."""
        return {
            "v": JSON_VERSION,
            "question": self.question.value,
            "lines": [line.to_json() for line in self.lines],
        }


def said(words: str, rests_on: str) -> Line:
    """A sentence of Guardian's."""
    return Line(safe_line(words), safe_line(rests_on))


def quoted(words: str, rests_on: str) -> Line:
    """Words of the message."""
    return Line(f"\u201c{safe_line(words, QUOTE_CHARACTERS)}\u201d", safe_line(rests_on), Kind.QUOTE)


def command(words: str, rests_on: str) -> Line:
    """What the owner could run."""
    return Line(safe_line(words), safe_line(rests_on), Kind.COMMAND)
