"""What a dialect is: where in the JSON of a server's answer its texts stand.

Invariants: a dialect reads and never changes what it read, except where it is told to write a note; it keeps no state,
so that one event means the same whenever it comes. What it does not know it does not touch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from guardian.streams.base import Json, LaneKey, LaneKind, Path, Slot, Spoken
from guardian.streams.payload import put, text_at

_ERROR_PATHS: tuple[Path, ...] = (("error",), ("error", "message"), ("response", "error", "message"))
"""Where servers of all dialects say what went wrong."""


class Dialect(ABC):
    """Base of all dialects."""

    name: ClassVar[str]
    """Stable name, such as `openai-chat`."""
    paths: ClassVar[tuple[str, ...]]
    """The paths of HTTP requests that are answered in it."""
    end_words: ClassVar[frozenset[str]] = frozenset()
    """Events that are no JSON and end the answer, such as `[DONE]`."""

    @abstractmethod
    def read(self, payload: Json) -> Spoken:
        """What one event says. Never raises, whatever the event holds."""

    @abstractmethod
    def note_events(self, like: Json, voice: int, note: str) -> list[tuple[str, Json]]:
        """New events, each with its SSE type (or an empty string), that add `note` to what a voice said.

        `like` is the event that they stand before, or the last one of the answer; it is not changed.
        """

    @abstractmethod
    def write_note(self, payload: Json, voice: int, note: str, *, is_streamed: bool) -> bool:
        """Add `note` to what `payload`, the event that ends a voice, says itself.

        Returns whether that was all: False where `note_events` have to stand before it. `is_streamed` is False where
        the event is the whole answer, and no other can stand before it.
        """


def error_slots(payload: Json) -> tuple[Slot, ...]:
    """The words of an error, which comes in the middle of an answer or in its place; clients show them to the human."""
    paths = (*_ERROR_PATHS, ("message",)) if payload.get("type") == "error" else _ERROR_PATHS
    return tuple(Slot(LaneKey(0, LaneKind.TEXT, ("error", *path)), path) for path in paths if text_at(payload, path))


def write_error_note(payload: Json, note: str) -> bool:
    """Add `note` to the words of an error that `payload` is; False where it says none."""
    slots = error_slots(payload)
    if slots:
        put(payload, slots[0].path, text_at(payload, slots[0].path) + note)
    return bool(slots)
