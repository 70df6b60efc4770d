"""`guardian hook claude-code`: one event in, one reply out.

Invariants: the exit code is 0, whatever fails, so that no failure of the guard stops the owner's tool, unless the owner
said `fail_closed`; then what is no event at all is refused with code 2, which Claude Code takes as a block.
"""

from __future__ import annotations

import json
from typing import Final

from guardian.hooks.asking import NotScreened, as_message, ask, reachable
from guardian.hooks.claude_event import ClaudeEvent, parse_event
from guardian.hooks.claude_reply import Reply, reply
from guardian.safe_text import safe_line
from guardian.settings import Settings

SOURCE: Final = "hook:claude-code"
HOOK_TIMEOUT_S: Final = 60
"""What the settings give a hook: more than a start of the service and one answer take."""
SCREENED_TOOLS: Final = "Bash|Glob|Grep|Read|Task|WebFetch|WebSearch|mcp__.*"
"""The tools that bring in what somebody else wrote."""
_EVENTS: Final = {
    "SessionStart": "",
    "UserPromptSubmit": "",
    "PostToolUse": SCREENED_TOOLS,
    "Stop": "",
    "SubagentStop": "",
}


def handle(raw: bytes, settings: Settings, *, fail_closed: bool = False) -> Reply:
    """The reply to the event in `raw`. Raises InputError where it is none."""
    event = parse_event(raw)
    if event.name == "SessionStart":
        return _greeting(reachable(settings))
    wanted = event.to_screen()
    if wanted is None:
        return {}
    message = as_message(wanted.text, wanted.channel, SOURCE, settings, id=_id(event), context=wanted.context)
    return reply(event, ask(message, settings), fail_closed=fail_closed)


def not_screened(why: str) -> Reply:
    """The reply where nothing could be screened; `why` is one line."""
    return {"systemMessage": f"guardian: NOT screened: {safe_line(why)}"}


def settings_snippet(command: str) -> str:
    """What goes into Claude Code's `settings.json`; `command` is how to run this program."""
    hook = {"type": "command", "command": f"{command} hook claude-code", "timeout": HOOK_TIMEOUT_S}
    hooks = {
        name: [{"matcher": tools, "hooks": [hook]} if tools else {"hooks": [hook]}] for name, tools in _EVENTS.items()
    }
    return json.dumps({"hooks": hooks}, indent=2)


def _greeting(missing: NotScreened | None) -> Reply:
    if missing is None:
        return {}
    return {"systemMessage": f"guardian: nothing of this session can be screened now: {missing.why}"}


def _id(event: ClaudeEvent) -> str:
    """A name by which the owner finds the message again."""
    return ":".join(part[:80] for part in (event.name, event.tool, event.text("session_id")) if part)
