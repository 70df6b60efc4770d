"""How the servers of the five dialects write an answer: as a stream, or whole. Used by record_streams.py.

Invariants: deterministic; what is written is what such a server may write, line ends and unknown fields included.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

Shape = tuple[str, str, str]
"""Path of the request, Content-Type, body."""


@dataclass(frozen=True)
class Said:
    """What one assistant says."""

    pieces: list[str]
    thinking: list[str]
    call: str
    """Arguments of a tool call; empty where there is none."""
    has_log_probabilities: bool

    @property
    def text(self) -> str:
        """The pieces as one."""
        return "".join(self.pieces)


def as_sse(rng: random.Random, events: list[tuple[str, str]]) -> str:
    """Events (type, data) in one of the styles that the standard allows."""
    end = rng.choice(("\n", "\n", "\n", "\n", "\r\n", "\r\n", "\r"))
    colon = rng.choice((": ", ": ", ": ", ":"))
    lines: list[str] = []
    for number, (name, data) in enumerate(events):
        if rng.random() < 0.04:
            lines.append(rng.choice((": keep-alive", ":", "retry: 3000", "id: 7", "note: unknown field")) + end * 2)
        head = f"id: {number}{end}" if rng.random() < 0.05 else ""
        head += f"event{colon}{name}{end}" if name else ""
        lines.append(f"{head}data{colon}{data}{end}{end}")
    return ("\ufeff" if rng.random() < 0.1 else "") + "".join(lines)


def compact(rng: random.Random) -> Any:
    """A way of writing JSON that is one server's own."""
    keeps, spaces = rng.random() < 0.5, rng.random() < 0.5
    return lambda value: json.dumps(
        value, ensure_ascii=not keeps, separators=(", ", ": ") if spaces else (",", ":"), sort_keys=False
    )


def _log_probabilities(piece: str) -> dict[str, Any]:
    return {"content": [{"token": piece, "logprob": -0.25, "bytes": list(piece.encode()), "top_logprobs": []}]}


def _pieces_of_call(call: str) -> list[str]:
    return [call[at : at + 24] for at in range(0, len(call), 24)]


def _chat_deltas(answer: Said) -> list[dict[str, Any]]:
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"reasoning_content": piece} for piece in answer.thinking]
    deltas += [{"content": piece} for piece in answer.pieces]
    for at, piece in enumerate(_pieces_of_call(answer.call)):
        named = {"id": "call_1", "type": "function"} if at == 0 else {}
        function = {"name": "send_mail", "arguments": piece} if at == 0 else {"arguments": piece}
        deltas.append({"tool_calls": [{"index": 0, **named, "function": function}]})
    return deltas


def openai_chat(rng: random.Random, answers: list[Said]) -> Shape:
    """`/v1/chat/completions`."""
    path, write = "/v1/chat/completions", compact(rng)
    head = {"id": "chatcmpl-9", "created": 1763769600, "model": "local-7b", "system_fingerprint": "b4321"}
    if rng.random() < 0.2:
        choices = [_chat_choice(number, answer) for number, answer in enumerate(answers)]
        body = write({**head, "object": "chat.completion", "choices": choices, "usage": {"total_tokens": 42}})
        return path, "application/json", body + rng.choice(("", "\n"))
    events: list[tuple[str, str]] = []
    for row in zip_longest(*map(_chat_deltas, answers)):
        for number, delta in enumerate(row):
            if delta is not None:
                choice = {"index": number, "delta": delta, "finish_reason": None}
                if answers[number].has_log_probabilities and delta.get("content"):
                    choice["logprobs"] = _log_probabilities(delta["content"])
                events.append(("", write({**head, "object": "chat.completion.chunk", "choices": [choice]})))
    for number, answer in enumerate(answers):
        choice = {"index": number, "delta": {}, "finish_reason": "tool_calls" if answer.call else "stop"}
        events.append(("", write({**head, "object": "chat.completion.chunk", "choices": [choice]})))
    if rng.random() < 0.5:
        events.append(("", write({**head, "choices": [], "usage": {"prompt_tokens": 9}, "timings": {"ms": 1.25}})))
    return path, "text/event-stream; charset=utf-8", as_sse(rng, [*events, ("", "[DONE]")])


def _chat_choice(number: int, answer: Said) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": answer.text, "refusal": None}
    if answer.thinking:
        message["reasoning_content"] = "".join(answer.thinking)
    if answer.call:
        function = {"name": "send_mail", "arguments": answer.call}
        message["tool_calls"] = [{"id": "call_1", "type": "function", "function": function}]
    kept = _log_probabilities(answer.text) if answer.has_log_probabilities else None
    return {"index": number, "message": message, "logprobs": kept, "finish_reason": "stop"}


def openai_completions(rng: random.Random, answers: list[Said]) -> Shape:
    """`/v1/completions`."""
    path, write = "/v1/completions", compact(rng)
    head = {"id": "cmpl-4", "object": "text_completion", "created": 1763769600, "model": "local-7b"}

    def choice(number: int, text: str, finish: str | None) -> dict[str, Any]:
        kept = {"tokens": [text]} if answers[number].has_log_probabilities and text else None
        return {
            "text": text,
            "index": number,
            "logprobs": kept,
            "finish_reason": finish,
        }

    if rng.random() < 0.25:
        choices = [choice(number, answer.text, "stop") for number, answer in enumerate(answers)]
        return path, "application/json", write({**head, "choices": choices, "usage": {"total_tokens": 42}})
    events = [
        ("", write({**head, "choices": [choice(number, piece, None)]}))
        for row in zip_longest(*(answer.pieces for answer in answers))
        for number, piece in enumerate(row)
        if piece is not None
    ]
    events += [("", write({**head, "choices": [choice(number, "", "stop")]})) for number in range(len(answers))]
    return path, "text/event-stream", as_sse(rng, [*events, ("", "[DONE]")])


