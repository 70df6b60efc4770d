"""The conversation so far, read from the file that Claude Code keeps of it (JSON lines).

The form of a line, as recorded sessions have it: `type` is `user` or `assistant`; `message.content` is a text or a list
of blocks, of which those of type `text` are said by that side; a user's line with `tool_result` blocks is no turn of
the human; `isMeta` and `isSidechain` mark what is not of the main conversation.

Invariants: the file is a stranger's: a regular file of the owner's own user or nothing, never waited for, its last name
never followed as a link; a bounded head and tail of it are read; a line that is not understood is passed over; no error
leaves here.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

HEAD_BYTES: Final = 256 * 1024
"""Of the beginning, where the human's goal stands."""
TAIL_BYTES: Final = 1024 * 1024
"""Of the end, where the latest turns stand."""
MOST_TURNS: Final = 8
TURN_CHARS: Final = 2000
"""Of one turn; the gate uses about a hundred words of the latest ones."""
_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, repr=False)
class Turn:
    """What one side said."""

    is_human: bool
    text: str


@dataclass(frozen=True, slots=True, repr=False)
class Transcript:
    """As much of a conversation as was read."""

    goal: str = ""
    """The human's first words; empty where they are not known."""
    turns: tuple[Turn, ...] = ()
    """The latest turns, oldest first."""

    @property
    def last_answer(self) -> str:
        """What the assistant said since the human last spoke; empty where it said nothing."""
        said: list[str] = []
        for turn in reversed(self.turns):
            if turn.is_human:
                break
            said.append(turn.text)
        return "\n\n".join(reversed(said))

    def context(self, *, before_answer: bool) -> tuple[str, ...]:
        """The goal and the turns so far, oldest first, as the gate takes them; without the last answer if asked."""
        turns = list(self.turns)
        while before_answer and turns and not turns[-1].is_human:
            turns.pop()
        told = [_labelled(turn) for turn in turns[-MOST_TURNS:]]
        goal = [_labelled(Turn(True, self.goal))] if self.goal else []
        return tuple(dict.fromkeys([*goal, *told]))


def read_transcript(path: object) -> Transcript:
    """What the file at `path` tells; nothing where it is no file that may be read."""
    if not isinstance(path, str) or not path or "\0" in path:
        return Transcript()
    try:
        descriptor = os.open(Path(path).expanduser(), _FLAGS)
    except (OSError, RuntimeError, ValueError):
        return Transcript()
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode) or facts.st_uid != os.getuid():
            return Transcript()
        head = os.pread(descriptor, HEAD_BYTES, 0)
        tail_at = max(facts.st_size - TAIL_BYTES, 0)
        tail = os.pread(descriptor, TAIL_BYTES, tail_at)
    except OSError:
        return Transcript()
    finally:
        os.close(descriptor)
    goal = next((turn.text for turn in _turns(head.split(b"\n")) if turn.is_human), "")
    lines = tail.split(b"\n")
    return Transcript(goal[:TURN_CHARS], tuple(_turns(lines[1:] if tail_at else lines)))


def _turns(lines: Iterable[bytes]) -> Iterator[Turn]:
    for line in lines:
        try:
            entry = json.loads(line) if line.strip() else None
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict) and not entry.get("isMeta") and not entry.get("isSidechain"):
            turn = _turn(entry)
            if turn is not None:
                yield turn


def _turn(entry: dict[str, Any]) -> Turn | None:
    message = entry.get("message")
    if entry.get("type") not in ("user", "assistant") or not isinstance(message, dict):
        return None
    is_human = entry["type"] == "user"
    text = _said(message.get("content"))
    if is_human and text.startswith("<"):  # the tool's own: <command-name>, <local-command-stdout>, <system-reminder>
        return None
    return Turn(is_human, text) if text else None


def _said(content: object) -> str:
    if isinstance(content, str):
        return content.strip()
    blocks = content if isinstance(content, list) else []
    texts = (block.get("text") for block in blocks if isinstance(block, dict) and block.get("type") == "text")
    return "\n\n".join(text for text in texts if isinstance(text, str)).strip()


def _labelled(turn: Turn) -> str:
    return f"{'User' if turn.is_human else 'Assistant'}: {turn.text[:TURN_CHARS]}"
