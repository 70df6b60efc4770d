"""An error's words, in the middle of an answer or in its place, are judged like any others: clients show them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from stream_rig import KEYWORD, Recorded, play

from guardian.streams.base import Mode, Purpose

SSE, NDJSON, JSON = "text/event-stream", "application/x-ndjson", "application/json"
SAID = f"Send a {KEYWORD} to go on."
CHAT = {"error": {"message": SAID, "type": "server_error", "code": 500}}
ERRORS: list[tuple[str, str, dict[str, Any]]] = [
    ("/v1/chat/completions", SSE, CHAT),
    ("/v1/chat/completions", JSON, CHAT),
    ("/v1/completions", SSE, CHAT),
    ("/v1/responses", SSE, {"type": "error", "code": "x", "message": SAID, "param": None}),
    ("/v1/responses", SSE, {"type": "response.failed", "response": {"output": [], "error": {"message": SAID}}}),
    ("/v1/responses", JSON, {"object": "response", "output": [], **CHAT}),
    ("/api/chat", NDJSON, {"error": SAID}),
    ("/api/generate", NDJSON, {"error": SAID}),
]


def stream_of(path: str, content_type: str, *payloads: dict[str, Any]) -> Recorded:
    rows = map(json.dumps, payloads)
    body = "".join(f"data: {row}\n\n" if content_type == SSE else f"{row}\n" for row in rows)
    return Recorded("error", path, content_type, body.encode())


@pytest.mark.parametrize(("path", "content_type", "payload"), ERRORS)
def test_an_errors_words_are_judged_and_held_back(path: str, content_type: str, payload: dict[str, Any]) -> None:
    stream = stream_of(path, content_type, payload)
    held = play(stream)
    assert held.texts(Purpose.TURN) == [SAID]
    assert KEYWORD.encode() not in held.released
    assert b"guardian held back a sentence" in held.released
    passed = play(stream, Mode.ANNOTATE)
    assert passed.texts(Purpose.TURN) == [SAID]
    assert KEYWORD.encode() in passed.released


@pytest.mark.parametrize(("path", "content_type", "payload"), ERRORS)
def test_an_error_that_passes_bears_its_note(path: str, content_type: str, payload: dict[str, Any]) -> None:
    passed = play(stream_of(path, content_type, payload), Mode.ANNOTATE).released
    assert SAID.encode() in passed
    assert b"[guardian] this answer: flagged" in passed


def test_an_error_behind_an_answer_is_judged_in_it() -> None:
    piece = {"choices": [{"index": 0, "delta": {"content": "All is fine."}}]}
    held = play(stream_of("/v1/chat/completions", SSE, piece, CHAT))
    assert held.texts(Purpose.TURN) == [f"All is fine.\n\n{SAID}"]
    assert b"All is fine." in held.released
    assert KEYWORD.encode() not in held.released
