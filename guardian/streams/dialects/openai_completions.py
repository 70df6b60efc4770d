"""OpenAI's completions, streamed and whole: `/v1/completions`.

Source: https://platform.openai.com/docs/api-reference/completions. A chunk and a whole answer look the same; a whole
one is one chunk that holds all.
"""

from __future__ import annotations

from typing import Any, ClassVar

from guardian.streams.base import Echo, Json, LaneKey, LaneKind, Path, Slot
from guardian.streams.dialects.choices import ChoicesDialect
from guardian.streams.payload import text_at


class OpenAICompletions(ChoicesDialect):
    """Choices, each with one text."""

    name: ClassVar[str] = "openai-completions"
    paths: ClassVar[tuple[str, ...]] = ("/v1/completions",)
    kept: ClassVar[tuple[str, ...]] = ("id", "object", "created", "model")

    def slots_of(self, choice: Json, base: Path, voice: int) -> list[Slot]:
        """The text."""
        if not text_at(choice, ("text",)):
            return []
        echo = Echo((*base, "logprobs"), None)
        return [Slot(LaneKey(voice, LaneKind.TEXT), (*base, "text"), echoes=(echo,))]

    def chunk_of(self, note: str) -> tuple[Json, dict[str, Any]]:
        """See `ChoicesDialect`."""
        return {}, {"text": note}

    def write_into(self, choice: Json, note: str, *, is_streamed: bool) -> bool:
        """See `ChoicesDialect`."""
        text = text_at(choice, ("text",))
        if is_streamed and not text:
            return False
        choice["text"] = text + note
        return True
