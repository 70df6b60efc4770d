"""Which alerts the owner has seen: kept over restarts, in a small file of the owner's own.

What was seen is a set of record numbers, held as ranges; so a journal that was read from end to end is one range. The
ranges are bounded: where there are more than `MOST_RANGES`, the oldest gap is closed, and what lay in it counts as
seen. What this program screened without recording it has a negative number, and is forgotten with the program.

Invariants: `Seen` is for the painting thread, `load` and `save` for the desk; the file names the journal whose numbers
these are, and is not used for another one; two apps that keep one file lose nothing that either of them saw.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from guardian.errors import GuardianError, OutputError

MOST_RANGES: Final = 4_000
"""About 60 kB of file."""
LARGEST_BYTES: Final = 1 << 20
_VERSION: Final = 1
_MOST_SEQ: Final = 1 << 62

Ranges = tuple[tuple[int, int], ...]
"""First and last number of each, both included; in order, none touching the next."""


class Seen:
    """What was seen. `tell` is called with the keys that were not seen before."""

    def __init__(self, tell: Callable[[tuple[int, ...]], object] = lambda _keys: None) -> None:
        self._tell = tell
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._of_this_run: set[int] = set()
        self.is_saved = True
        """Whether `ranges` holds nothing that a file does not."""

    def is_seen(self, key: int) -> bool:
        """Whether the alert of that key was seen."""
        if key < 0:
            return key in self._of_this_run
        place = bisect_right(self._starts, key) - 1
        return place >= 0 and key <= self._ends[place]

    def see(self, *keys: int) -> None:
        """These were seen just now."""
        new = tuple(key for key in dict.fromkeys(keys) if not self.is_seen(key))
        for key in new:
            if key < 0:
                self._of_this_run.add(key)
            else:
                self._add(key, key)
                self.is_saved = False
        if new:
            self._tell(new)

    def unsee(self, *keys: int) -> None:
        """These are others than what was seen."""
        for key in keys:
            if not self.is_seen(key):
                continue
            if key < 0:
                self._of_this_run.discard(key)
                continue
            place = bisect_right(self._starts, key) - 1
            first, last = self._starts[place], self._ends[place]
            left = [(low, high) for low, high in ((first, key - 1), (key + 1, last)) if low <= high]
            self._starts[place : place + 1] = [low for low, _ in left]
            self._ends[place : place + 1] = [high for _, high in left]
            self.is_saved = False

    def take(self, ranges: Iterable[tuple[int, int]]) -> None:
        """What was seen earlier, as a file says."""
        for first, last in ranges:
            self._add(first, last)

    @property
    def ranges(self) -> Ranges:
        """What is worth keeping."""
        return tuple(zip(self._starts, self._ends, strict=True))

    def _add(self, first: int, last: int) -> None:
        """Put a range in, and join it with those that it touches."""
        start = bisect_right(self._ends, first - 2)  # the first range that ends at `first - 1` or later
        stop = bisect_right(self._starts, last + 1)  # behind the last one that begins at `last + 1` or earlier
        if start < stop:
            first, last = min(first, self._starts[start]), max(last, self._ends[stop - 1])
        self._starts[start:stop], self._ends[start:stop] = [first], [last]
        if len(self._starts) > MOST_RANGES:  # close the oldest gap
            del self._starts[1], self._ends[0]


def load(path: Path, journal_id: str) -> Ranges:
    """What the file says was seen of that journal; nothing where it is another one's, or can't be read.

    A file that is lost or damaged makes old alerts unseen again, and nothing worse.
    """
    from guardian.journal.places.private_file import read_private

    try:
        text = read_private(path, LARGEST_BYTES)
        value = json.loads(text) if text is not None else {}
        if value.get("v") != _VERSION or value.get("journal") != journal_id:
            return ()
        return tuple(_range(each) for each in value["seen"])
    except (GuardianError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ()


def save(path: Path, journal_id: str, ranges: Sequence[tuple[int, int]]) -> None:
    """Keep what was seen of that journal, with what another app kept meanwhile. Raises OutputError."""
    from guardian.journal.places.private_file import write_private

    both = Seen()
    both.take(load(path, journal_id))
    both.take(ranges)
    text = json.dumps({"v": _VERSION, "journal": journal_id, "seen": both.ranges}, separators=(",", ":"))
    try:
        write_private(path, text + "\n")
    except GuardianError as error:
        raise OutputError(f"what you have seen could not be kept: {error.what}", hint=error.hint) from None


def _range(value: object) -> tuple[int, int]:
    """One range of a file. Raises ValueError."""
    match value:
        case [int(first), int(last)] if 0 <= first <= last < _MOST_SEQ and not isinstance(first, bool):
            return first, last
    raise ValueError("no range")
