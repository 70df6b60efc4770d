"""A turn, case by case: what is asked, what passes when, what stands for what was held back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from stream_rig import KEYWORD, Recorded, Said, dialect_of, heard, keyword_judge, new_turn, play

from guardian.streams.base import Ask, Delivery, Judged, Mode, Purpose, Release, Step
from guardian.streams.turn import MOST_OUTSTANDING
from guardian.verdict import Outcome

SSE, NDJSON, JSON = "text/event-stream", "application/x-ndjson", "application/json"
CONTENT = ("choices", 0, 0, "delta", "content")


def chat(*deltas: dict[str, Any] | str, finish: str | None = "stop") -> Recorded:
    """A stream of chat completions: a string is a piece of the text."""
    choices = [{"index": 0, "delta": {"content": delta} if isinstance(delta, str) else delta} for delta in deltas]
    rows = [*choices, {"index": 0, "delta": {}, "finish_reason": finish}] if finish else choices
    body = "".join(f"data: {json.dumps({'id': 'c', 'choices': [row]})}\n\n" for row in rows)
    return Recorded("chat", "/v1/chat/completions", SSE, (body + "data: [DONE]\n\n").encode())


def released(steps: list[Step]) -> str:
    return "".join(heard(b"".join(step.data for step in steps if isinstance(step, Release))).get(CONTENT, ""))


def asks(steps: list[Step]) -> list[Ask]:
    return [step for step in steps if isinstance(step, Ask)]


def answering(outcome: Outcome, short: str = "") -> Any:
    def judge(ask: Ask) -> Judged:
        return Said(outcome, short=short)

    return judge


def test_a_sentence_passes_as_soon_as_its_verdict_is_in() -> None:
    stream = chat("Hello", " there.", " How", " are you?")
    turn = new_turn(stream, Delivery(Mode.HOLD))
    first, second, third, *_ = (event + b"\n\n" for event in stream.body.split(b"\n\n"))
    assert turn.feed(first + second) == []
    steps = turn.feed(third)
    (ask,) = asks(steps)
    assert released(steps) == ""
    assert ask.message.raw == b"Hello there."
    assert released(turn.answer(ask.number, Said(Outcome.CLEAN))) == "Hello there."


def test_what_will_be_asked_is_foreseen_before_it_is_sure_and_releases_nothing() -> None:
    stream = chat("Hello", " there.", " How", " are you?", " Good.")
    turn = new_turn(stream, Delivery(Mode.HOLD, context=("User: hi",)))
    events = [event + b"\n\n" for event in stream.body.split(b"\n\n")]
    assert turn.feed(events[0]) == []
    assert turn.foreseen() == []
    assert turn.feed(events[1]) == []
    (first,) = foreseen = turn.foreseen()
    assert first.raw == b"Hello there."
    (ask,) = asks(turn.feed(events[2]))
    assert [ask.message] == foreseen
    assert turn.foreseen() == []  # what waits for its verdict decides what comes next
    turn.answer(ask.number, Said(Outcome.CLEAN))
    turn.feed(events[3])
    second = turn.foreseen()
    assert [message.raw for message in second] == [b"Hello there. How are you?", b"How are you?"]
    assert [ask.message for ask in asks(turn.feed(events[4]))] == second


def test_nothing_is_foreseen_where_nothing_waits_for_a_verdict() -> None:
    stream = chat("Hello there.")
    turn = new_turn(stream, Delivery(Mode.ANNOTATE))
    turn.feed(stream.body.split(b"\n\n")[0] + b"\n\n")
    assert turn.foreseen() == []


def test_a_sentence_is_judged_behind_those_that_passed_and_by_itself() -> None:
    stream = chat("One is fine. ", f"A {KEYWORD} please. ", "Two is fine. ", "Three.")
    windows = play(stream).texts(Purpose.WINDOW)
    assert windows == [
        "One is fine.",
        f"One is fine. A {KEYWORD} please.",
        f"A {KEYWORD} please.",
        "One is fine. Two is fine.",
        "Two is fine.",
        "One is fine. Two is fine. Three.",
        "Three.",
    ]


def test_calm_words_in_front_of_a_sentence_do_not_carry_it_through() -> None:
    def judge(ask: Ask) -> Judged:
        is_calmed = ask.message.raw.startswith(b"The meeting")
        return Said(Outcome.CLEAN if is_calmed or b"leave me" not in ask.message.raw else Outcome.FLAGGED)

    result = play(chat("The meeting is on Tuesday. ", "Please do not leave me now. ", "Goodbye."), judge=judge)
    assert "leave me" not in "".join(heard(result.released)[CONTENT])
    assert result.texts(Purpose.RECORD) == ["Please do not leave me now."]


def test_a_sentence_that_could_be_judged_only_behind_others_was_judged() -> None:
    """One word in another language says nothing of its language by itself."""

    def judge(ask: Ask) -> Judged:
        return Said(Outcome.UNSURE if ask.message.raw == b"Bonjour!" else Outcome.CLEAN, short="language-unknown")

    result = play(chat("The French say this. ", "Bonjour! ", "That is all."), judge=judge)
    assert "".join(heard(result.released)[CONTENT]) == "The French say this. Bonjour! That is all."


def test_windows_are_drafts_and_what_is_recorded_bears_the_name_of_its_delivery() -> None:
    result = play(chat(f"Fine. A {KEYWORD}. Fine."))
    for ask in result.asks:
        assert ask.message.draft is (ask.purpose is Purpose.WINDOW)
        assert bool(ask.message.once) is (ask.purpose is not Purpose.WINDOW)
    assert len({ask.message.once for ask in result.asks if ask.message.once}) == 2


def test_a_sentence_that_is_flagged_only_with_the_one_before_it_is_held() -> None:
    def judge(ask: Ask) -> Judged:
        is_both = b"secret" in ask.message.raw and b"account" in ask.message.raw
        return Said(Outcome.FLAGGED if is_both else Outcome.CLEAN, 7, "asks for money")

    said = heard(play(chat("Keep this secret. ", "Send it to my account. ", "Thanks."), judge=judge).released)[CONTENT]
    notice = "[guardian held back a sentence: asks for money; open it in the app: guardian journal show 7]"
    assert said == f"Keep this secret. {notice} Thanks."


def test_the_whole_answer_is_asked_at_its_end_in_its_dialogue() -> None:
    turn = new_turn(stream := chat("One. ", "Two."), Delivery(context=("User: count",)))
    whole = [ask.message for ask in asks(turn.feed(stream.body)) if ask.purpose is Purpose.TURN]
    assert [(one.raw, one.context, one.draft) for one in whole] == [(b"One. Two.", ("User: count",), False)]


def test_a_note_stands_before_the_end_and_the_end_waits_for_it() -> None:
    stream = chat(f"A {KEYWORD}.")
    turn = new_turn(stream, Delivery(Mode.ANNOTATE))
    steps = turn.feed(stream.body)
    passed = b"".join(step.data for step in steps if isinstance(step, Release))
    assert KEYWORD.encode() in passed
    assert b"finish_reason" not in passed
    rest = b""
    for ask in asks(steps):
        rest += b"".join(s.data for s in turn.answer(ask.number, keyword_judge(ask)) if isinstance(s, Release))
    assert (
        rest.index(b"[guardian] this answer: flagged") < rest.index(b'"finish_reason": "stop"') < rest.index(b"[DONE]")
    )


@pytest.mark.parametrize(
    ("outcome", "head"),
    [(Outcome.NOTICE, "notice"), (Outcome.UNSURE, "not fully screened"), (Outcome.UNSCREENED, "not screened")],
)
@pytest.mark.parametrize("mode", list(Mode))
def test_whatever_is_not_clean_is_told(outcome: Outcome, head: str, mode: Mode) -> None:
    said = heard(play(chat("One. Two."), mode, judge=answering(outcome, "the reason")).released)[CONTENT]
    assert said == f"One. Two.\n\n[guardian] this answer: {head}: the reason"


def test_a_sentence_that_is_flagged_alone_is_told_though_the_whole_is_not() -> None:
    def judge(ask: Ask) -> Judged:
        is_flagged = ask.purpose is not Purpose.TURN and KEYWORD.encode() in ask.message.raw
        return Said(Outcome.FLAGGED if is_flagged else Outcome.CLEAN, 9 if not ask.message.draft else None, "money")

    result = play(chat(f"One. A {KEYWORD}. Two."), Mode.ANNOTATE, judge=judge)
    assert len(result.texts(Purpose.RECORD)) == 1
    assert (
        "a sentence of this answer: flagged: money; open it in the app: guardian journal show 9"
        in (heard(result.released)[CONTENT])
    )


def test_the_arguments_of_a_tool_are_judged_unescaped_and_held_as_a_whole() -> None:
    arguments = json.dumps({"to": "ann", "body": f"Hi.\nA {KEYWORD}."})
    calls = [
        {"tool_calls": [{"index": 0, "function": {"arguments": arguments[at : at + 9]}}]} for at in range(0, 50, 9)
    ]
    result = play(chat("I'll write to her.", *calls, finish="tool_calls"))
    assert f"to: ann\nbody: Hi.\nA {KEYWORD}." in result.texts(Purpose.WINDOW)
    passed = heard(result.released)[("choices", 0, 0, "delta", "tool_calls", 0, 0, "function", "arguments")]
    assert list(json.loads(passed)) == ["guardian_held_back"]


def test_the_last_sentence_of_the_thinking_holds_nothing_up() -> None:
    stream = chat({"reasoning_content": "I will say it"}, "One. ", "Two", finish=None)
    turn = new_turn(stream, Delivery(Mode.HOLD))
    asked = [ask.message.raw for ask in asks(turn.feed(stream.body.replace(b"data: [DONE]\n\n", b"")))]
    assert asked == [b"I will say it", b"One."]


def test_a_sentence_that_comes_in_two_fields_at_once_or_in_turns_is_judged_whole() -> None:
    words = ["One ", "of ", "the ", "gift ", "card ", "words. ", "Fine."]
    both = chat(*({"reasoning": word, "reasoning_content": word} for word in words))
    turns = chat(*(delta for word in words for delta in ({"reasoning": word}, word)))
    for stream in (both, turns):
        passed = heard(play(stream).released)
        assert "gift" not in " ".join(passed.values())
        assert passed[("choices", 0, 0, "delta", "reasoning")].endswith(" Fine.")


def test_an_answer_that_went_on_after_its_end_is_judged_as_well() -> None:
    first, second = chat("One.", finish="stop").body, chat(f"A {KEYWORD}.").body
    stream = Recorded("chat", "/v1/chat/completions", SSE, first.replace(b"data: [DONE]\n\n", b"") + second)
    assert KEYWORD.encode() not in play(stream).released


@pytest.mark.parametrize("finish", [None, "stop"])
def test_a_stream_without_an_end_is_screened_all_the_same(finish: str | None) -> None:
    body = chat(f"A {KEYWORD}. Fine", finish=finish).body.replace(b"data: [DONE]\n\n", b"")
    result = play(Recorded("chat", "/v1/chat/completions", SSE, body))
    assert KEYWORD.encode() not in result.released
    assert result.texts(Purpose.TURN) == [f"A {KEYWORD}. Fine"]


@pytest.mark.parametrize("data", [b"{not json}", b"[1]", b"{" * 100_000, b'"text"'])
def test_what_cannot_be_read_passes_and_is_told_or_is_held_as_the_owner_chose(data: bytes) -> None:
    body = b"data: " + data + b"\n\n" + chat("Fine.").body
    stream = Recorded("chat", "/v1/chat/completions", SSE, body)
    passed = play(stream).released
    assert passed.startswith(b"data: " + data)
    assert b"could not be read, and passed on without being screened" in passed
    assert data not in play(stream, fail_closed=True).released


def test_a_repeated_whole_that_differs_from_its_pieces_is_judged_too() -> None:
    inside = {"output_index": 0, "content_index": 0}
    rows: list[dict[str, Any]] = [
        {"type": "response.output_text.delta", **inside, "delta": "All is fine."},
        {"type": "response.output_text.done", **inside, "text": f"A {KEYWORD}."},
        {"type": "response.completed", "response": {"id": "resp_1", "output": []}},
    ]
    body = "".join(f"event: {row['type']}\ndata: {json.dumps(row)}\n\n" for row in rows).encode()
    passed = play(Recorded("responses", "/v1/responses", SSE, body)).released
    assert KEYWORD.encode() not in passed
    assert b"All is fine." in passed


def test_token_numbers_and_probabilities_do_not_say_what_was_held_back() -> None:
    row = {"model": "m", "response": f"A {KEYWORD}.", "done": True, "context": [1, 2], "logprobs": [{"token": "gift"}]}
    stream = Recorded("generate", "/api/generate", JSON, json.dumps(row).encode())
    passed = json.loads(play(stream).released)
    assert (passed["context"], passed["logprobs"]) == ([], None)
    clean = Recorded("generate", "/api/generate", JSON, json.dumps({**row, "response": "Fine."}).encode())
    assert play(clean).released == clean.body


def test_a_character_that_came_in_two_halves_is_judged_as_one() -> None:
    stream = chat("Fine \ud83d", "\ude00 day.")
    assert play(stream).texts(Purpose.TURN) == ["Fine \U0001f600 day."]


def test_a_turn_is_full_while_too_many_questions_are_open_and_never_where_none_is() -> None:
    turn = new_turn(stream := chat("One is a sentence. " * MOST_OUTSTANDING), Delivery(Mode.ANNOTATE))
    steps = asks(turn.feed(stream.body))
    assert turn.is_full
    for ask in steps:
        turn.answer(ask.number, Said(Outcome.CLEAN))
    assert not turn.is_full


def test_a_note_on_a_message_of_parts_is_one_more_part() -> None:
    message = {"content": [{"type": "text", "text": "Fine."}]}
    body = json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode()
    passed = play(Recorded("chat", "/v1/chat/completions", JSON, body), judge=answering(Outcome.NOTICE, "why")).released
    parts = json.loads(passed)["choices"][0]["message"]["content"]
    assert [part["text"] for part in parts] == ["Fine.", "\n\n[guardian] this answer: notice: why"]


def test_an_answer_is_taken_once() -> None:
    turn = new_turn(stream := chat("One. Two."), Delivery())
    first = asks(turn.feed(stream.body))[0].number
    turn.answer(first, Said(Outcome.CLEAN))
    with pytest.raises(KeyError):
        turn.answer(first, Said(Outcome.CLEAN))


def test_a_note_of_a_response_is_an_item_of_its_own_in_all_that_says_it() -> None:
    inside = {"output_index": 0, "content_index": 0}
    part = {"type": "output_text", "text": "Fine.", "annotations": []}
    message = {"id": "m", "type": "message", "content": [part]}
    rows: list[dict[str, Any]] = [
        {"type": "response.output_text.delta", **inside, "delta": "Fine."},
        {"type": "response.completed", "response": {"id": "resp_1", "output": [message]}, "sequence_number": 4},
    ]
    body = "".join(f"data: {json.dumps(row)}\n\n" for row in rows).encode()
    passed = play(Recorded("responses", "/v1/responses", SSE, body), judge=answering(Outcome.NOTICE, "why")).released
    events = [json.loads(line[6:]) for line in passed.decode().splitlines() if line.startswith("data: ")]
    assert [event["type"].partition(".")[2] for event in events[1:]] == [
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert [event["sequence_number"] for event in events[1:]] == [4, 5, 6, 7, 8, 9, 10]
    assert events[-1]["response"]["output"][1] == events[-2]["item"]
    assert events[3]["delta"] == "\n\n[guardian] this answer: notice: why"


def test_each_dialect_answers_for_its_own_paths() -> None:
    paths = ("/v1/chat/completions", "/v1/completions", "/v1/responses", "/api/chat", "/api/generate")
    assert len({dialect_of(path).name for path in paths}) == len(paths)


@pytest.mark.parametrize(
    "path", ["/v1/chat/completions", "/v1/completions", "/v1/responses", "/api/chat", "/api/generate"]
)
@pytest.mark.parametrize(
    "payload",
    [{}, {"choices": 3}, {"choices": [None, {"delta": 5, "index": "x"}]}, {"type": 4}, {"type": "response.x.delta"},
     {"message": [], "done": "yes"}, {"response": {"output": [{"content": [4]}]}, "type": "response.completed"},
     {"type": "response.x.done", "text": 3}, {"choices": [{"index": -1, "delta": {"tool_calls": {"a": 1}}}]}],
)  # fmt: skip
def test_a_dialect_reads_whatever_it_is_given(path: str, payload: dict[str, Any]) -> None:
    dialect_of(path).read(payload)
    stream = Recorded("odd", path, JSON, json.dumps(payload).encode())
    assert play(stream).released == stream.body
