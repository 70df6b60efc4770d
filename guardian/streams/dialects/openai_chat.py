"""OpenAI's chat completions, streamed and whole: `/v1/chat/completions`.

Source: https://platform.openai.com/docs/api-reference/chat (objects `chat.completion` and `chat.completion.chunk`);
`reasoning_content` as llama-server and vLLM send it, `reasoning` as Ollama and OpenRouter do.
"""

from __future__ import annotations

from typing import ClassVar

from guardian.streams.base import Echo, Json, LaneKey, LaneKind, Path, Role, Slot, Spoken
from guardian.streams.dialects.base import Dialect
from guardian.streams.payload import rows_at, text_at, whole_number

_TEXTS: tuple[tuple[Path, LaneKind], ...] = (
    (("reasoning_content",), LaneKind.REASONING),
    (("reasoning",), LaneKind.REASONING),
    (("content",), LaneKind.TEXT),
    (("refusal",), LaneKind.REFUSAL),
    (("audio", "transcript"), LaneKind.TEXT),
    (("function_call", "arguments"), LaneKind.ARGUMENTS),
)
_CALL_TEXTS: tuple[Path, ...] = (("function", "arguments"), ("custom", "input"))


class OpenAIChat(Dialect):
    """Choices, each a voice of its own."""

    name: ClassVar[str] = "openai-chat"
    paths: ClassVar[tuple[str, ...]] = ("/v1/chat/completions",)
    end_words: ClassVar[frozenset[str]] = frozenset({"[DONE]"})

    def read(self, payload: Json) -> Spoken:
        """Every text of every choice; a choice ends with its `finish_reason`."""
        slots: list[Slot] = []
        ends: list[int] = []
        for at, choice in rows_at(payload, ("choices",)):
            voice = whole_number(choice.get("index"), at)
            for holder, role in (("delta", Role.PIECE), ("message", Role.WHOLE)):
                slots += self._message_slots(choice, ("choices", at), holder, voice, role)
            if isinstance(choice.get("finish_reason"), str):
                ends.append(voice)
        return Spoken(tuple(slots), ends=tuple(ends))

    def note_events(self, like: Json, voice: int, note: str) -> list[tuple[str, Json]]:
        """One more chunk."""
        choice = {"index": voice, "delta": {"content": note}, "logprobs": None, "finish_reason": None}
        kept: Json = {name: like[name] for name in ("id", "created", "model", "system_fingerprint") if name in like}
        return [("", {**kept, "object": "chat.completion.chunk", "choices": [choice]})]

    def write_note(self, payload: Json, voice: int, note: str, *, is_streamed: bool) -> bool:
        """Behind the text of the choice; a whole message without text gets the note as its text."""
        for at, choice in rows_at(payload, ("choices",)):
            if whole_number(choice.get("index"), at) != voice:
                continue
            for holder in ("delta", "message"):
                message = choice.get(holder)
                if not isinstance(message, dict):
                    continue
                content = message.get("content")
                if isinstance(content, list):
                    content.append({"type": "text", "text": note})
                    return True
                if content or holder == "message":
                    message["content"] = text_at(message, ("content",)) + note
                    return True
        return False

    @staticmethod
    def _message_slots(choice: Json, base: Path, holder: str, voice: int, role: Role) -> list[Slot]:
        echoes = (Echo((*base, "logprobs"), None),)
        slots = [
            Slot(LaneKey(voice, kind, way), (*base, holder, *way), role, echoes=echoes)
            for way, kind in _TEXTS
            if text_at(choice, (holder, *way))
        ]
        for at, call in rows_at(choice, (holder, "tool_calls")):
            number = whole_number(call.get("index"), at)
            for way in _CALL_TEXTS:
                if text_at(call, way):
                    lane = LaneKey(voice, LaneKind.ARGUMENTS, ("call", number))
                    slots.append(Slot(lane, (*base, holder, "tool_calls", at, *way), role, echoes=echoes))
        for at, _ in rows_at(choice, (holder, "content")):  # some servers send a list of parts
            path: Path = (holder, "content", at, "text")
            if text_at(choice, path):
                slots.append(Slot(LaneKey(voice, LaneKind.TEXT, ("content", at)), (*base, *path), role, echoes=echoes))
        return slots
