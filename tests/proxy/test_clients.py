"""The `openai` package, unchanged, through the proxy to a real local server: nothing is lost, nothing is added."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from proxy_rig import (
    CALM,
    CALM_TOO,
    CLINGING,
    Rig,
    asking,
    chat_body,
    chat_stream,
    event,
    ollama_stream,
    running_proxy,
    running_service,
    tool_stream,
    words,
)

ARGUMENTS = '{"city": "Lisbon", "days": 3}'


@pytest.fixture(scope="module", params=["annotate", "hold"])
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    place = tmp_path_factory.mktemp("proxy")
    folder = place / "replayed"
    folder.mkdir()
    with running_service(place / "home"), running_proxy(place / "home", folder, mode=request.param) as rig:
        yield rig


@pytest.fixture
def client(rig: Rig) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{rig.url}/v1", api_key=rig.token, max_retries=0) as client:
        yield client


def responses_stream(text: str) -> list[str]:
    item: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "status": "in_progress",
        "content": [],
    }
    part = {"type": "output_text", "text": text, "annotations": []}
    done = {**item, "status": "completed", "content": [part]}
    response: dict[str, Any] = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": "in_progress",
    }
    response |= {"output": [], "parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
    at = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": response},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.content_part.added", **at, "part": {**part, "text": ""}},
        *({"type": "response.output_text.delta", **at, "delta": piece, "logprobs": []} for piece in words(text)),
        {"type": "response.output_text.done", **at, "text": text, "logprobs": []},
        {"type": "response.content_part.done", **at, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": done},
        {"type": "response.completed", "response": {**response, "status": "completed", "output": [done]}},
    ]
    return [
        f"event: {each['type']}\n" + event({**each, "sequence_number": number}) for number, each in enumerate(events)
    ]


def test_a_chat_that_streams(rig: Rig, client: openai.OpenAI) -> None:
    model = rig.record("stream", chat_stream(CALM, CALM_TOO))
    chunks = list(client.chat.completions.create(**asking(model, stream=True)))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == f"{CALM} {CALM_TOO}"
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_a_chat_that_does_not_stream(rig: Rig, client: openai.OpenAI) -> None:
    model = rig.record("whole", [chat_body(CALM)], "application/json")
    answer = client.chat.completions.create(**asking(model))
    assert answer.choices[0].message.content == CALM
    assert answer.usage is not None
    assert answer.usage.total_tokens == 12


def test_tools_that_stream(rig: Rig, client: openai.OpenAI) -> None:
    model = rig.record("tools", tool_stream(ARGUMENTS))
    with client.chat.completions.stream(**asking(model)) as stream:
        answer = stream.get_final_completion()
    call = (answer.choices[0].message.tool_calls or [])[0]
    assert (call.function.name, json.loads(call.function.arguments)) == ("weather", json.loads(ARGUMENTS))


def test_tools_that_do_not_stream(rig: Rig, client: openai.OpenAI) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": ARGUMENTS}}
    model = rig.record("tool", [chat_body(content=None, tool_calls=[call])], "application/json")
    found = client.chat.completions.create(**asking(model)).choices[0].message.tool_calls or []
    assert [each.model_dump()["function"]["arguments"] for each in found] == [ARGUMENTS]


def test_old_completions(rig: Rig, client: openai.OpenAI) -> None:
    base = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m"}
    pieces = [
        event({**base, "choices": [{"index": 0, "text": piece, "finish_reason": None, "logprobs": None}]})
        for piece in words(CALM)
    ]
    last = event({**base, "choices": [{"index": 0, "text": "", "finish_reason": "stop", "logprobs": None}]})
    model = rig.record("old", [*pieces, last, "data: [DONE]\n\n"])
    chunks = client.completions.create(model=model, prompt="When is the meeting?", stream=True)
    assert "".join(chunk.choices[0].text for chunk in chunks) == CALM


def test_responses_that_stream(rig: Rig, client: openai.OpenAI) -> None:
    model = rig.record("responses", responses_stream(CALM))
    with client.responses.stream(model=model, input="When is the meeting?") as stream:
        pieces = [each.delta for each in stream if each.type == "response.output_text.delta"]
        whole = stream.get_final_response()
    assert "".join(pieces) == whole.output_text == CALM


def test_calm_sentences_in_front_do_not_carry_a_flagged_one_through(rig: Rig, client: openai.OpenAI) -> None:
    model = rig.record("calmed", chat_stream(CALM, CLINGING, CALM_TOO))
    stream = client.chat.completions.create(model=model, messages=[{"role": "user", "content": "hi"}], stream=True)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
    assert CALM in text
    assert (CLINGING in text) is rig.is_annotating
    assert "[guardian" in text
    assert_told_of_as_flagged(rig)


def assert_told_of_as_flagged(rig: Rig) -> None:
    """`proxy sessions` counts an answer as flagged although only a sentence of it was, and names the record."""
    (session,) = json.loads(rig.guardian("proxy", "sessions", "--json").stdout)[:1]
    assert session["outcomes"]["flagged"] >= 1
    assert session["records"]


def test_what_the_starter_policies_flag_is_told_or_held_back(rig: Rig, client: openai.OpenAI) -> None:
    model = rig.record("clinging", chat_stream(CLINGING))
    chunks = list(client.chat.completions.create(**asking(model, stream=True)))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert "guardian" in text
    assert (CLINGING in text) is rig.is_annotating
    assert_told_of_as_flagged(rig)
    assert ("friends" in text) is rig.is_annotating


def test_the_list_of_models(client: openai.OpenAI) -> None:
    assert list(client.models.list()) == []


def test_many_at_once_from_async_code(rig: Rig) -> None:
    model = rig.record("async", chat_stream(CALM, CALM_TOO))

    async def one(client: openai.AsyncOpenAI) -> str:
        stream = await client.chat.completions.create(**asking(model, stream=True))
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    async def all_of_them() -> list[str]:
        async with openai.AsyncOpenAI(base_url=f"{rig.url}/v1", api_key=rig.token, max_retries=0) as client:
            return await asyncio.gather(*(one(client) for _ in range(8)))

    assert asyncio.run(all_of_them()) == [f"{CALM} {CALM_TOO}"] * 8


def test_ollamas_own_chat_passes_byte_for_byte(rig: Rig) -> None:
    pieces = ollama_stream(CALM, CALM_TOO)
    model = rig.record("ollama", pieces, "application/x-ndjson")
    assert rig.post("/api/chat", asking(model)) == (200, "".join(pieces).encode())


@pytest.mark.parametrize("style", ["stream", "responses"])
def test_what_is_clean_passes_byte_for_byte(rig: Rig, style: str) -> None:
    pieces = chat_stream(CALM, CALM_TOO) if style == "stream" else responses_stream(CALM)
    path = "/v1/chat/completions" if style == "stream" else "/v1/responses"
    model = rig.record("bytes", pieces)
    asked = asking(model, stream=True) if style == "stream" else {"model": model, "input": "When?", "stream": True}
    assert rig.post(path, asked) == (200, "".join(pieces).encode())


def test_the_request_arrives_byte_for_byte(rig: Rig) -> None:
    model = rig.record("request", [chat_body(CALM)], "application/json")
    body = b'{ "model" : "%b", "x_unknown":1.50, "messages":[{"role":"user","content":"h\\u00e9 \xc3\xa9"}]}' % (
        model.encode()
    )
    assert rig.post("/v1/chat/completions", body)[0] == 200
    assert rig.asked()[-1]["body"].encode("latin-1") == body


def test_a_wrong_key_is_the_error_that_the_client_knows(rig: Rig) -> None:
    with (
        openai.OpenAI(base_url=f"{rig.url}/v1", api_key="sk-wrong", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError, match="guardian proxy --print-token"),
    ):
        client.models.list()


def test_an_error_of_the_server_is_the_error_that_the_client_knows(rig: Rig, client: openai.OpenAI) -> None:
    body = json.dumps({"error": {"message": "the model is not loaded", "type": "not_found", "code": "x"}})
    model = rig.record("error", [body], "application/json", status=404)
    with pytest.raises(openai.NotFoundError, match="the model is not loaded"):
        client.chat.completions.create(**asking(model))
