"""The words of the streams: what a turn is fed, what it asks and what it lets go.

A `guardian.streams.turn.Turn` is driven by whoever holds the sockets (`dialect_for` is in `dialects.load`,
`framing_for` in `framing`, `read_dialogue` in `dialogue`):

    context = read_dialogue(path, request).context()
    turn = Turn(dialect_for(path), framing_for(content_type), Delivery(mode=Mode.HOLD, context=context, key=...))
    for chunk in upstream:  # any pieces: cuts change nothing
        perform(turn.feed(chunk))
    perform(turn.finish())  # also when the upstream broke off: finish(broken=True)
    # perform: send what a Release holds, in order; put each Ask to the service, in any order and any number at once,
    # and perform what turn.answer(ask.number, answer) returns, or turn.unanswered(ask.number, "why") where none came.
    # Read no more from the upstream while `turn.is_full`. All is sent when `turn.is_done`. `turn.foreseen()` is what
    # will be asked if a sentence has ended just now: an answer to one of these is an answer to an equal `Ask`.

Invariants: the bytes that are released and the messages that are asked depend on the bytes that were fed and on the
answers, never on how the bytes were cut or when the answers came; where nothing is held back and no note is due, the
bytes released are the bytes fed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

from guardian.message import Message
from guardian.verdict import Outcome

Json: TypeAlias = dict[str, Any]
"""The JSON object of one event."""
Path: TypeAlias = tuple[str | int, ...]
"""Where a value stands in a JSON object: `("choices", 0, "delta", "content")`."""


class Mode(StrEnum):
    """What becomes of an answer while it is judged."""

    ANNOTATE = "annotate"
    """Everything passes at once; a note follows where the whole answer is not clean."""
    HOLD = "hold"
    """A sentence passes after its verdict; a notice stands for a flagged one."""


class Purpose(StrEnum):
    """Why a message is to be judged."""

    WINDOW = "window"
    """The newest sentence behind what came before it: a draft, not recorded."""
    RECORD = "record"
    """A window that was flagged, once more, to be recorded: so that the owner can open it."""
    TURN = "turn"
    """The whole answer, at its end: recorded."""


@dataclass(frozen=True, slots=True, repr=False)
class Release:
    """Bytes for the client, now."""

    data: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Ask:
    """A message to be judged; the turn waits for `answer` or `unanswered` with the same number."""

    number: int
    purpose: Purpose
    message: Message


Step: TypeAlias = Release | Ask


class Judged(Protocol):
    """What a turn reads of an answer of the service (`guardian.service.answer.Answer` is one)."""

    @property
    def outcome(self) -> Outcome:
        """The verdict's outcome."""
        ...

    @property
    def seq(self) -> int | None:
        """Its record in the journal; None where nothing was recorded."""
        ...

    @property
    def short(self) -> str:
        """Why, in one safe line that quotes nothing of the message."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Delivery:
    """What a turn knows beside the bytes."""

    mode: Mode = Mode.ANNOTATE
    fail_closed: bool = False
    """Whether, in hold mode, what could not be judged stays back as well. Else it passes, and a note says so."""
    source: str = "proxy"
    """`Message.source` of what is asked."""
    context: tuple[str, ...] = ()
    """The dialogue before this answer (`guardian.streams.dialogue`): the human's goal first."""
    key: bytes = b""
    """Names this delivery for `Message.once`: random, new for each request. Empty: no `once` is set."""


class LaneKind(StrEnum):
    """What the text of a lane is to who reads it."""

    TEXT = "text"
    REFUSAL = "refusal"
    REASONING = "reasoning"
    ARGUMENTS = "arguments"
    """JSON (or other input) for a tool. It is judged as a whole, and never mended: a tool that ran with half of what
    was asked is worse than one that did not run."""


@dataclass(frozen=True, slots=True)
class LaneKey:
    """One running text of an answer."""

    voice: int
    """Which of the answers that stream side by side (OpenAI's `n`)."""
    kind: LaneKind
    place: tuple[str | int, ...] = ()
    """Tells lanes of one kind apart: number of the tool call, of the output item."""


class Role(StrEnum):
    """How an event carries a lane's text."""

    PIECE = "piece"
    """It goes on where the last piece ended."""
    WHOLE = "whole"
    """The lane from its beginning to its end: said again, or all at once."""


@dataclass(frozen=True, slots=True)
class Echo:
    """A value that says the same as a text in another form (log probabilities, token numbers)."""

    path: Path
    blank: Any
    """What stands there instead once the text was held back."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of an event that carries text of a lane."""

    lane: LaneKey
    path: Path
    role: Role = Role.PIECE
    is_object: bool = False
    """Whether the value there is a JSON object, not a string (tool arguments of Ollama)."""
    echoes: tuple[Echo, ...] = ()
    """Blanked where this slot's text changes."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a dialect reads in one event."""

    slots: tuple[Slot, ...] = ()
    closes: tuple[LaneKey, ...] = ()
    """Lanes that end with this event."""
    ends: tuple[int, ...] = ()
    """Voices that end with this event: a note on them stands before it, or in it."""
    is_last: bool = False
    """Whether it ends the whole answer, every voice in it."""
    echoes: tuple[Echo, ...] = field(default=())
    """Blanked where anything of the answer was held back."""


SILENT = Spoken()
"""An event that carries no text: it passes as it is."""
