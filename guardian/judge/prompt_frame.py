"""What a prompt frame is: our own control strings round a text, for one family of language models.

Invariants: only what a frame itself holds becomes control segments; whatever is passed to it is data, segment flags
included. A frame is data: nothing of a model's file is run, its chat template least of all. The fixed part of a prompt
is the same for all messages of one policy, so that the engine may keep it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from guardian.inference.generative import Prompt, Segment


class Shape(StrEnum):
    """How the question is put inside the frame; `guardian.judge.question` writes it."""

    INSTRUCT = "instruct"
    """In sentences of our own, for a model made to follow instructions."""
    LLAMA_GUARD = "llama-guard"
    GRANITE_GUARDIAN = "granite-guardian"
    SHIELDGEMMA = "shieldgemma"
    QWEN3GUARD = "qwen3guard"


@dataclass(frozen=True, slots=True)
class LabelWords:
    """Words by which a family answers. Of each, every spelling that is one token of the vocabulary counts."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    unsure: tuple[str, ...]
    """Alternatives, best first: the first that is one token is the one that is asked for. Empty where the family has
    no word for it."""


OWN_WORDS: Final = LabelWords(("yes",), ("no",), ("unsure", "maybe", "unknown"))
"""For all that follow instructions. `maybe` is one token at the start of an answer in every vocabulary of llama.cpp's
own tests, `unsure` in few."""


@dataclass(frozen=True, slots=True, repr=False)
class Turn:
    """One turn of a conversation."""

    text: str
    is_assistant: bool = False


@dataclass(frozen=True, slots=True)
class PromptFrame:
    """The control strings of one family, and how its answer begins."""

    id: str
    title: str
    """The family, in words for the owner."""
    source: str
    """The page that documents it."""
    controls: tuple[str, ...]
    """Every string that must be one special token of the vocabulary, else the frame does not fit."""
    start: str = ""
    """Before everything: the vocabulary's start of a text, where the family wants one."""
    system_open: str = ""
    """Empty where the family has no system turn: the system's words then begin the owner's first turn."""
    system_close: str = ""
    user_open: str = ""
    user_close: str = ""
    assistant_open: str = ""
    assistant_close: str = ""
    thinking_closed: str = ""
    """Behind the last `assistant_open`, so that the next token is the answer of a model that would think first."""
    label_start: str = ""
    """Behind that, before a label: what the family writes in front of it."""
    data_open: str = ""
    """Round the message alone, where the family marks it by control strings."""
    data_close: str = ""
    is_policy_last: bool = False
    """Whether it was trained on the policy behind the message."""
    shape: Shape = Shape.INSTRUCT
    labels: LabelWords = OWN_WORDS

    @property
    def can_converse(self) -> bool:
        """Whether such a model was made to talk: a guard was made to say one word."""
        return self.shape is Shape.INSTRUCT

    def prompt(self, system_fixed: str, fixed: str, data: Sequence[Segment], closing: str = "") -> Prompt:
        """A question. `system_fixed` and `fixed` are the policy's; `data` is the fenced message, whose segments become
        data whatever they say; `closing` is the question again, behind the data. The next token is the answer."""
        ending = (
            Segment(self.data_close, is_control=True),
            *((Segment(fixed),) if self.is_policy_last else ()),
            Segment(closing),
            Segment(self._answer_opening + self.label_start, is_control=True),
        )
        beginning = (
            *self._system(system_fixed),
            *(() if self.is_policy_last else (Segment(fixed),)),
        )
        message = (Segment(self.data_open, is_control=True), *_as_data(data))
        return Prompt(_filled(beginning), _filled((*message, *ending)))

    def conversation(self, system: str, turns: Sequence[Turn]) -> Prompt:
        """A conversation that the assistant is to go on with: the system's words as the fixed part, the turns as data.

        Raises ValueError where the last turn is not the owner's.
        """
        if not turns or turns[-1].is_assistant:
            raise ValueError("a conversation that is to be answered ends with a turn of the owner's")
        segments: list[Segment] = []
        for place, turn in enumerate(turns):
            opening, closing = self._marks(turn)
            if place:  # the first turn is opened by the fixed part, which may have to put the system's words into it
                segments.append(Segment(opening, is_control=True))
            segments += [Segment(turn.text), Segment(closing, is_control=True)]
        segments[-1:] = [Segment(self._answer_opening, is_control=True)]
        return Prompt(_filled(self._system(system)), _filled(segments))

    def overhead(self) -> str:
        """All that it puts round a question, to be counted."""
        empty = self.prompt("", "", ())
        return "".join(segment.text for segment in (*empty.fixed, *empty.data))

    @property
    def _answer_opening(self) -> str:
        return self.user_close + self.assistant_open + self.thinking_closed

    def _system(self, words: str) -> tuple[Segment, ...]:
        """From the start of the prompt into the owner's first turn."""
        if self.system_open:
            return (
                Segment(self.start + self.system_open, is_control=True),
                Segment(words),
                Segment(self.system_close + self.user_open, is_control=True),
            )
        return (Segment(self.start + self.user_open, is_control=True), Segment(words + "\n\n" if words else ""))

    def _marks(self, turn: Turn) -> tuple[str, str]:
        if turn.is_assistant:
            return self.assistant_open, self.assistant_close
        return self.user_open, self.user_close


def _as_data(segments: Sequence[Segment]) -> Iterator[Segment]:
    return (Segment(segment.text) for segment in segments)


def _filled(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    return tuple(segment for segment in segments if segment.text)
