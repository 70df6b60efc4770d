"""A text on its way from how it is written to how it is read, with its way back.

Invariants: segments cover the text in order; the places that they came from never go backwards; a verbatim segment is
as long as its place. Applying n edits to m segments costs n + m.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from guardian.reading.characters.base import Edit

Run = tuple[int, int, int]
"""First character in the text; first, and one past the last, character of the source."""


@dataclass(slots=True)
class Draft:
    """A text and where each run of it came from. `source` is the written text."""

    text: str
    offset: int = 0
    """Character of the whole source at which the text began."""
    _chars: list[int] = field(default_factory=list)
    _places: list[tuple[int, int, bool]] = field(default_factory=list)
    """First and one past the last character of the source, and whether the segment is verbatim."""

    def __post_init__(self) -> None:
        self._chars = [0] if self.text else []
        self._places = [(self.offset, self.offset + len(self.text), True)] if self.text else []

    def apply(self, edits: Sequence[Edit]) -> None:
        """Put the edits into the text."""
        if not edits:
            return
        copied = _Copy(self.text, self._chars, self._places)
        done = 0
        for edit in edits:
            copied.keep(done, edit.start)
            copied.put(edit.new, self.origin(edit.start, edit.end))
            done = edit.end
        copied.keep(done, len(self.text))
        self.text, self._chars, self._places = "".join(copied.parts), copied.chars, copied.places

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The run of the source that characters `start` to `end` came from."""
        first = max(bisect_right(self._chars, start) - 1, 0)
        last = max(bisect_right(self._chars, max(end - 1, start)) - 1, first)
        low, high, is_verbatim = self._places[first]
        begin = min(low + start - self._chars[first], high) if is_verbatim else low
        low, high, is_verbatim = self._places[last]
        return begin, max(min(low + end - self._chars[last], high) if is_verbatim else high, begin)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the text that came from the run `start` to `end` of the source."""
        first = bisect_right(self._places, start, key=lambda place: place[1])
        last = bisect_right(self._places, end - 1, key=lambda place: place[0]) - 1
        if last < first:
            return 0, 0
        low, _, is_verbatim = self._places[first]
        begin = self._chars[first] + (max(start - low, 0) if is_verbatim else 0)
        low, _, is_verbatim = self._places[last]
        until = self._chars[last + 1] if last + 1 < len(self._chars) else len(self.text)
        return begin, min(self._chars[last] + end - low, until) if is_verbatim else until

    def changes(self) -> list[tuple[int, int]]:
        """The runs of the text that are not as they were written, and the seams where something was left out."""
        found = []
        ends = [*self._chars[1:], len(self.text)]
        for index, ((low, _, is_verbatim), char) in enumerate(zip(self._places, self._chars, strict=True)):
            if not is_verbatim:
                found.append((char, ends[index]))
            elif index and low != self._places[index - 1][1]:
                found.append((char, char))
        return found

    def runs(self, start: int, end: int, char: int, grain: int) -> list[Run]:
        """The runs that characters `start` to `end` came from, at least `grain` long, as if they stood at `char`."""
        runs: list[Run] = []
        index = max(bisect_right(self._chars, start) - 1, 0)
        while index < len(self._chars) and self._chars[index] < end:
            until = self._chars[index + 1] if index + 1 < len(self._chars) else len(self.text)
            begin, until = max(self._chars[index], start), min(until, end)
            low, high = self.origin(begin, until)
            for piece in range(begin, until, grain if self._places[index][2] else max(until - begin, 1)):
                stop = min(piece + grain, until)
                first, last = (low + piece - begin, low + stop - begin) if self._places[index][2] else (low, high)
                if runs and char + piece - start - runs[-1][0] < grain:
                    runs[-1] = (runs[-1][0], runs[-1][1], max(last, runs[-1][2]))
                else:
                    runs.append((char + piece - start, first, last))
            index += 1
        return runs


@dataclass(slots=True)
class _Copy:
    """The next text, made of runs of the last one and of what is new."""

    text: str
    old_chars: list[int]
    old_places: list[tuple[int, int, bool]]
    parts: list[str] = field(default_factory=list)
    chars: list[int] = field(default_factory=list)
    places: list[tuple[int, int, bool]] = field(default_factory=list)
    _length: int = 0
    _index: int = 0

    def keep(self, start: int, end: int) -> None:
        """Take over a run of the last text."""
        if start >= end:
            return
        while self._index + 1 < len(self.old_chars) and self.old_chars[self._index + 1] <= start:
            self._index += 1
        index = self._index
        while index < len(self.old_chars) and self.old_chars[index] < end:
            until = self.old_chars[index + 1] if index + 1 < len(self.old_chars) else len(self.text)
            first, last = max(self.old_chars[index], start), min(until, end)
            low, high, is_verbatim = self.old_places[index]
            skipped = first - self.old_chars[index]
            place = (low + skipped, low + skipped + last - first, True) if is_verbatim else (low, high, False)
            self.chars.append(self._length + first - start)
            self.places.append(place)
            index += 1
        self._index = index - 1
        self.parts.append(self.text[start:end])
        self._length += end - start

    def put(self, new: str, place: tuple[int, int]) -> None:
        """Put in what is new."""
        if new:
            self.parts.append(new)
            self.chars.append(self._length)
            self.places.append((*place, False))
            self._length += len(new)
