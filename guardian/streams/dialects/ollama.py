"""Ollama's own answers, streamed and whole: `/api/chat` and `/api/generate`.

Source: https://github.com/ollama/ollama/blob/main/docs/api.md. Lines of JSON; the last says `"done": true`, and a whole
answer is that last line alone, with all the text in it. Tool arguments are JSON objects and come in one piece.
`context` holds the whole dialogue as token numbers.
"""

from __future__ import annotations

from typing import Any, ClassVar

from guardian.streams.base import Echo, Json, LaneKey, LaneKind, Path, Slot, Spoken
from guardian.streams.dialects.base import Dialect
from guardian.streams.payload import rows_at, text_at, value_at

_KEPT = ("model", "created_at")
_ECHOES = (Echo(("context",), []), Echo(("logprobs",), None))


class OllamaChat(Dialect):
    """One voice; a message with text, thinking and tool calls."""

    name: ClassVar[str] = "ollama-chat"
    paths: ClassVar[tuple[str, ...]] = ("/api/chat",)

    def read(self, payload: Json) -> Spoken:
        """The pieces of the message."""
        slots = _text_slots(
            payload, {("message", "thinking"): LaneKind.REASONING, ("message", "content"): LaneKind.TEXT}
        )
        for at, _ in rows_at(payload, ("message", "tool_calls")):
            path: Path = ("message", "tool_calls", at, "function", "arguments")
            value = value_at(payload, path)
            if value and isinstance(value, dict | str):
                lane = LaneKey(0, LaneKind.ARGUMENTS, ("call", at))
                slots.append(Slot(lane, path, is_object=isinstance(value, dict)))
        calls = tuple(slot.lane for slot in slots if slot.lane.kind is LaneKind.ARGUMENTS)
        return _spoken(payload, slots, closes=calls)

    def note_events(self, like: Json, voice: int, note: str) -> list[tuple[str, Json]]:
        """One more line."""
        return [_line(like, {"message": {"role": "assistant", "content": note}})]

    def write_note(self, payload: Json, voice: int, note: str, *, is_streamed: bool) -> bool:
        """Behind the text of the message, where it has any or nothing can stand before it."""
        return _append(payload, ("message", "content"), note, is_streamed)


class OllamaGenerate(Dialect):
    """One voice; one text, and its thinking."""

    name: ClassVar[str] = "ollama-generate"
    paths: ClassVar[tuple[str, ...]] = ("/api/generate",)

    def read(self, payload: Json) -> Spoken:
        """The pieces of the text."""
        return _spoken(payload, _text_slots(payload, {("thinking",): LaneKind.REASONING, ("response",): LaneKind.TEXT}))

    def note_events(self, like: Json, voice: int, note: str) -> list[tuple[str, Json]]:
        """One more line."""
        return [_line(like, {"response": note})]

    def write_note(self, payload: Json, voice: int, note: str, *, is_streamed: bool) -> bool:
        """Behind the text, where there is any or nothing can stand before it."""
        return _append(payload, ("response",), note, is_streamed)


def _text_slots(payload: Json, places: dict[tuple[str | int, ...], LaneKind]) -> list[Slot]:
    echoes = (Echo(("logprobs",), None),)
    return [Slot(LaneKey(0, kind), path, echoes=echoes) for path, kind in places.items() if text_at(payload, path)]


def _spoken(payload: Json, slots: list[Slot], closes: tuple[LaneKey, ...] = ()) -> Spoken:
    is_last = payload.get("done") is True
    return Spoken(tuple(slots), closes, (0,) if is_last else (), is_last, _ECHOES[:1] if is_last else ())


def _line(like: Json, says: dict[str, Any]) -> tuple[str, Json]:
    return "", {**{name: like[name] for name in _KEPT if name in like}, **says, "done": False}


def _append(payload: Json, path: Path, note: str, is_streamed: bool) -> bool:
    text = text_at(payload, path)
    holder = value_at(payload, path[:-1])
    if not isinstance(holder, dict) or (is_streamed and not text):
        return False
    holder[path[-1]] = text + note
    return True
