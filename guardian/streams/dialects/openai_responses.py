"""OpenAI's responses, streamed and whole: `/v1/responses`.

Source: https://platform.openai.com/docs/api-reference/responses-streaming. A text comes in deltas, and is said again
whole when it is done: by its own `.done` event, by the part, by the item and by the response. Each of these is a slot
of the same lane, so that what was held back stays back in all of them.

A note is an output item of its own before the response ends: no item that the server made is given words of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from guardian.streams.base import SILENT, Echo, Json, LaneKey, LaneKind, Path, Role, Slot, Spoken
from guardian.streams.dialects.base import Dialect
from guardian.streams.payload import rows_at, text_at, value_at, whole_number

_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})
_WHOLE_FIELDS = ("text", "refusal", "arguments", "input", "code", "transcript")
"""Where a `.done` event says its text."""
_SOUNDS = frozenset({"response.audio.delta", "response.output_audio.delta"})
"""Deltas that are no text."""
_PARTS: dict[str, tuple[str, LaneKind, str]] = {
    "output_text": ("text", LaneKind.TEXT, "output_text"),
    "text": ("text", LaneKind.TEXT, "output_text"),
    "refusal": ("refusal", LaneKind.REFUSAL, "refusal"),
    "reasoning_text": ("text", LaneKind.REASONING, "reasoning_text"),
    "summary_text": ("text", LaneKind.REASONING, "reasoning_summary_text"),
}
"""By the type of a part: where its text stands, what it is, and the name that its events have."""
_CALLS: dict[str, tuple[str, str]] = {
    "function_call": ("arguments", "function_call_arguments"),
    "mcp_call": ("arguments", "mcp_call_arguments"),
    "custom_tool_call": ("input", "custom_tool_call_input"),
    "code_interpreter_call": ("code", "code_interpreter_call_code"),
}
"""The same by the type of an item that calls a tool."""


class OpenAIResponses(Dialect):
    """One voice; items, each with parts."""

    name: ClassVar[str] = "openai-responses"
    paths: ClassVar[tuple[str, ...]] = ("/v1/responses",)
    end_words: ClassVar[frozenset[str]] = frozenset({"[DONE]"})

    def read(self, payload: Json) -> Spoken:
        """The text of a delta, or a text said again whole."""
        kind = payload.get("type")
        if not isinstance(kind, str):
            return _whole(payload, ()) if payload.get("object") == "response" else SILENT
        if kind.startswith("response.") and isinstance(payload.get("response"), dict):
            spoken = _whole(payload["response"], ("response",))
            return spoken if kind in _ENDS else Spoken(spoken.slots)
        if kind.endswith(".delta") and kind not in _SOUNDS and text_at(payload, ("delta",)):
            return Spoken((Slot(_lane(payload, kind), ("delta",), echoes=_log_probabilities(())),))
        if kind.endswith("_part.done"):
            return _closing(_part_slots(payload, ("part",), _place(payload)))
        if kind == "response.output_item.done":
            return _closing(_item_slots(payload, ("item",), whole_number(payload.get("output_index"))))
        if kind.endswith(".done"):
            return _said_again(payload, kind)
        return SILENT

    def note_events(self, like: Json, voice: int, note: str) -> list[tuple[str, Json]]:
        """An item of its own, from its beginning to its end."""
        at, number = self._next_item(like), whole_number(like.get("sequence_number"))
        item = _note_item(like, note)
        part = item["content"][0]
        open_item = {**item, "status": "in_progress", "content": []}
        inside = {"item_id": item["id"], "output_index": at, "content_index": 0}
        events = (
            ("output_item.added", {"output_index": at, "item": open_item}),
            ("content_part.added", {**inside, "part": {**part, "text": ""}}),
            ("output_text.delta", {**inside, "delta": note, "logprobs": []}),
            ("output_text.done", {**inside, "text": note, "logprobs": []}),
            ("content_part.done", {**inside, "part": part}),
            ("output_item.done", {"output_index": at, "item": item}),
        )
        return [
            (f"response.{name}", {"type": f"response.{name}", **said, "sequence_number": number + count})
            for count, (name, said) in enumerate(events)
        ]

    def write_note(self, payload: Json, voice: int, note: str, *, is_streamed: bool) -> bool:
        """Into the whole response, which says all items again; the events that say the note first still stand before
        it where it streams."""
        response = payload["response"] if isinstance(payload.get("response"), dict) else payload
        output = response.get("output")
        if isinstance(output, list):
            output.append(_note_item(payload, note))
        if isinstance(response.get("output_text"), str):
            response["output_text"] += note
        if is_streamed and isinstance(payload.get("sequence_number"), int):
            payload["sequence_number"] += len(self.note_events(payload, voice, note))
        return not is_streamed

    @staticmethod
    def _next_item(like: Json) -> int:
        output = value_at(like, ("response", "output"))
        return len(output) if isinstance(output, list) else whole_number(like.get("output_index"), -1) + 1


def _whole(response: Json, base: Path) -> Spoken:
    slots = [
        slot
        for at, item in rows_at(response, ("output",))
        for slot in _item_slots({"item": item}, ("item",), at, (*base, "output", at))
    ]
    if text_at(response, ("output_text",)) and not slots:
        slots.append(Slot(LaneKey(0, LaneKind.TEXT, ("output_text",)), (*base, "output_text"), Role.WHOLE))
    echoes = (Echo((*base, "output_text"), ""),)  # the SDKs join it themselves, from the items
    return Spoken(tuple(slots), ends=(0,), is_last=True, echoes=echoes)


def _said_again(payload: Json, kind: str) -> Spoken:
    """A `.done` event: it says the text of the deltas before it, and no more is to come of it."""
    lane = _lane(payload, kind)
    slots = [
        Slot(lane, (name,), Role.WHOLE, echoes=_log_probabilities(()))
        for name in _WHOLE_FIELDS
        if text_at(payload, (name,))
    ]
    return Spoken(tuple(slots), closes=(lane,))


def _closing(slots: Iterator[Slot]) -> Spoken:
    found = tuple(slots)
    return Spoken(found, closes=tuple(slot.lane for slot in found))


def _item_slots(payload: Json, way: Path, output: int, base: Path | None = None) -> Iterator[Slot]:
    """The texts of the item at `way` in `payload`, which stands at `base` in the event."""
    start = way if base is None else base
    item = value_at(payload, way)
    for holder in ("content", "summary"):
        for at, _ in rows_at(item, (holder,)):
            yield from _part_slots(payload, (*way, holder, at), (output, at), (*start, holder, at))
    call = _CALLS.get(text_at(item, ("type",)))
    if call is not None and text_at(item, call[:1]):
        yield Slot(LaneKey(0, LaneKind.ARGUMENTS, (call[1], output)), (*start, call[0]), Role.WHOLE)


def _part_slots(payload: Json, way: Path, place: tuple[int, ...], base: Path | None = None) -> Iterator[Slot]:
    start = way if base is None else base
    part = value_at(payload, way)
    known = _PARTS.get(text_at(part, ("type",)))
    if known is not None and text_at(part, known[:1]):
        field, kind, name = known
        echoes = (*_log_probabilities(start), Echo((*start, "annotations"), []))
        yield Slot(LaneKey(0, kind, (name, *place)), (*start, field), Role.WHOLE, echoes=echoes)


def _lane(payload: Json, kind: str) -> LaneKey:
    """The lane of `response.NAME.delta` or `response.NAME.done`. A name that is new to us is a text all the same."""
    name = kind.removeprefix("response.").rpartition(".")[0]
    known = {part: what for _, what, part in _PARTS.values()} | {
        call: LaneKind.ARGUMENTS for _, call in _CALLS.values()
    }
    what = known.get(name, LaneKind.TEXT)
    place = _place(payload)
    return LaneKey(0, what, (name, *(place[:1] if what is LaneKind.ARGUMENTS else place)))


def _place(payload: Json) -> tuple[int, int]:
    inner = payload.get("content_index", payload.get("summary_index"))
    return whole_number(payload.get("output_index")), whole_number(inner)


def _log_probabilities(base: Path) -> tuple[Echo, ...]:
    return (Echo((*base, "logprobs"), []),)


def _note_item(like: Json, note: str) -> Json:
    """The item that says the note; its id is made from the response's, so that it is the same each time."""
    response = like["response"] if isinstance(like.get("response"), dict) else like
    name = text_at(response, ("id",)).removeprefix("resp_")
    part: Json = {"type": "output_text", "text": note, "annotations": []}
    return {
        "id": f"msg_guardian_{name}",
        "type": "message",
        "status": "completed",
        "role": "assistant",
        "content": [part],
    }
