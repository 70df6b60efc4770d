"""What the assistant and its speaking process say to each other: frames of `guardian.service.frames` on two pipes.

To the process: `{"server": url}` once, then `{"list": true, "number": n}`, `{"say": {...}, "number": n}` (a `Request`)
and `{"stop": n}`. From it: `{"walls": {...}}` once, then for each number pieces `{"answer": n, "piece": text}` and one
end: `{"answer": n, "end": "whole" | "cut"}`, `{"answer": n, "models": [...]}`, or `{"answer": n, "problem": code,
"say": line}`.

Invariants: both ends hold what comes against limits before they keep it; no word of the server's stands in a problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

MOST_PIECE_CHARACTERS: Final = 16_384
"""Of one frame; a longer piece goes in several."""
MOST_ANSWER_CHARACTERS: Final = 65_536
"""Longest answer, whatever was asked for."""
CHARACTERS_A_TOKEN: Final = 16
"""No tokenizer says more in one token on average: a server that sends more than this many for each token that was
asked for does not stop by itself."""
MOST_MODELS: Final = 200
STILL_THINKING: Final = "the model was still thinking when its answer had to end (see assistant.most_tokens)"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may take, in seconds."""

    first_s: float = 120.0
    """For a sign of life before the first word: a server may have to load its model, and models think."""
    idle_s: float = 60.0
    """For one behind it."""
    answer_s: float = 600.0
    """For the whole answer."""


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """One question to the server."""

    model: str
    messages: tuple[tuple[str, str], ...]
    """Role (`system`, `user`, `assistant`) and words, oldest first."""
    most_tokens: int
    temperature: float
    patience: Patience = field(default=Patience())

    @property
    def most_characters(self) -> int:
        """Of the answer."""
        return min(MOST_ANSWER_CHARACTERS, self.most_tokens * CHARACTERS_A_TOKEN)

    def to_json(self) -> dict[str, Any]:
        """As it stands in a frame."""
        return {
            "model": self.model,
            "messages": [list(each) for each in self.messages],
            "most_tokens": self.most_tokens,
            "temperature": self.temperature,
            "patience": asdict(self.patience),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Request:
        """What `to_json` wrote, by the parent. Raises KeyError, TypeError, ValueError."""
        messages = tuple((str(role), str(words)) for role, words in row["messages"])
        tokens, temperature = int(row["most_tokens"]), float(row["temperature"])
        return cls(str(row["model"]), messages, tokens, temperature, Patience(**row["patience"]))