def openai_responses(rng: random.Random, answers: list[Said]) -> Shape:
    """`/v1/responses`: the answers are items of one response."""
    write = compact(rng)
    items = [item for number, answer in enumerate(answers) for item in _items(number, answer)]
    output = [item for item, _ in items]
    response = {"id": "resp_51", "object": "response", "status": "completed", "model": "local-7b", "output": output}
    if rng.random() < 0.25:
        return "/v1/responses", "application/json", write({**response, "usage": {"total_tokens": 42}})
    said: list[dict[str, Any]] = [{"type": "response.created", "response": {**response, "output": []}}]
    for at, (item, pieces) in enumerate(items):
        said += _item_events(at, item, pieces)
    said.append({"type": "response.completed", "response": response})
    events = [(event["type"], write({**event, "sequence_number": at})) for at, event in enumerate(said)]
    return "/v1/responses", "text/event-stream", as_sse(rng, events)


def _items(number: int, answer: Said) -> list[tuple[dict[str, Any], list[str]]]:
    items: list[tuple[dict[str, Any], list[str]]] = []
    if answer.thinking:
        summary = [{"type": "summary_text", "text": "".join(answer.thinking)}]
        items.append(({"id": f"rs_{number}", "type": "reasoning", "summary": summary}, answer.thinking))
    part = {"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []}
    message = {"id": f"msg_{number}", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
    items.append((message, answer.pieces))
    if answer.call:
        call = {"id": f"fc_{number}", "type": "function_call", "call_id": "c1", "name": "send_mail"}
        items.append(({**call, "arguments": answer.call, "status": "completed"}, _pieces_of_call(answer.call)))
    return items


def _item_events(at: int, item: dict[str, Any], pieces: list[str]) -> list[dict[str, Any]]:
    inside: dict[str, Any] = {"item_id": item["id"], "output_index": at}
    name, field, part_event = "function_call_arguments", "arguments", ""
    part: dict[str, Any] = {}
    if item["type"] == "message":
        name, field, part_event, part = "output_text", "text", "content_part", item["content"][0]
        inside["content_index"] = 0
    elif item["type"] == "reasoning":
        name, field, part_event, part = "reasoning_summary_text", "text", "reasoning_summary_part", item["summary"][0]
        inside["summary_index"] = 0
    events = [
        {"type": "response.output_item.added", "output_index": at, "item": {"id": item["id"], "type": item["type"]}}
    ]
    events += [{"type": f"response.{part_event}.added", **inside, "part": {**part, "text": ""}}] if part else []
    events += [{"type": f"response.{name}.delta", **inside, "delta": piece} for piece in pieces]
    events.append({"type": f"response.{name}.done", **inside, field: "".join(pieces)})
    events += [{"type": f"response.{part_event}.done", **inside, "part": part}] if part else []
    return [*events, {"type": "response.output_item.done", "output_index": at, "item": item}]


def ollama_chat(rng: random.Random, answers: list[Said]) -> Shape:
    """`/api/chat`."""
    answer, write = answers[0], compact(rng)
    head = {"model": "local:7b", "created_at": "2026-11-22T00:00:00.123456Z"}
    calls = [{"function": {"name": "send_mail", "arguments": json.loads(answer.call)}}] if answer.call else []
    last = {"done_reason": "stop", "done": True, "total_duration": 123456789, "eval_count": 42}
    if rng.random() < 0.2:
        message: dict[str, Any] = {"role": "assistant", "content": answer.text}
        message |= {"thinking": "".join(answer.thinking)} if answer.thinking else {}
        message |= {"tool_calls": calls} if calls else {}
        return "/api/chat", "application/json; charset=utf-8", write({**head, "message": message, **last})
    messages: list[dict[str, Any]] = [{"content": "", "thinking": piece} for piece in answer.thinking]
    messages += [{"content": piece} for piece in answer.pieces]
    messages += [{"content": "", "tool_calls": [call]} for call in calls]
    rows = [{**head, "message": {"role": "assistant", **message}, "done": False} for message in messages]
    rows.append({**head, "message": {"role": "assistant", "content": ""}, **last})
    return "/api/chat", "application/x-ndjson", _as_lines(rng, [write(row) for row in rows])


def ollama_generate(rng: random.Random, answers: list[Said]) -> Shape:
    """`/api/generate`."""
    answer, write = answers[0], compact(rng)
    head = {"model": "local:7b", "created_at": "2026-11-22T00:00:00.123456Z"}
    last = {"done": True, "done_reason": "stop", "context": [1, 2, 3, 5, 8], "eval_duration": 98765}
    if rng.random() < 0.2:
        body = write({**head, "response": answer.text, "thinking": "".join(answer.thinking), **last})
        return "/api/generate", "application/json", body
    rows = [{**head, "response": "", "thinking": piece, "done": False} for piece in answer.thinking]
    rows += [{**head, "response": piece, "done": False} for piece in answer.pieces]
    rows.append({**head, "response": "", **last})
    return "/api/generate", "application/x-ndjson", _as_lines(rng, [write(row) for row in rows])


def _as_lines(rng: random.Random, lines: list[str]) -> str:
    end = rng.choice(("\n", "\n", "\n", "\r\n"))
    return end.join(lines) + rng.choice((end, end, end, ""))
