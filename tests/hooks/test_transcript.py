"""The conversation so far, out of a file that anybody may have written."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hook_rig import transcript_line
from hypothesis import given
from hypothesis import strategies as st

from guardian.hooks.transcript import HEAD_BYTES, MOST_TURNS, TAIL_BYTES, TURN_CHARS, Transcript, read_transcript

SESSION = b"".join(
    [
        json.dumps({"type": "summary", "summary": "Soup"}).encode() + b"\n",
        transcript_line("user", "Caveat: not the human's", isMeta=True),
        transcript_line("user", "<command-name>/clear</command-name>"),
        transcript_line("user", "Find me a recipe for soup."),
        transcript_line("assistant", [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "I look."}]),
        transcript_line("assistant", [{"type": "tool_use", "id": "t", "name": "WebFetch", "input": {}}]),
        transcript_line("user", [{"type": "tool_result", "tool_use_id": "t", "content": "leeks"}]),
        transcript_line("assistant", [{"type": "text", "text": "a side task"}], isSidechain=True),
        b"{not json\n",
        transcript_line("assistant", [{"type": "text", "text": "Leek soup it is."}]),
    ]
)


@pytest.fixture
def session(tmp_path: Path) -> Path:
    path = tmp_path / "session.jsonl"
    path.write_bytes(SESSION)
    return path


def test_goal_turns_and_last_answer_are_those_of_the_main_conversation(session: Path) -> None:
    read = read_transcript(str(session))
    assert read.goal == "Find me a recipe for soup."
    assert [turn.text for turn in read.turns] == ["Find me a recipe for soup.", "I look.", "Leek soup it is."]
    assert read.last_answer == "I look.\n\nLeek soup it is."


def test_the_context_of_an_answer_is_what_came_before_it(session: Path) -> None:
    read = read_transcript(str(session))
    assert read.context(before_answer=True) == ("User: Find me a recipe for soup.",)
    assert read.context(before_answer=False)[-1] == "Assistant: Leek soup it is."


def test_of_a_long_session_the_goal_and_the_latest_turns_are_read(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    filler = b"".join(transcript_line("user", f"turn {number} " + "x" * 3000) for number in range(800))
    path.write_bytes(transcript_line("user", "The goal.") + filler)
    assert len(filler) > HEAD_BYTES + TAIL_BYTES
    context = read_transcript(str(path)).context(before_answer=False)
    assert context[0] == "User: The goal."
    assert context[-1].startswith("User: turn 799 ")
    assert len(context) == MOST_TURNS + 1
    assert max(map(len, context)) <= TURN_CHARS + len("Assistant: ")


def test_only_a_regular_file_is_read_and_nothing_is_waited_for(tmp_path: Path, session: Path) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(session)
    paths: tuple[object, ...] = (
        str(pipe),
        str(link),
        str(tmp_path),
        "/dev/zero",
        "/nowhere",
        "",
        "\0",
        "~no-such-user/x",
        None,
        7,
        [],
    )
    for path in paths:
        assert read_transcript(path) == Transcript()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "message", "content", "text"]), inner)
    ),
    max_leaves=8,
)


@given(st.lists(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()), max_size=6))
def test_no_line_of_any_kind_is_an_error(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("any") / "session.jsonl"
    path.write_bytes(b"\n".join([*lines, b"[" * 5000, transcript_line("user", "still read")]))
    assert read_transcript(str(path)).turns[-1].text == "still read"
