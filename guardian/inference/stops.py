"""Strings that end an answer, found as the answer comes in pieces.

Invariant: what is said joined together is the answer before the first stop string that occurs in it, or all of it;
nothing is held back longer than it could still become one.
"""

from __future__ import annotations

from collections.abc import Sequence


class StopStrings:
    """Holds back what may be the beginning of a stop string."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = [stop for stop in stops if stop]
        self._held = ""
        self.has_stopped = False
        """Whether one of them came; nothing more is said then."""

    def feed(self, text: str) -> str:
        """Take the next piece; what may be said now."""
        if self.has_stopped:
            return ""
        self._held += text
        found = [place for stop in self._stops if (place := self._held.find(stop)) >= 0]
        if found:
            self.has_stopped = True
            said, self._held = self._held[: min(found)], ""
            return said
        size = len(self._held) - self._open_length()
        said, self._held = self._held[:size], self._held[size:]
        return said

    def rest(self) -> str:
        """What was held back, now that nothing more comes."""
        said, self._held = self._held, ""
        return said

    def _open_length(self) -> int:
        """Length of the longest end of what is held that a stop string begins with."""
        longest = max(map(len, self._stops), default=0)
        for size in range(min(len(self._held), longest - 1), 0, -1):
            if any(stop.startswith(self._held[-size:]) for stop in self._stops):
                return size
        return 0
