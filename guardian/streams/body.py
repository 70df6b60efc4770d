"""An answer that does not stream: one JSON object, which is one event.

Invariants: those of `guardian.streams.events`; nothing passes before the body is whole, unless it is too long to be
read.
"""

from __future__ import annotations

from typing import ClassVar

from guardian.streams.events import BOM, Event, Framing


class WholeBody(Framing):
    """The framing of `application/json`."""

    is_stream: ClassVar[bool] = False

    def __init__(self, most_bytes: int | None = None) -> None:
        """`most_bytes`: of a longer body nothing is read."""
        self.most_bytes = self.most_bytes if most_bytes is None else most_bytes
        self._body = bytearray()
        self._is_too_long = False

    def feed(self, data: bytes) -> list[Event]:
        """No event, unless the body is too long to be kept."""
        self._body += data
        if not self._is_too_long and len(self._body) <= self.most_bytes:
            return []
        self._is_too_long = True
        return self._rest()

    def finish(self) -> list[Event]:
        """The body."""
        return self._rest()

    def event(self, data: str, name: str = "") -> bytes:
        """Nothing: a second object behind a body would break it."""
        return b""

    def _rest(self) -> list[Event]:
        raw = bytes(self._body)
        self._body.clear()
        if self._is_too_long or not raw:
            return [Event(raw, is_too_long=True)] if raw else []
        said = raw.removeprefix(BOM).strip(b" \t\r\n")
        if not said:
            return [Event(raw)]
        begin = raw.index(said)
        return [Event(raw, said.decode("utf-8", "replace"), raw[:begin], raw[begin + len(said) :])]
