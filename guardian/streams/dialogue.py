"""The dialogue that an AI is asked to go on: the human's goal, and the turns so far.

A request carries its whole dialogue. What the human first asked for is the goal, against which an answer that gets the
human to act for the AI, or steers slowly, can be seen. The model sees `MAX_CONTEXT_BYTES` of what came before, the
latest first; so goal and turns are cut to fit in it together, or a long last turn would push the goal out of sight.

Invariants: pure; whatever a request holds, nothing is raised and no more than `MOST_TURNS` turns are looked at.

Sources: the requests of the APIs named in `guardian.streams.dialects`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from guardian.reading.context import MAX_CONTEXT_BYTES

MOST_TURNS = 2000
"""Turns of a request that are looked at, the first and the latest ones."""
MOST_GOAL_BYTES = 160
"""Of the goal, its beginning: people say first what they want."""
_CUT = "…"
_LEAST_TURN_BYTES = 24
"""What is left of a turn is worth showing from here on."""
_HUMAN, _ASSISTANT = "User: ", "Assistant: "
_FIELDS = {
    "/v1/chat/completions": ("", "messages"),
    "/v1/completions": ("", "prompt"),
    "/v1/responses": ("instructions", "input"),
    "/api/chat": ("", "messages"),
    "/api/generate": ("system", "prompt"),
}
"""By the path of a request: where its instructions to the AI stand, and where its turns."""
_LABELS = {"user": _HUMAN, "assistant": _ASSISTANT, "model": _ASSISTANT}


@dataclass(frozen=True, slots=True, repr=False)
class Dialogue:
    """What came before an answer."""

    opening: tuple[str, ...] = ()
    """The instructions to the AI, if any, and the human's first turn: the same in every request of one conversation."""
    goal: str = ""
    """The human's first turn; empty where there is none."""
    turns: tuple[str, ...] = ()
    """Each as `User: ...` or `Assistant: ...`, oldest first."""

    def context(self, goal: str | None = None) -> tuple[str, ...]:
        """`Message.context` for the answer: the goal (the owner's own words for it where `goal` gives them), then as
        much of the latest turns as the model sees."""
        wanted = self.goal if goal is None else goal
        is_said = goal is None and len(self.turns) == 1
        first = "" if is_said or not wanted.strip() else _head(_HUMAN + wanted.strip(), MOST_GOAL_BYTES)
        left = MAX_CONTEXT_BYTES - (_size(first) + 1 if first else 0)
        later: list[str] = []
        others = self.turns if goal is not None or is_said else self.turns[self._goal_turns :]
        for turn in reversed(others):
            label, _, said = turn.partition(": ")
            room = left - 1 - _size(label) - 2
            piece = _tail(said, room)
            if room < _LEAST_TURN_BYTES and piece != said:
                break
            later.append(f"{label}: {piece}")
            left -= _size(later[-1]) + 1
            if piece != said:
                break
        return (*((first,) if first else ()), *reversed(later))

    @property
    def _goal_turns(self) -> int:
        """How many turns there are up to the one that says the goal."""
        said = _HUMAN + self.goal
        return self.turns.index(said) + 1 if self.goal and said in self.turns else 0


def read_dialogue(path: str, asked: Mapping[str, Any]) -> Dialogue:
    """The dialogue of a request to `path` with the JSON body `asked`."""
    rows = list(_rows(path, asked))
    said = [(role, text.strip()) for role, text in rows if text.strip()]
    goal = next((text for role, text in said if role == "user"), "")
    instructions = next((text for role, text in said if role in ("system", "developer")), "")
    turns = tuple(_LABELS[role] + text for role, text in said if role in _LABELS)
    return Dialogue(tuple(text for text in (instructions, goal) if text), goal, turns)


def _rows(path: str, asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Role and text of every turn."""
    instructions, turns = _FIELDS.get(path, ("", ""))
    if isinstance(asked.get(instructions), str):
        yield "system", asked[instructions]
    value = asked.get(turns)
    if isinstance(value, str):
        yield "user", value
    elif isinstance(value, list):
        half = MOST_TURNS // 2
        for row in value if len(value) <= MOST_TURNS else [*value[:half], *value[-half:]]:
            yield from _row(row)


def _row(row: Any) -> Iterator[tuple[str, str]]:
    if isinstance(row, str):
        yield "user", row
    elif isinstance(row, dict) and isinstance(row.get("role"), str):
        yield row["role"], _text(row.get("content"))


def _text(content: Any) -> str:
    """The text of a turn that is a string, or a list of parts of which some are text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts = [part.get("text") for part in content if isinstance(part, dict)]
    return "\n".join(text for text in texts if isinstance(text, str))


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _head(text: str, size_bytes: int) -> str:
    if _size(text) <= size_bytes:
        return text
    kept = text.encode("utf-8", "replace")[: size_bytes - len(_CUT.encode())].decode("utf-8", "ignore")
    return (kept.rpartition(" ")[0] or kept) + _CUT


def _tail(text: str, size_bytes: int) -> str:
    if _size(text) <= size_bytes:
        return text
    room = size_bytes - len(_CUT.encode())
    kept = text.encode("utf-8", "replace")[-room:].decode("utf-8", "ignore") if room > 0 else ""
    return _CUT + (kept.partition(" ")[2] or kept)
