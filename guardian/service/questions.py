"""A message as the header and body of a question, and back. Both sides use this file. Standard library and leaves only.

Invariants: what `question` makes, `message_of` makes back equal, whatever characters a stranger put into its fields;
anything else is a FrameError.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from guardian import __version__
from guardian.message import Channel, Format, Message
from guardian.safe_text import safe_line
from guardian.service.frames import PROTOCOL, Frame, FrameError
from guardian.service.place import Household

SCREEN: Final = "screen"
STATUS: Final = "status"
_MOST_ONCE_BYTES: Final = 256
_MOST_SECONDS: Final = 600
"""As `judge.timeout_s` has it."""


def speaks(header: Mapping[str, Any]) -> bool:
    """Whether a question comes from a client of this version, whose words mean what they mean here."""
    return header.get("protocol") == PROTOCOL and header.get("version") == __version__


def question(message: Message, *, all_policies: bool, house: Household = ()) -> Frame:
    """The frame that asks for a verdict on a message: of the service of this house alone, where one is named."""
    header = {
        **_asking(SCREEN),
        "channel": message.channel.value,
        "id": message.id,
        "sender": message.sender,
        "source": message.source,
        "format": message.format.value,
        "context": list(message.context),
        "fault": message.fault,
        "cut": message.cut,
        "draft": message.draft,
        "once": message.once.hex(),
        "judge_within_s": message.judge_within_s,
        "all_policies": all_policies,
        "house": list(house),
    }
    return Frame(header, message.raw)


def status_question() -> Frame:
    """The frame that asks how the service fares."""
    return Frame(_asking(STATUS))


def _asking(ask: str) -> dict[str, Any]:
    return {"protocol": PROTOCOL, "version": __version__, "ask": ask}


def is_for(house: Household, header: Mapping[str, Any]) -> bool:
    """Whether a question is for the service of `house`. Raises FrameError."""
    asked = header.get("house")
    if not isinstance(asked, list) or not all(isinstance(each, str) for each in asked):
        raise FrameError("the house is not a list of texts")
    return not (asked and house) or tuple(asked) == house


def message_of(frame: Frame) -> Message:
    """The message of a question. Raises FrameError."""
    header = frame.header
    try:
        once = bytes.fromhex(_words(header, "once"))
        if len(once) > _MOST_ONCE_BYTES:
            raise FrameError("the name of a delivery is too long")
        context = header["context"]
        if not isinstance(context, list) or not all(isinstance(turn, str) for turn in context):
            raise FrameError("the earlier turns are not a list of texts")
        return Message(
            raw=frame.body,
            channel=Channel(_words(header, "channel")),
            id=_words(header, "id"),
            sender=None if header["sender"] is None else _words(header, "sender"),
            source=_words(header, "source"),
            format=Format(_words(header, "format")),
            context=tuple(context),
            fault=safe_line(_words(header, "fault")),
            cut=is_set(header, "cut"),
            draft=is_set(header, "draft"),
            once=once,
            judge_within_s=_seconds(header, "judge_within_s"),
        )
    except FrameError:
        raise
    except (KeyError, ValueError):
        raise FrameError("a question lacks a field, or one has another kind of value") from None


def is_set(header: Mapping[str, Any], name: str) -> bool:
    """A truth value of a header. Raises FrameError."""
    value = header.get(name)
    if not isinstance(value, bool):
        raise FrameError(f"{name} is neither true nor false")
    return value


def _seconds(header: Mapping[str, Any], name: str) -> float | None:
    value = header[name]
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST_SECONDS:
        raise FrameError(f"{name} is no number of seconds")
    return float(value)


def _words(header: Mapping[str, Any], name: str) -> str:
    value = header[name]
    if not isinstance(value, str):
        raise FrameError(f"{name} is not a text")
    return value
