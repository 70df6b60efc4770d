"""One answer of those that stream side by side: its lanes, what was said of them, and the note at its end.

Invariants: a voice ends once; its note is made only when every verdict that it rests on is known.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from guardian.streams import words
from guardian.streams.base import Judged, LaneKey
from guardian.streams.lane import Lane
from guardian.verdict import Outcome


@dataclass(frozen=True, slots=True, repr=False)
class FlaggedWindow:
    """A window that was flagged after it had passed."""

    lane: int
    """Number of its lane."""
    start: int
    """Character of the lane at which its newest sentence begins."""
    text: str
    judged: Judged


@dataclass(slots=True, repr=False, eq=False)
class Voice:
    """One answer."""

    number: int
    """What the dialect calls it."""
    serial: int
    """Which of the turn's voices it is: one that went on after its end is another one."""
    lanes: list[Lane] = field(default_factory=list)
    is_ended: bool = False
    waiting: int = 0
    """Questions on it that were not answered."""
    turn: Judged | None = None
    """The verdict on the whole of it; None while there is none, or where none came."""
    turn_why: str = ""
    """Why none came."""
    flagged: list[FlaggedWindow] = field(default_factory=list)
    """Windows that were flagged after they had passed."""
    told: Judged | None = None
    """The verdict on the first of these, as it was recorded."""
    held: int = 0
    """Units that were held back."""
    unscreened: int = 0
    """Units that passed although they could not be judged."""
    unscreened_why: str = ""

    def lanes_of(self, key: LaneKey) -> list[Lane]:
        """The lanes that go by `key`, the newest first: a text that went on after its end began a new one."""
        return [lane for lane in reversed(self.lanes) if lane.key == key]

    @property
    def text(self) -> str:
        """All that it said, in the order in which it began to say it."""
        return "\n\n".join(said for said in (lane.readable.strip() for lane in self.lanes) if said)

    @property
    def is_settled(self) -> bool:
        """Whether all is known of it that will be."""
        return self.is_ended and self.waiting == 0 and not any(lane.units for lane in self.lanes)

    def note(self, unread: int) -> str:
        """What is added to it; empty where it is clean and whole. `unread` events could not be read."""
        lines: list[str] = []
        if self.turn_why:
            lines.append(words.not_screened_line(1, self.turn_why))
        elif self.turn is not None and self.turn.outcome is not Outcome.CLEAN:
            is_told = self.held and self.turn.outcome is Outcome.FLAGGED
            lines += [] if is_told else [words.verdict_line(self.turn)]
        if self.told is not None:
            lines.append(words.verdict_line(self.told, "a sentence of this answer"))
        if self.unscreened and not lines:
            lines.append(words.not_screened_line(self.unscreened, self.unscreened_why))
        if unread:
            lines.append(words.unread_line(unread))
        return words.note(lines)
