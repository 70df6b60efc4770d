"""The messages that more than one part of the app knows, as dataclasses: from threads, and from widgets, to the app.

A screen's own messages stand beside that screen. Invariant: what these carry is a `Screened`, an alert, the core's own
words, or a number; the one text of the owner's (`TextGiven`) goes towards the gate and never to a widget.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from textual.message import Message
from textual.message_pump import MessagePump

from guardian.events import Event
from guardian.message import Channel

if TYPE_CHECKING:
    from guardian.alerts.alert import Alert
    from guardian.gate import Screened


# From the bridge


@dataclass(repr=False)
class HouseLoaded(Message):
    """What the gate is about to be built from."""

    model: str
    """Name of the model."""
    policies: int
    """Policies in force."""
    policy_set: str
    """Their hash."""


@dataclass(repr=False)
class JournalFound(Message):
    """How the journal stands before anything is added to it."""

    key: str
    """Where its key is, or why it can't be used, in one safe line."""
    is_weak: bool
    """Whether the key lies in a plain file."""
    waiting: int
    """Records that wait outside."""


@dataclass(repr=False)
class ReasonsWanted(Message):
    """Policies were changed straight in their files, and their owner has not said why."""

    policies: tuple[str, ...]
    """Their ids."""


@dataclass(repr=False)
class GateOpened(Message):
    """Everything is loaded; the model runs, or is about to."""


@dataclass(repr=False)
class GateFailed(Message):
    """There is no gate, and there will be none until the app is started again."""

    line: str
    """Why, in one line that is safe to show."""


@dataclass(repr=False)
class CoreEvent(Message):
    """Something that the core told its observer."""

    event: Event


@dataclass(repr=False)
class InboxListed(Message):
    """How many messages the paths hold."""

    total: int


@dataclass(repr=False)
class InboxScreened(Message):
    """The next message of the paths was screened."""

    screened: Screened


@dataclass(repr=False)
class OtherScreened(Message):
    """A message that another program asked about was screened."""

    screened: Screened


@dataclass(repr=False)
class InboxFailed(Message):
    """The paths, or what is left of them, cannot be read."""

    line: str
    """Why, in one line that is safe to show."""


@dataclass(repr=False)
class Answered(Message):
    """The verdict on a text that the owner asked about."""

    number: int
    """That of the question."""
    screened: Screened


# From the threads that follow the journal, and that do slow work


class Reach(StrEnum):
    """Whether the journal can be read."""

    NONE_YET = "none yet"
    READING = "reading"
    """Its alerts are being read for the first time."""
    OPEN = "open"
    LOCKED = "locked"
    TROUBLE = "trouble"


@dataclass(repr=False)
class JournalStands(Message):
    """Whether the journal can be read, from now on."""

    reach: Reach
    trouble: str
    """Why not, in one line that is safe to show; empty where it can be."""


@dataclass(repr=False)
class AlertsRead(Message):
    """Alerts stand in the journal; a known one comes again when the owner's word on it changed."""

    alerts: tuple[Alert, ...]
    is_new: bool
    """False: they were there when the app began."""


@dataclass(repr=False)
class AlertsForgotten(Message):
    """What these numbers name (first and last, both included) was erased."""

    ranges: tuple[tuple[int, int], ...]


@dataclass(repr=False)
class WorkFailed(Message):
    """Work that a widget asked the desk for came to nothing."""

    key: str
    """The work's."""
    line: str
    """Why, in one line that is safe to show."""


# From widgets


@dataclass(repr=False)
class SpeakerChanged(Message):
    """Another one wrote the text, says the owner."""

    channel: Channel


@dataclass(repr=False)
class LongTextPasted(Message):
    """A text was pasted that is too long to be edited; it is screened whole."""

    text: str


@dataclass(repr=False)
class TextGiven(Message):
    """The owner stopped typing: this text is to be screened, and no earlier one any more."""

    number: int
    text: str
    channel: Channel
    asker: MessagePump
    """The widget that gets the `Answered`."""
    sender: str = ""
    """Who sent it, as the owner said; may be empty."""
    context: tuple[str, ...] = ()
    """What was said before, oldest first."""
    keep: bool = False
    """Whether it is to be recorded too, as any message is."""
