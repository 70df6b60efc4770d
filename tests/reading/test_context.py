"""A message in its conversation: what the encoder sees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.inference.base import CONTEXT_SHARE, Encoding
from guardian.message import Channel
from guardian.reading.context import MAX_CONTEXT_BYTES, in_context, windows_in_context

IN, AI = Channel.INCOMING, Channel.AI_OUTPUT


@pytest.mark.parametrize(
    ("text", "context", "channel", "seen"),
    [
        ("don't tell mum yet", [], IN, "don't tell mum yet"),
        ("don't tell mum yet", ["", "  "], IN, "don't tell mum yet"),
        ("ok", ["Ana: party on friday?", "me: yes"], IN, "Ana: party on friday?\nme: yes\n\nok"),
        ("Sure.", ["Is it safe?"], AI, "User: Is it safe?\n\nAssistant: Sure."),
        ("Sure.", ["User: hi", "Assistant: yo", "User: ?"], AI, "User: hi\nAssistant: yo\nUser: ?\n\nAssistant: Sure."),
        ("User: safe?\n\nAssistant: Sure.", ["User: hi"], AI, "User: hi\n\nUser: safe?\n\nAssistant: Sure."),
        ("Goodbye.", ["User: bye", "Assistant: stay"], AI, "User: bye\nAssistant: stay\n\nAssistant: Goodbye."),
    ],
)  # fmt: skip
def test_the_latest_turns_stand_before_the_message(text: str, context: list[str], channel: Channel, seen: str) -> None:
    assert in_context(text, context, channel) == seen


@given(st.text(max_size=60), st.lists(st.text(max_size=200), max_size=6), st.sampled_from(Channel))
def test_the_message_is_always_whole_and_last_and_its_history_bounded(
    text: str, context: list[str], channel: Channel
) -> None:
    seen = in_context(text, context, channel)
    assert seen.endswith(text)
    frame = len("User: " + "Assistant: " + "\n\n")
    assert len(seen.encode("utf-8", "replace")) <= len(text.encode("utf-8", "replace")) + MAX_CONTEXT_BYTES + frame


def test_a_long_history_loses_its_oldest_turns_first() -> None:
    seen = in_context("now", [f"turn {number} " + "x" * 100 for number in range(50)], IN)
    assert "turn 49" in seen
    assert "turn 40" not in seen


def test_without_a_conversation_no_window_is_judged_twice() -> None:
    assert windows_in_context(["a", "b"], ["", " "], IN) == []
    assert windows_in_context(["a", "b"], ["c"], IN) == ["c\n\na", "c\n\nb"]


def test_scores_are_those_in_the_conversation_and_the_embedding_is_the_messages_own() -> None:
    logits, tokens = np.array([[1.0], [5.0]], np.float32), np.array([3, 9], np.int32)
    both = Encoding(logits, np.eye(2, dtype=np.float32), tokens, np.zeros(2, np.int32), 1.0)
    judged = both.in_context(1)
    assert judged.logits[0, 0] == pytest.approx(CONTEXT_SHARE * 5 + (1 - CONTEXT_SHARE) * 1)
    assert judged.embeddings.tolist() == [[1, 0]]
    assert judged.tokens.tolist() == [3]
    assert both.in_context(2) is both
