"""Where the parts of a mail stand in its raw bytes: the parser does not say.

Invariants: an exact place is literally where the bytes stand; places are looked for forward only, in the order of the
mail; the time is linear in the size of the mail, because only so many searches may fail.
"""

from __future__ import annotations

from collections.abc import Callable

from guardian.reading.extract import Place

_MAX_FAILURES = 8
"""Failed searches of a whole mail before no more is looked for."""
_MAX_TRIES = 16
"""Places with the right bytes and the wrong surroundings that are passed over in one search."""


class Locator:
    """Finds parts in a mail, first to last."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._cursor = 0
        self._failures = 0
        self._fixed: Place | None = None

    @classmethod
    def fixed(cls, place: Place) -> Locator:
        """For a mail that was unpacked from `place`: everything in it stands there, and nothing exactly."""
        locator = cls(b"")
        locator._fixed = Place(place.start, place.end, exact=False)
        return locator

    def body(self, body: bytes) -> Place:
        """The place of a body: behind an empty line, and up to the end of a line."""
        return self._find(body, self._is_body)

    def header(self, name: bytes, value: bytes) -> Place:
        """The place of a header's value, behind its name."""
        return self._find(value, lambda start, _: self._is_named(name, start))

    def whole(self) -> Place:
        """The place of something that was put together from several."""
        return self._fixed or Place(0, len(self._raw), exact=False)

    def _find(self, needle: bytes, is_right: Callable[[int, int], bool]) -> Place:
        if self._fixed is not None:
            return self._fixed
        if needle and self._failures < _MAX_FAILURES:
            start = self._raw.find(needle, self._cursor)
            for _ in range(_MAX_TRIES):
                if start < 0:
                    break
                if is_right(start, start + len(needle)):
                    self._cursor = start + len(needle)
                    return Place(start, self._cursor, exact=True)
                start = self._raw.find(needle, start + 1)
            self._failures += 1
        return self.whole()

    def _is_body(self, start: int, end: int) -> bool:
        before = self._raw[max(start - 4, 0) : start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return (start == 0 or before.endswith(b"\n")) and self._raw[end : end + 1] in (b"", b"\r", b"\n", b"-")

    def _is_named(self, name: bytes, start: int) -> bool:
        before = self._raw[max(start - len(name) - 64, 0) : start].rstrip(b" \t")
        return before.endswith(name + b":")
