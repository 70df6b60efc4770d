"""One running text of an answer: what of it waits for a verdict, what may pass, and what stands for what may not.

Invariants: units are in order and together are the text; what is decided stays decided; the characters of a unit that
is held back are in no rendering.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from itertools import islice

from guardian.streams.arguments import readable_arguments
from guardian.streams.base import LaneKey, LaneKind
from guardian.streams.units import UnitCutter

MOST_OVERLAP_CHARS = 320
"""Of what passed before a sentence, what is judged with it: whole units, about as much as the longest sentence."""


@dataclass(frozen=True, slots=True, repr=False)
class Unit:
    """A range of a lane that passes or is held back as one."""

    start: int
    end: int
    text: str

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing in it to be judged: but blanks and ASCII signs. Letters may hide in any others, such
        as tags and variation selectors."""
        return all(sign.isspace() or (sign.isascii() and not sign.isalnum()) for sign in self.text)


@dataclass(frozen=True, slots=True, repr=False)
class Cut:
    """A range that is held back, and what stands for it."""

    start: int
    end: int
    words: str


class Lane:
    """The text of one `LaneKey`, as far as it has come."""

    def __init__(self, key: LaneKey, number: int) -> None:
        self.key = key
        self.number = number
        """Which of the answer's lanes it is."""
        self.length = 0
        self.decided = 0
        """Characters from its beginning whose fate is known."""
        self.is_closed = False
        self.is_asking = False
        """Whether the first of `units` has been asked about, and its answer is awaited."""
        self.cuts: list[Cut] = []
        self.units: deque[Unit] = deque()
        """Units that wait for their verdict."""
        self.waits_since_bytes = -1
        """Bytes of the stream that had come when what waits for its end began to wait; -1 where nothing does."""
        self._is_paused = self._takes_turns = False
        self._pieces: list[str] = []
        self._cutter = UnitCutter()
        self._cut_at = 0
        self._before: deque[str] = deque()
        """The last units that passed, as many as fit before a sentence."""

    @property
    def text(self) -> str:
        """All of it, as the server said it."""
        return "".join(self._pieces)

    @property
    def readable(self) -> str:
        """All of it, as it is judged."""
        return readable_arguments(self.text) if self._is_whole else self.text

    def add(self, piece: str, at_bytes: int) -> None:
        """Take the next piece; `at_bytes` of the stream had come with it."""
        self._takes_turns |= self._is_paused
        self._pieces.append(piece)
        self.length += len(piece)
        texts = [] if self._is_whole else self._cutter.feed(piece)
        self._queue(texts)
        if self._cut_at == self.length:
            self.waits_since_bytes = -1
        elif texts or self.waits_since_bytes < 0:
            self.waits_since_bytes = at_bytes

    def pause(self) -> None:
        """Another text goes on. What waits for its end waits no longer, unless the two take turns: then a sentence of
        this one is still being said, and is not to be judged in pieces."""
        if not self.is_closed and not self._is_whole and not self._takes_turns:
            self._is_paused = True
            self.flush()

    def flush(self) -> None:
        """What waits for its end waits no longer."""
        if self._is_whole:
            self._queue([self.text[self._cut_at :]] if self._cut_at < self.length else [])
        else:
            self._queue(self._cutter.flush())
        self.waits_since_bytes = -1

    def close(self) -> None:
        """Nothing more is to come."""
        self.flush()
        self.is_closed = True

    def foreseen(self) -> Unit | None:
        """The unit that may have ended just now, where nothing waits before it; see `UnitCutter.foreseen`."""
        if self._is_whole or self.is_closed or self.units or self.is_asking:
            return None
        text = self._cutter.foreseen()
        return Unit(self._cut_at, self._cut_at + len(text), text) if text else None

    def window(self, unit: Unit) -> str:
        """The text to be judged: the unit behind those before it that passed. For a tool call its arguments, read."""
        if self._is_whole:
            return readable_arguments(unit.text)
        return "".join((*self._before, unit.text)).strip()

    def decide(self, unit: Unit, words: str | None) -> None:
        """The fate of the first unit that waits: it passes (None), or `words` stand for it."""
        self.units.popleft()
        self.decided = unit.end
        if words is None:
            self._before.append(unit.text)
            while sum(map(len, self._before)) > MOST_OVERLAP_CHARS:
                self._before.popleft()
            return
        start = unit.start if self._is_whole else unit.end - len(unit.text.lstrip())
        self.cuts.append(Cut(start, unit.end, words))

    def render(self, start: int, piece: str) -> str:
        """`piece`, which is the lane's text from `start`, as it may pass."""
        end = start + len(piece)
        kept: list[str] = []
        at = start
        for cut in islice(self.cuts, bisect_right(self.cuts, start, key=lambda cut: cut.end), None):
            if cut.start >= end:
                break
            kept.append(piece[at - start : max(cut.start, at) - start])
            kept.append(cut.words if cut.start >= start else "")
            at = min(cut.end, end)
        return "".join((*kept, piece[at - start :]))

    @property
    def _is_whole(self) -> bool:
        return self.key.kind is LaneKind.ARGUMENTS

    def _queue(self, texts: list[str]) -> None:
        for text in texts:
            self.units.append(Unit(self._cut_at, self._cut_at + len(text), text))
            self._cut_at += len(text)
