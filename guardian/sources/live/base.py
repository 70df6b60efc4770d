"""What every live source is: a place that can be looked at again and again, and says what stands there.

A source gives deliveries and knows nothing of screening. Whoever watches (`guardian.watching`) asks for everything that
is there now, oldest first, and remembers durably which deliveries were answered; a source keeps nothing on disk.

Invariants: `look` gives each delivery the same key in every process, however often it is asked; what can't be read is
said, never raised, and is met again by the next look; only `look` of a folder that is not there at all raises.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from guardian.errors import InputError
from guardian.journal.secret import Secret
from guardian.message import Channel, Message
from guardian.sources.live.below import PassedOverError

IsSeen = Callable[[bytes], bool]
"""Whether a key or stamp is known as answered; asked before anything is opened."""
Ask = Callable[[str], Secret | None]
"""Asks the owner for something secret with the words given; None where nobody is there to answer."""
Say = Callable[[str], None]
"""Takes one lower-case line about trouble in a source; the same line is told to the owner once."""


@dataclass(frozen=True, slots=True, repr=False)
class Delivery:
    """One message as it stands in a source."""

    message: Message
    key: bytes
    """Which delivery this is: the same after a restart, and for no other delivery of this source. Any length."""
    position: str
    """Where it stands in its source, such as a file's name or `message 12`. Untrusted."""
    stamp: bytes = b""
    """Something cheaper by which `look` knows it again, asked of `IsSeen` before the file is opened; empty for none."""


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What `guardian source test` found."""

    is_good: bool
    lines: tuple[str, ...]
    """Facts, one a line; where it is not good, what is wrong and what mends it. May quote names: shown through
    safe_line."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a source may use of the house."""

    max_bytes: int
    """Bytes of one message that are read at most; what is longer is cut and says so."""
    say: Say
    """Where trouble goes."""
    state: Path | None = None
    """The directory of Guardian's state, for a kind whose messages are gone once they were fetched; may not exist."""


class SourceTable(BaseModel):
    """What every `[[sources]]` table of sources.toml holds; each kind adds its own keys."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    """The owner's name for it, unique in the file."""
    kind: str
    """Which kind of source it is."""
    channel: Literal["incoming", "ai_output"] = "incoming"
    """Who speaks there."""


class PathTable(SourceTable):
    """A source that is a file or folder of this machine."""

    path: Annotated[str, Field(min_length=1, max_length=4096)]
    """Where it is, from the root or from `~`, the owner's home."""

    @field_validator("path")
    @classmethod
    def _must_be_absolute(cls, path: str) -> str:
        if not os.path.isabs(os.path.expanduser(path)) or "\0" in path:
            words = {"message": "must begin with / or ~", "hint": "a path from the root, or from your home"}
            raise PydanticCustomError("bad-path", "{message}", words)
        return path


class Source(ABC):
    """One place that messages come from.

    `look`, `present`, `answered` and `close` are called from one thread; `wait` from another.
    """

    kind: ClassVar[str]
    """Its name in sources.toml and on the command line."""
    does: ClassVar[str]
    """What it watches, in a few words for the help."""
    prefix: ClassVar[str]
    """What comes before its id in `Message.source`: `mail`, `chat` or `folder`."""
    Table: ClassVar[type[SourceTable]]
    """Its keys in sources.toml."""
    place_key: ClassVar[str] = "path"
    """The key that the PATH of `guardian source add` is for."""

    def __init__(self, table: SourceTable, surroundings: Surroundings) -> None:
        """`table` is of the class `Table`. Nothing is opened yet."""
        self.id = table.id
        self.channel = Channel(table.channel)
        self.max_bytes = surroundings.max_bytes
        self.say = surroundings.say
        self.state = surroundings.state
        self.is_unsettled = False
        """Set by `look`: something was being written or moved just then, so it is worth looking again in a moment."""
        self.unread = 0
        """Set by `look`: how much of what is there could not be read, and so was not screened. Each was said."""
        self.waiting: int | None = None
        """Set by `look` before its first delivery: how many it is about to give; None where it can't know."""
        self.rests: IsSeen = lambda _key: False
        """Set by whoever watches: whether a delivery of this key was given already and is put off for now, so that it
        need not be fetched again just yet."""

    @property
    def name(self) -> str:
        """`Message.source` of what comes from here, such as `mail:personal`."""
        return f"{self.prefix}:{self.id}"

    @property
    @abstractmethod
    def place(self) -> str:
        """Where it is, for the owner: a path, or a host with a login."""

    def prepare(self, ask: Ask) -> None:  # noqa: B027  # most kinds need nothing
        """Ask the owner for what it takes to watch it, such as a password, and keep that; before it is added. Raises
        InputError."""

    @abstractmethod
    def look(self, is_seen: IsSeen) -> Iterator[Delivery]:
        """Everything there is now, oldest first; what `is_seen` knows may be left out, and need not be opened.

        A delivery is only given once it is whole. Raises InputError where the source can't be looked at at all.
        """

    def begin_look(self) -> None:
        """For `look`, first of all: nothing is known yet of what is met."""
        self.is_unsettled, self.unread = False, 0

    def look_anew(self) -> None:  # noqa: B027  # most kinds look at everything each time
        """Let the next `look` ask about everything that is there, as the first one of a process does."""

    keeps_all: ClassVar[bool] = False
    """Whether what was answered is remembered for good: what is gone from the place may come back, and is not new."""

    def present(self) -> Iterator[tuple[bytes, bytes]]:
        """Key and stamp of everything there is now, without reading more than that takes: for what is to count as
        seen from the start. Raises InputError."""
        for delivery in self.look(lambda _key: False):
            yield delivery.key, delivery.stamp

    def answered(self, delivery: Delivery) -> None:  # noqa: B027  # most kinds keep nothing
        """The delivery was screened, and that it was is on disk: what was kept for it may go."""

    def removed(self, left: Sequence[SourceTable]) -> None:  # noqa: B027  # most kinds keep nothing
        """It was taken out of sources.toml, where `left` are the others: what was kept for it alone goes. Raises
        InputError."""

    def folders(self) -> tuple[str, ...]:
        """Directories whose change is a hint that something may have arrived; none for a kind that pushes."""
        return ()

    pushes: ClassVar[bool] = False
    """Whether `wait` is to be called: messages come over a connection, and no directory tells of them."""

    def wait(self, timeout_s: float) -> bool:
        """Wait until something may have arrived, at most `timeout_s`; whether it is time to look. Raises nothing."""
        return False

    @abstractmethod
    def test(self) -> SourceReport:
        """Whether it can be watched, and what stands there now. Raises nothing of its own, and marks nothing."""

    def close(self) -> None:  # noqa: B027  # most kinds hold nothing open
        """Let go of what is held open, and end a `wait`."""


class PathSource(Source):
    """A source that is a file or folder of this machine."""

    def __init__(self, table: PathTable, surroundings: Surroundings) -> None:
        super().__init__(table, surroundings)
        self.path: Final = os.path.expanduser(table.path)
        """Where it is, with `~` resolved."""

    @property
    def place(self) -> str:
        """See `Source`."""
        return self.path

    def pass_over(self, name: str, error: PassedOverError | InputError) -> None:
        """For `look`: say why a name is not read. As `guardian scan` has it, a link is left out, and whatever else
        can't be read is a message that was not screened."""
        self.say(f"{name}: {error}")
        self.unread += not (isinstance(error, PassedOverError) and error.is_link)
