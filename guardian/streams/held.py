"""An event that has not passed yet, and the bytes in which it may.

Invariants: the payload is changed only where something in it was held back, or a note is written into it; an event
that was not changed passes in the bytes in which it came.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from guardian.streams.base import SILENT, Echo, Json, Slot, Spoken
from guardian.streams.events import Event
from guardian.streams.lane import Lane
from guardian.streams.payload import parse, put, render, value_at
from guardian.streams.voice import Voice


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """A slot of an event, and where its text lies in its lane."""

    slot: Slot
    lane: Lane
    start: int
    text: str


@dataclass(slots=True, repr=False)
class HeldEvent:
    """One event that waits."""

    event: Event
    payload: Json | None = None
    """What it says; None where it says nothing that can be read."""
    spoken: Spoken = SILENT
    parts: list[Part] = field(default_factory=list)
    ends: list[Voice] = field(default_factory=list)
    """The voices that end with it."""
    is_unread: bool = False
    """Whether there is something in it that could not be read, and so not judged."""

    @property
    def is_decided(self) -> bool:
        """Whether the fate of every character in it is known."""
        return all(part.lane.decided >= part.start + len(part.text) for part in self.parts)

    def hold_back(self, *, has_held: bool) -> bool:
        """Take out of the payload what may not pass. `has_held`: whether anything of the answer was held back so far.
        Returns whether the payload changed."""
        is_changed = False
        for part in self.parts:
            passing = part.lane.render(part.start, part.text)
            if passing != part.text:
                put(self.payload, part.slot.path, (parse(passing) or {}) if part.slot.is_object else passing)
                self._blank(part.slot.echoes)
                is_changed = True
        return (self._blank(self.spoken.echoes) if has_held else False) or is_changed

    def written(self) -> bytes:
        """The event with its payload as it is now."""
        return self.event.saying(render(self.payload))

    def _blank(self, echoes: tuple[Echo, ...]) -> bool:
        is_changed = False
        for echo in echoes:
            if value_at(self.payload, echo.path) not in (None, echo.blank):
                put(self.payload, echo.path, echo.blank)
                is_changed = True
        return is_changed
