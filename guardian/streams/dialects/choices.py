"""What OpenAI's dialects of choices share: an answer is a list of choices, each a voice of its own.

A choice ends with its `finish_reason`; a note is one more chunk, or stands behind the choice's own text.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from guardian.streams.base import Json, Path, Slot, Spoken
from guardian.streams.dialects.base import Dialect
from guardian.streams.payload import rows_at, whole_number


class ChoicesDialect(Dialect):
    """Base of the dialects of choices."""

    end_words: ClassVar[frozenset[str]] = frozenset({"[DONE]"})
    kept: ClassVar[tuple[str, ...]]
    """Fields of an event that stand in a new one too."""

    @abstractmethod
    def slots_of(self, choice: Json, base: Path, voice: int) -> list[Slot]:
        """Every text of a choice, which stands at `base` in the event."""

    @abstractmethod
    def chunk_of(self, note: str) -> tuple[Json, dict[str, Any]]:
        """What a new event says beside its choices, and what its choice says of the note."""

    @abstractmethod
    def write_into(self, choice: Json, note: str, *, is_streamed: bool) -> bool:
        """Add the note to the text of a choice, where it has any or nothing can stand before it; whether that was
        done."""

    def read(self, payload: Json) -> Spoken:
        """Every text of every choice."""
        slots: list[Slot] = []
        ends: list[int] = []
        for at, choice in rows_at(payload, ("choices",)):
            voice = whole_number(choice.get("index"), at)
            slots += self.slots_of(choice, ("choices", at), voice)
            if isinstance(choice.get("finish_reason"), str):
                ends.append(voice)
        return Spoken(tuple(slots), ends=tuple(ends))

    def note_events(self, like: Json, voice: int, note: str) -> list[tuple[str, Json]]:
        """One more chunk."""
        beside, says = self.chunk_of(note)
        choice = {"index": voice, **says, "logprobs": None, "finish_reason": None}
        kept: Json = {name: like[name] for name in self.kept if name in like}
        return [("", {**kept, **beside, "choices": [choice]})]

    def write_note(self, payload: Json, voice: int, note: str, *, is_streamed: bool) -> bool:
        """Behind the text of the choice."""
        return any(
            self.write_into(choice, note, is_streamed=is_streamed)
            for at, choice in rows_at(payload, ("choices",))
            if whole_number(choice.get("index"), at) == voice
        )
