"""What of an answer could not be read: it carries nothing past the gate that was read and flagged, and nobody's silence
stands for a verdict."""

from __future__ import annotations

import json
from typing import Any

import pytest
from stream_rig import KEYWORD, Recorded, Said, keyword_judge, new_turn, play

from guardian.streams import intake
from guardian.streams.base import Ask, Delivery, Mode, Purpose
from guardian.streams.lane import Unit
from guardian.verdict import Outcome

SSE, JSON = "text/event-stream", "application/json"
BOTH = pytest.mark.parametrize("mode", list(Mode))
FLAGGED, LONG = f"A {KEYWORD}.", "x" * 300


def choices(*texts: str, holder: str = "message") -> dict[str, Any]:
    rows = enumerate(texts)
    return {"choices": [{"index": at, holder: {"content": text}, "finish_reason": "stop"} for at, text in rows]}


@pytest.fixture
def short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer of 200 characters is too long to be read."""
    monkeypatch.setattr(intake, "MOST_TURN_CHARS", 200)


@pytest.mark.usefixtures("short_turns")
@pytest.mark.parametrize("fail_closed", [False, True])
@pytest.mark.parametrize(("content_type", "holder"), [(JSON, "message"), (SSE, "delta")])
def test_what_was_held_back_does_not_pass_beside_what_could_not_be_read(
    fail_closed: bool, content_type: str, holder: str
) -> None:
    said = json.dumps(choices(FLAGGED, LONG, holder=holder))
    body = said if content_type == JSON else f"data: {said}\n\ndata: [DONE]\n\n"
    stream = Recorded("chat", "/v1/chat/completions", content_type, body.encode())
    passed = play(stream, fail_closed=fail_closed).released
    assert KEYWORD.encode() not in passed
    assert (LONG.encode() in passed) is not fail_closed
    assert (b"could not be read" in passed) is not fail_closed


TWICE = json.dumps(choices(FLAGGED)).encode()[:-1] + b', "choices": []}'


@BOTH
@pytest.mark.parametrize(
    "body", [TWICE, b"[1]", b"{not json}", json.dumps(choices(FLAGGED)).encode("utf-16"), b'"text"']
)
def test_a_whole_answer_that_cannot_be_read_does_not_pass_for_no_note_could_say_so(mode: Mode, body: bytes) -> None:
    stream = Recorded("chat", "/v1/chat/completions", JSON, body)
    assert play(stream, mode).released == b""


@BOTH
def test_a_name_that_stands_twice_is_told_as_not_read(mode: Mode) -> None:
    stream = Recorded("chat", "/v1/chat/completions", SSE, b"data: " + TWICE + b"\n\n")
    assert b"could not be read" in play(stream, mode).released
    assert KEYWORD.encode() not in play(stream, fail_closed=True).released


@pytest.mark.parametrize(
    ("text", "is_blank"),
    [
        (" \n\t", True),
        ("--- *** ...", True),
        ("1", False),
        ("\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in FLAGGED), False),
        ("\u2764\ufe0f\U000e0120\U000e0121", False),
    ],
    ids=["white space", "signs", "digit", "tags", "variation selectors"],
)
def test_what_may_hide_letters_is_asked_about(text: str, is_blank: bool) -> None:
    assert Unit(0, len(text), text).is_blank is is_blank


def test_letters_that_hide_in_tags_are_held_like_any_others() -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in FLAGGED)

    def judge(ask: Ask) -> Any:
        text = ask.message.raw.decode()
        if ask.purpose is Purpose.WINDOW and hidden in text:
            text = FLAGGED
        return keyword_judge(Ask(ask.number, ask.purpose, type(ask.message)(text.encode(), ask.message.channel)))

    body = f"data: {json.dumps(choices(hidden, holder='delta'))}\n\n".encode()
    passed = play(Recorded("chat", "/v1/chat/completions", SSE, body), judge=judge).released
    assert json.dumps(hidden).strip('"').encode() not in passed


def test_voices_without_end_are_no_more_than_texts_that_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST_LANES", 8)
    rows = ({"choices": [{"index": number, "delta": {"content": "Hi"}}]} for number in range(50))
    body = "".join(f"data: {json.dumps(row)}\n\n" for row in rows).encode()
    turn = new_turn(Recorded("chat", "/v1/chat/completions", SSE, body), Delivery(Mode.ANNOTATE))
    turn.feed(body)
    assert len(turn.voices) == 8
    assert turn.unread == 42


@pytest.mark.parametrize("outcome", [Outcome.UNSURE, Outcome.UNSCREENED])
def test_what_was_not_judged_is_held_even_where_nobody_says_why(outcome: Outcome) -> None:
    body = f"data: {json.dumps(choices(FLAGGED, holder='delta'))}\n\n".encode()
    stream = Recorded("chat", "/v1/chat/completions", SSE, body)
    assert KEYWORD.encode() not in play(stream, judge=lambda ask: Said(outcome), fail_closed=True).released
