"""One question to the warm service, for programs that somebody else's tool waits for.

Invariants: there is an answer, or a `NotScreened` with its reason; nothing here raises for what the service does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from guardian.errors import GuardianError
from guardian.message import Channel, Message
from guardian.safe_text import safe_line
from guardian.service.answer import Answer
from guardian.settings import Settings

QUESTION_TIMEOUT_S: Final = 20.0
"""How long one answer may take. With the start of a service it stays below the time that hooks are given."""


@dataclass(frozen=True, slots=True)
class NotScreened:
    """That there is no verdict, and why."""

    why: str
    """One safe line."""


def ask(message: Message, settings: Settings) -> Answer | NotScreened:
    """The verdict on one message; a service is started where none runs."""
    from guardian.service.connecting import connect

    try:
        with connect(settings, timeout_s=QUESTION_TIMEOUT_S) as client:
            return client.screen(message)
    except GuardianError as error:
        return NotScreened(safe_line(error.line(), 300))


def reachable(settings: Settings) -> NotScreened | None:
    """Start a service where none runs, so that the first question is answered at once; why there is none, or None."""
    from guardian.service.connecting import connect

    try:
        with connect(settings, timeout_s=QUESTION_TIMEOUT_S) as client:
            client.status()
    except GuardianError as error:
        return NotScreened(safe_line(error.line(), 300))
    return None


def as_message(
    text: str, channel: Channel, source: str, settings: Settings, *, id: str = "", context: tuple[str, ...] = ()
) -> Message:
    """`text` as a message; of a longer one than is read, the beginning, marked as cut."""
    raw = text.encode("utf-8", "surrogatepass")
    most = settings.limits.max_bytes_read
    return Message(raw[:most], channel, id=id, source=source, context=context, cut=len(raw) > most)
