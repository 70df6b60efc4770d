"""Events of a stream, with the bytes that they came in.

Invariants: the `raw` bytes of all events of a framing, in order, are the bytes that were fed; which events there are
depends on those bytes alone, never on how they were cut. A `tail` is the one exception in number, not in bytes: it is
the LF of a CRLF that was cut in two, and shares the fate of the event before it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

MOST_EVENT_BYTES = 8 << 20
"""A longer event is not read: it passes, or is held back, as bytes."""
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, repr=False)
class Event:
    """One event."""

    raw: bytes
    data: str | None = None
    """What it says; None where there is nothing in it to be read (a comment, a keep-alive)."""
    before: bytes = b""
    """The bytes before what it says."""
    after: bytes = b""
    """The bytes behind what it says."""
    is_too_long: bool = False
    """Whether it is a part of an event that is too long to be read."""
    is_tail: bool = False
    """Whether it is but the last byte of the event before it."""

    def saying(self, data: str) -> bytes:
        """The same event with other words; every other field of it stays, byte for byte."""
        return self.before + data.encode("utf-8", "surrogatepass") + self.after


class Framing(ABC):
    """How events lie in bytes."""

    is_stream: ClassVar[bool] = True
    """Whether new events may stand between those that came."""
    most_bytes: int = MOST_EVENT_BYTES
    """Of one event."""

    @abstractmethod
    def feed(self, data: bytes) -> list[Event]:
        """The events that `data` completes."""

    @abstractmethod
    def finish(self) -> list[Event]:
        """What is left where the bytes end, complete or not."""

    @abstractmethod
    def event(self, data: str, name: str = "") -> bytes:
        """A new event that says `data` (one line), in the style of those that were fed; `name` is its SSE type."""
