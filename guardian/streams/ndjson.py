"""Lines of JSON, as Ollama streams them.

Invariants: those of `guardian.streams.events`; a line ends in LF, and a CR before it belongs to that end.
"""

from __future__ import annotations

from guardian.streams.events import BOM, Event, Framing


class JsonLines(Framing):
    """The framing of `application/x-ndjson`."""

    def __init__(self) -> None:
        self._open = bytearray()
        self._is_too_long = False
        self._is_first = True

    def feed(self, data: bytes) -> list[Event]:
        """The events that `data` completes."""
        events: list[Event] = []
        *ended, rest = data.split(b"\n")
        for line in ended:
            self._open += line + b"\n"
            events.append(self._event())
            self._is_too_long = False
        self._open += rest
        if len(self._open) > self.most_bytes or (self._is_too_long and self._open):
            self._is_too_long = True
            events.append(self._event())
        return events

    def finish(self) -> list[Event]:
        """The line that no LF ended."""
        return [self._event()] if self._open else []

    def event(self, data: str, name: str = "") -> bytes:
        """A new line."""
        return data.encode("utf-8", "surrogatepass") + b"\n"

    def _event(self) -> Event:
        raw = bytes(self._open)
        self._open.clear()
        start = len(BOM) if self._is_first and raw.startswith(BOM) else 0
        self._is_first = False
        if self._is_too_long or len(raw) > self.most_bytes:
            return Event(raw, is_too_long=True)
        said = raw[start:].strip(b" \t\r\n")
        if not said:
            return Event(raw)
        begin = raw.index(said, start)
        return Event(raw, said.decode("utf-8", "replace"), raw[:begin], raw[begin + len(said) :])
