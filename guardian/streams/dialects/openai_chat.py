"""OpenAI's chat completions, streamed and whole: `/v1/chat/completions`.

Source: https://platform.openai.com/docs/api-reference/chat (objects `chat.completion` and `chat.completion.chunk`);
`reasoning_content` as llama-server and vLLM send it, `reasoning` as Ollama and OpenRouter do.
"""

from __future__ import annotations

from typing import Any, ClassVar

from guardian.streams.base import Echo, Json, LaneKey, LaneKind, Path, Role, Slot
from guardian.streams.dialects.choices import ChoicesDialect
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


class OpenAIChat(ChoicesDialect):
    """Choices, each with a message: text, refusal, reasoning, calls of tools."""

    name: ClassVar[str] = "openai-chat"
    paths: ClassVar[tuple[str, ...]] = ("/v1/chat/completions",)
    kept: ClassVar[tuple[str, ...]] = ("id", "created", "model", "system_fingerprint")

    def slots_of(self, choice: Json, base: Path, voice: int) -> list[Slot]:
        """Every text of the message, or of what is new of it."""
        pieces = self._message_slots(choice, base, "delta", voice, Role.PIECE)
        return pieces + self._message_slots(choice, base, "message", voice, Role.WHOLE)

    def chunk_of(self, note: str) -> tuple[Json, dict[str, Any]]:
        """See `ChoicesDialect`."""
        return {"object": "chat.completion.chunk"}, {"delta": {"content": note}}

    def write_into(self, choice: Json, note: str, *, is_streamed: bool) -> bool:
        """Behind the text; a whole message without text gets the note as its text."""
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
