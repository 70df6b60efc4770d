"""What Claude Code is answered where nothing could be screened: told always, stopped only at the owner's word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hook_rig import transcript_line

from guardian.hooks.asking import NotScreened
from guardian.hooks.claude_event import ClaudeEvent, parse_event
from guardian.hooks.claude_reply import reply
from guardian.message import Channel

NOTHING = NotScreened("no service answers")
EVENTS = ["UserPromptSubmit", "PreToolUse", "PostToolUse", "PostToolUseFailure", "Stop", "SubagentStop"]


@pytest.mark.parametrize("name", EVENTS)
def test_what_was_not_screened_is_told_and_never_called_clean(name: str) -> None:
    answer = reply(ClaudeEvent(name), NOTHING, fail_closed=False)
    assert set(answer) == {"systemMessage"}
    assert "NOT screened" in answer["systemMessage"]


CLOSED: list[tuple[str, dict[str, Any], set[str]]] = [
    ("UserPromptSubmit", {}, {"decision", "reason"}),
    ("PreToolUse", {}, {"hookSpecificOutput"}),
    ("PostToolUse", {"tool_name": "Bash"}, {"continue", "stopReason"}),
    ("PostToolUse", {"tool_name": "mcp__a__b"}, {"decision", "reason", "hookSpecificOutput"}),
    ("PostToolUseFailure", {"tool_name": "Bash"}, {"continue", "stopReason"}),
    ("Stop", {}, set()),  # the answer was shown by then: to block would only have the assistant go on
    ("SubagentStop", {}, set()),
]


@pytest.mark.parametrize(("name", "fields", "stops"), CLOSED)
def test_with_fail_closed_each_event_stops_what_it_can(name: str, fields: dict[str, Any], stops: set[str]) -> None:
    answer = reply(ClaudeEvent(name, fields), NOTHING, fail_closed=True)
    assert set(answer) == {"systemMessage", *stops}


def test_what_is_typed_is_the_owners_and_what_is_pasted_may_be_a_strangers() -> None:
    typed = parse_event(b'{"hook_event_name": "UserPromptSubmit", "prompt": "short and\\nmine"}')
    pasted = parse_event(b'{"hook_event_name": "UserPromptSubmit", "prompt": "look:\\none\\ntwo"}')
    assert typed.to_screen() is None
    found = pasted.to_screen()
    assert found is not None
    assert (found.channel, found.text) == (Channel.INCOMING, "look:\none\ntwo")


def test_an_answer_is_judged_with_the_goal_and_the_turns_before_it(tmp_path: Path) -> None:
    session = tmp_path / "session.jsonl"
    session.write_bytes(
        transcript_line("user", "Help me plan the week.")
        + transcript_line("assistant", "Gladly.")
        + transcript_line("user", "And Friday?")
        + transcript_line("assistant", "Stay with me on Friday.")
    )
    fields = {"transcript_path": str(session), "last_assistant_message": "Stay with me on Friday."}
    found = ClaudeEvent("Stop", fields).to_screen()
    assert found is not None
    assert (found.channel, found.text) == (Channel.AI_OUTPUT, "Stay with me on Friday.")
    assert found.context == ("User: Help me plan the week.", "Assistant: Gladly.", "User: And Friday?")


@pytest.mark.parametrize("value", [None, 7, [], {}, [[[]]], {"prompt": {"a": 1}}])
@pytest.mark.parametrize("name", EVENTS)
def test_a_field_of_another_kind_counts_as_absent(name: str, value: object) -> None:
    fields = (
        "prompt",
        "tool_name",
        "tool_input",
        "tool_response",
        "error",
        "last_assistant_message",
        "transcript_path",
    )
    assert ClaudeEvent(name, dict.fromkeys(fields, value)).to_screen() is None or isinstance(value, dict)
