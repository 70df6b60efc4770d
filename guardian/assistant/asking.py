"""The message that a typed or pasted text is.

Invariant: what is asked about is a draft, of which nothing is kept, unless its owner wants it kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from guardian.message import Channel, Format, Message

ASK_SOURCE: Final = "ask"
"""The source of a text that the owner asks about."""


def asked_message(
    text: str,
    channel: Channel,
    max_bytes: int,
    *,
    sender: str = "",
    context: Sequence[str] = (),
    keep: bool = False,
) -> Message:
    """The message that a typed or pasted text is; of a longer one the first `max_bytes` bytes."""
    raw = text.encode("utf-8", "surrogatepass")
    return Message(
        raw[:max_bytes],
        channel=channel,
        sender=sender.strip() or None,
        source=ASK_SOURCE,
        format=Format.TEXT,
        context=tuple(context),
        cut=len(raw) > max_bytes,
        draft=not keep,
    )


def turns_of(text: str) -> tuple[str, ...]:
    """The earlier turns in what the owner pasted as said before: one a paragraph, oldest first."""
    paragraphs = ("\n".join(lines) for lines in _paragraphs(text))
    return tuple(paragraph for paragraph in paragraphs if paragraph)


def _paragraphs(text: str) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            found[-1].append(line.strip())
        elif found[-1]:
            found.append([])
    return found
