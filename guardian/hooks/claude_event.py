"""An event of Claude Code's hooks: the JSON that a hook reads from standard input, and what in it is to be screened.

Source: the reference of Claude Code's hooks, https://code.claude.com/docs/en/hooks (`hook_event_name`, `prompt`,
`tool_name`, `tool_input`, `tool_response`, `last_assistant_message`, `transcript_path`, `stop_hook_active`).

Invariants: every field is a stranger's: of another kind it counts as absent; of a tool's result every text is
screened but what is a picture or a file by its place and its form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from guardian.errors import InputError
from guardian.hooks.transcript import Transcript, read_transcript
from guardian.message import Channel

PASTED_CHARS: Final = 280
PASTED_LINES: Final = 3
"""From so many characters or lines on, a prompt is taken to hold text that was pasted. What the owner types is the
owner's own, and nobody else's work on them."""
_OWN_WORDS: Final = frozenset({"Edit", "ExitPlanMode", "MultiEdit", "NotebookEdit", "TodoWrite", "Write"})
"""Tools whose result repeats what the assistant itself put in."""
_FILE_FIELDS: Final = frozenset({"base64", "blob", "data"})
_FILE: Final = re.compile(
    r"(?:iVBORw0KGgo|/9j/|R0lGOD|UklGR|JVBERi0|UEsDB)[A-Za-z0-9+/]{50,}(?:\r?\n[A-Za-z0-9+/]{60,})*"
    r"(?:\r?\n[A-Za-z0-9+/]{1,59})?={0,2}\s*"
)
"""Base64 of a PNG, JPEG, GIF, WebP, PDF or ZIP, unbroken or in the long lines of RFC 2045: nothing that the assistant
reads as words. It counts under the names that pictures and files have in the protocols (`_FILE_FIELDS`) alone."""
_NAME_CHARS: Final = 40
"""A longer name of a field is taken to say something."""


@dataclass(frozen=True, slots=True, repr=False)
class ToScreen:
    """One text of an event, with who speaks in it."""

    text: str
    channel: Channel
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class ClaudeEvent:
    """One event."""

    name: str
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def tool(self) -> str:
        """Name of the tool that was, or is to be, used; empty for other events."""
        return self.text("tool_name")

    @property
    def is_again(self) -> bool:
        """Whether the assistant goes on already because a hook did not let it stop."""
        return self.fields.get("stop_hook_active") is True

    def text(self, name: str) -> str:
        """A field that is a text; empty where it is none."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def to_screen(self) -> ToScreen | None:
        """What is to be screened; None where there is nothing."""
        match self.name:
            case "UserPromptSubmit":
                return _pasted(self.text("prompt"))
            case "PreToolUse":
                said = "\n".join(_texts(self.fields.get("tool_input"))).strip()
                return ToScreen(said, Channel.AI_OUTPUT, self._read().context(before_answer=False)) if said else None
            case "PostToolUse" if self.tool not in _OWN_WORDS:
                said = "\n".join(_texts(self.fields.get("tool_response"))).strip()
                return ToScreen(said, Channel.INCOMING) if said else None
            case "PostToolUseFailure":
                said = self.text("error").strip()
                return ToScreen(said, Channel.INCOMING) if said else None
            case "Stop" | "SubagentStop":
                return self._final_answer()
        return None

    def _final_answer(self) -> ToScreen | None:
        transcript = self._read()
        said = self.text("last_assistant_message").strip() or transcript.last_answer
        return ToScreen(said, Channel.AI_OUTPUT, transcript.context(before_answer=True)) if said else None

    def _read(self) -> Transcript:
        own = self.fields.get("agent_transcript_path") if self.name == "SubagentStop" else None
        return read_transcript(own or self.fields.get("transcript_path"))


def parse_event(raw: bytes) -> ClaudeEvent:
    """The event in a hook's standard input. Raises InputError."""
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError):
        raise InputError("what came on standard input is no JSON") from None
    name = fields.get("hook_event_name") if isinstance(fields, dict) else None
    if not isinstance(name, str) or not name:
        raise InputError("what came on standard input is no event of Claude Code: it has no hook_event_name")
    return ClaudeEvent(name, fields)


def _pasted(prompt: str) -> ToScreen | None:
    is_pasted = len(prompt) >= PASTED_CHARS or prompt.strip().count("\n") + 1 >= PASTED_LINES
    return ToScreen(prompt, Channel.INCOMING) if is_pasted else None


def _texts(found: object) -> Iterator[str]:
    """Every text in a tool's JSON, in order; a name of a field too, where it is more than a word."""
    waiting: list[tuple[str, object]] = [("", found)]  # no recursion: a stranger says how deep it goes
    while waiting:
        name, value = waiting.pop()
        if len(name.split()) > 1 or len(name) > _NAME_CHARS:
            yield name
        if isinstance(value, str):
            if not (name in _FILE_FIELDS and _FILE.fullmatch(value)):
                yield value
        elif isinstance(value, dict):
            waiting += reversed(value.items())
        elif isinstance(value, list):
            waiting += [("", each) for each in reversed(value)]
