"""OpenAI's completions, streamed and whole: `/v1/completions`.

Source: https://platform.openai.com/docs/api-reference/completions. A chunk and a whole answer look the same; a whole
one is one chunk that holds all.
"""

from __future__ import annotations

from typing import ClassVar

from guardian.streams.base import Echo, Json, LaneKey, LaneKind, Slot, Spoken
from guardian.streams.dialects.base import Dialect
from guardian.streams.payload import rows_at, text_at, whole_number


class OpenAICompletions(Dialect):
    """Choices, each a voice of its own."""

    name: ClassVar[str] = "openai-completions"
    paths: ClassVar[tuple[str, ...]] = ("/v1/completions",)
    end_words: ClassVar[frozenset[str]] = frozenset({"[DONE]"})

    def read(self, payload: Json) -> Spoken:
        """The text of every choice; a choice ends with its `finish_reason`."""
        slots: list[Slot] = []
        ends: list[int] = []
        for at, choice in rows_at(payload, ("choices",)):
            voice = whole_number(choice.get("index"), at)
            if text_at(choice, ("text",)):
                echo = Echo(("choices", at, "logprobs"), None)
                slots.append(Slot(LaneKey(voice, LaneKind.TEXT), ("choices", at, "text"), echoes=(echo,)))
            if isinstance(choice.get("finish_reason"), str):
                ends.append(voice)
        return Spoken(tuple(slots), ends=tuple(ends))

    def note_events(self, like: Json, voice: int, note: str) -> list[tuple[str, Json]]:
        """One more chunk."""
        choice = {"index": voice, "text": note, "logprobs": None, "finish_reason": None}
        kept: Json = {name: like[name] for name in ("id", "object", "created", "model") if name in like}
        return [("", {**kept, "choices": [choice]})]

    def write_note(self, payload: Json, voice: int, note: str, *, is_streamed: bool) -> bool:
        """Behind the text of the choice, where it has any or nothing can stand before it."""
        for at, choice in rows_at(payload, ("choices",)):
            text = text_at(choice, ("text",))
            if whole_number(choice.get("index"), at) == voice and (text or not is_streamed):
                choice["text"] = text + note
                return True
        return False
