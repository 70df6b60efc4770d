"""A message in its conversation: the text that the encoder sees where earlier turns are known.

The same sentence can be honest or not: "don't tell mum yet" before a birthday, and after a request to hide something.
So a window is judged a second time with the latest earlier turns before it.

Invariants: the window itself is always there whole and last; earlier turns take at most `MAX_CONTEXT_BYTES`, the
latest ones first, so that no sender can push the message out of the model's sight with a long history; pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from guardian.message import Channel

MAX_CONTEXT_BYTES = 480
"""About a hundred words: with a window of 1,000 bytes it stays within the model's 512 tokens for Latin text."""
_CUT = "… "
_USER, _ASSISTANT = "User: ", "Assistant: "


def windows_in_context(windows: Sequence[str], context: Sequence[str], channel: Channel) -> list[str]:
    """The same windows after their conversation; none where there is no conversation."""
    return [in_context(window, context, channel) for window in windows] if any(map(str.strip, context)) else []


def in_context(text: str, context: Sequence[str], channel: Channel) -> str:
    """`text` after the latest turns of `context` (oldest first), or `text` alone where there are none.

    An assistant's reply is written as the model learnt it, `User: ...`, a blank line, `Assistant: ...`.
    """
    turns = [turn.strip() for turn in context if turn.strip()]
    if not turns:
        return text
    if channel is Channel.AI_OUTPUT:
        if not turns[-1].startswith((_USER, _ASSISTANT)):
            turns[-1] = _USER + turns[-1]
        if not text.startswith((_USER, _ASSISTANT)):
            text = _ASSISTANT + text
    return f"{_latest(turns)}\n\n{text}"


def _latest(turns: Sequence[str]) -> str:
    """The latest turns that fit, oldest first; the oldest of them is cut at its start."""
    kept: list[str] = []
    left = MAX_CONTEXT_BYTES
    for turn in reversed(turns):
        size = len(turn.encode("utf-8", "replace")) + 1
        if size > left:
            piece = _tail(turn, left - len(_CUT.encode()))
            kept += [_CUT + piece] if piece else []
            break
        kept.append(turn)
        left -= size
    return "\n".join(reversed(kept))


def _tail(text: str, size_bytes: int) -> str:
    """The end of `text`, from a word on, within `size_bytes` of UTF-8."""
    if size_bytes <= 0:
        return ""
    tail = text.encode("utf-8", "replace")[-size_bytes:].decode("utf-8", "ignore")
    return tail.partition(" ")[2] or tail
