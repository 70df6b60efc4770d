"""Every message of the app, as dataclasses: from the bridge's thread to the app, and from widgets to the app.

Invariant: what these carry is either a `Screened`, the core's own words, or a number; the one text of the owner's
(`TextGiven`) goes towards the gate and never to a widget.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from guardian.events import Event
from guardian.message import Channel

if TYPE_CHECKING:
    from guardian.gate import Screened
    from tui.marking import Piece
    from tui.triage import Item


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


# From widgets


@dataclass(repr=False)
class ItemChosen(Message):
    """The cursor stands on another row of the inbox, or on none."""

    item: Item | None


@dataclass(repr=False)
class FilterChanged(Message):
    """The owner looks for certain messages."""

    words: str


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


@dataclass(repr=False)
class TextMarked(Message):
    """A message's text was read for showing, with the quoted words marked."""

    screened: Screened
    pieces: tuple[Piece, ...]
