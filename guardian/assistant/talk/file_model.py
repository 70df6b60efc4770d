"""A talking model in this house: a GGUF of the owner's in a cell of its own, behind the walls of the judge's.

Invariants: what anybody said, the owner included, becomes data tokens; only `guardian.judge.prompt_frames` makes tokens
of control.
"""

from __future__ import annotations

from typing import Final

from guardian.added_models.shelf import AddedModel
from guardian.assistant.talk.base import Question, Role, Speech
from guardian.assistant.talk.prompt import CHARACTERS_A_TOKEN, turns_within
from guardian.inference.generative import Prompt
from guardian.inference.generative_cell import GenerativeCell
from guardian.judge.prompt_frame import PromptFrame, Turn
from guardian.safe_text import safe_line

ANSWER_S: Final = 600.0
"""For a whole answer, on a slow machine."""
START_S: Final = 600.0
"""For a large file to be hashed and loaded from a slow disk."""
_MOST_CUTS: Final = 4
_TOKENS_ROUND_A_TURN: Final = 8
"""Control tokens and line feeds that a frame puts round it, at most."""
_LESS: Final = 0.9
"""Of what the count allows: shorter text is not cut as evenly."""


class FileModel:
    """A `TalkModel` over a cell, which is closed with this."""

    def __init__(self, model: AddedModel, frame: PromptFrame, cell: GenerativeCell) -> None:
        self._model, self._frame, self._cell = model, frame, cell

    @property
    def name(self) -> str:
        """The owner's name for it."""
        return safe_line(self._model.name)

    @property
    def place(self) -> str:
        """Which wall stands round it."""
        return f"a file of yours, in a process without a network (wall: {self._cell.wall})"

    @property
    def sha256(self) -> str:
        """Of its file."""
        return self._model.sha256

    def wait_ready(self) -> None:
        """Wait for the cell. Raises ModelError, CellError."""
        self._cell.wait_started(START_S)

    def speak(self, question: Question) -> Speech:
        """The answer in pieces; earlier turns that do not fit with it are left out."""
        most_tokens = min(question.most_tokens, max(self._cell.context_tokens // 2, 1))
        prompt = self._fitting(question, self._cell.context_tokens - most_tokens)
        yield from self._cell.speak(
            prompt, most_tokens=most_tokens, timeout_s=ANSWER_S, stop=(), temperature=question.temperature
        )

    def _fitting(self, question: Question, most_tokens: int) -> Prompt:
        """The conversation, with as many turns as fit. How many characters a token holds depends on the language and on
        the vocabulary: where it is fewer than usual, what was cut is counted and cut again."""
        room = most_tokens * CHARACTERS_A_TOKEN - len(question.system)
        for _ in range(_MOST_CUTS):
            turns = turns_within(question.turns, room)
            said = [Turn(turn.words, is_assistant=turn.role is Role.MODEL) for turn in turns]
            prompt = self._frame.conversation(question.system, said)
            words = "".join(segment.text for segment in (*prompt.fixed, *prompt.data) if not segment.is_control)
            count = self._cell.count_tokens(words)
            left = most_tokens - _TOKENS_ROUND_A_TURN * (len(turns) + 1)
            if not isinstance(count, int) or count <= left:
                break  # it fits, or the process is gone, which it says itself
            room = int(room * left / count * _LESS)
        return prompt

    def stop(self) -> None:
        """Nothing: each token is asked for, and no other one will be."""

    def close(self) -> None:
        """End the cell."""
        self._cell.close()
