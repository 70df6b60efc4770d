"""A message: a text that somebody or some AI addresses to the owner.

Invariants: the raw bytes are never changed after the message is made, and `repr` never shows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Channel(StrEnum):
    """Who speaks to the owner."""

    INCOMING = "incoming"
    """A person or an organisation: mail, SMS, chat."""
    AI_OUTPUT = "ai_output"
    """An AI assistant's answer."""


class Format(StrEnum):
    """How the raw bytes are to be read."""

    TEXT = "text"
    MAIL = "mail"
    HTML = "html"


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """One message as it arrived."""

    raw: bytes
    """The bytes exactly as they came; every span of a finding is an offset into them."""
    channel: Channel = Channel.INCOMING
    """Who speaks."""
    id: str = ""
    """The caller's name for it; empty where there is none. Untrusted."""
    sender: str | None = None
    """Address or name of the sender where the source knows it. Untrusted."""
    source: str = "stdin"
    """Where it was read from: `stdin`, a file's path, a folder's name. Untrusted."""
    format: Format = Format.TEXT
    """How to read `raw`."""
    context: tuple[str, ...] = ()
    """Earlier turns of the conversation, oldest first."""
    fault: str = ""
    """Why the source could not read it; the gate then answers `unscreened`. One lower-case line, safe to show."""
    cut: bool = False
    """True where the source held more bytes than were read: the verdict then says that it saw a part."""
    draft: bool = False
    """True for a piece of a message that is still being written: it is judged like any other, but nothing of it is
    recorded or remembered."""
    once: bytes = b""
    """A name of this delivery that tells a stranger nothing; a recorder keeps what bears it one time. Empty where the
    source may give the same message twice."""
    asked_s: float | None = None
    """When it was asked about, by this process's monotonic clock, where others wait behind it: how long it may wait for
    a second opinion counts from then. None: from when its turn comes."""
    judge_within_s: float | None = None
    """How long it may wait for a second opinion at most, where whoever asks has less time than the settings give."""
    spoken_by: str = ""
    """SHA-256 of the model file that wrote it, where the source knows that: a judge made of the same file is not asked
    about it. Empty for all others."""

    def __repr__(self) -> str:
        return (
            f"Message(id={self.id!r}, channel={self.channel.value}, format={self.format.value}, bytes={len(self.raw)})"
        )
