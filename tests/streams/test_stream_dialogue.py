"""The dialogue of a request: the goal stays in sight of the model, whatever came later."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.message import Channel
from guardian.reading.context import MAX_CONTEXT_BYTES, in_context
from guardian.streams.dialogue import Dialogue, read_dialogue

PARTS = [{"type": "input_text", "text": "Find a bike"}]
SYSTEM, WHICH, RED = ({"role": "system", "content": "Be kind."}, {"role": "assistant", "content": "Which?"},
                      {"role": "user", "content": "Red"})  # fmt: skip
ASKED: list[tuple[str, dict[str, Any]]] = [
    ("/v1/chat/completions", {"messages": [SYSTEM, {"role": "user", "content": PARTS}, WHICH, {"role": "tool"}, RED]}),
    ("/api/chat", {"messages": [SYSTEM, {"role": "user", "content": "Find a bike"}, WHICH, RED]}),
    (
        "/v1/responses",
        {"instructions": "Be kind.", "input": [{"role": "user", "content": PARTS}, {"type": "reasoning"}, WHICH, RED]},
    ),
]


@pytest.mark.parametrize(("path", "asked"), ASKED)
def test_goal_and_turns_are_read_from_every_request(path: str, asked: dict[str, Any]) -> None:
    dialogue = read_dialogue(path, asked)
    assert dialogue.opening == ("Be kind.", "Find a bike")
    assert dialogue.goal == "Find a bike"
    assert dialogue.context() == ("User: Find a bike", "Assistant: Which?", "User: Red")
    assert dialogue.context("Buy nothing") == (
        "User: Buy nothing",
        "User: Find a bike",
        "Assistant: Which?",
        "User: Red",
    )


@pytest.mark.parametrize(
    ("path", "asked", "goal"),
    [
        ("/v1/completions", {"prompt": "Once upon"}, "Once upon"),
        ("/v1/completions", {"prompt": ["One", "Two"]}, "One"),
        ("/v1/completions", {"prompt": [1, 2, 3]}, ""),
        ("/api/generate", {"prompt": "Why?", "system": "Be brief."}, "Why?"),
        ("/v1/responses", {"input": "Why?"}, "Why?"),
        ("/v1/chat/completions", {"messages": "no list"}, "no list"),
        ("/v1/chat/completions", {"messages": [None, 3, {"role": 4}, {"role": "user"}]}, ""),
        ("/elsewhere", {"messages": [{"role": "user", "content": "x"}]}, ""),
    ],
)
def test_a_request_of_any_form_is_read(path: str, asked: dict[str, Any], goal: str) -> None:
    assert read_dialogue(path, asked).goal == goal


WORDS = st.text(st.sampled_from("ab é漢\n"), max_size=700)


@given(WORDS, st.lists(st.tuples(st.sampled_from(["User: ", "Assistant: "]), WORDS), max_size=9), st.booleans())
@settings(max_examples=150, deadline=None)
def test_the_model_sees_all_of_the_context_and_the_goal_first(
    goal: str, later: list[tuple[str, str]], by_owner: bool
) -> None:
    turns = (f"User: {goal.strip()}", *(label + text.strip() for label, text in later))
    context = Dialogue((), goal.strip(), turns if goal.strip() else turns[1:]).context(
        "Owner's goal" if by_owner else None
    )
    assert sum(len(turn.encode()) + 1 for turn in context) <= MAX_CONTEXT_BYTES
    if by_owner:
        assert context[0] == "User: Owner's goal"
        assert "Owner's goal" in in_context("Answer.", context, Channel.AI_OUTPUT)
