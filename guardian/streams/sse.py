r"""Server-sent events, taken apart so that they can be put together again byte for byte.

Why this is written here although the design says "not to be hand-written": a decoder gives an event as its fields, as
that of the openai package does (`openai/_streaming.py` of 3.54, the one that was read for this), and throws away
comments, unknown fields, the kind of line end and the order of fields. A proxy that passes what it does not change
needs the bytes. What an event *means* is the standard's, line for line:
https://html.spec.whatwg.org/multipage/server-sent-events.html section 9.2.6.

Invariants: those of `guardian.streams.events`. A line ends in LF, CR or CRLF; an event is let go as soon as its blank
line is known, so that a CR waits for no LF. Time and memory are linear in the bytes.
"""

from __future__ import annotations

import re

from guardian.streams.events import BOM, Event, Framing

_LINE_END = re.compile(rb"\r\n|\r|\n")
_DATA = re.compile(rb"data(?:: ?|$)")


class ServerSentEvents(Framing):
    """The framing of `text/event-stream`."""

    def __init__(self) -> None:
        self._open = bytearray()
        """Bytes of the line that has not ended."""
        self._lines: list[tuple[bytes, bytes]] = []
        """Lines of the event that has not ended, each with its end."""
        self._size_bytes = 0
        self._is_too_long = False
        self._is_after_cr = False
        self._is_first = True
        self._line_end = b""

    def feed(self, data: bytes) -> list[Event]:
        """The events that `data` completes."""
        events: list[Event] = []
        start = self._finish_line_end(data, events)
        for match in _LINE_END.finditer(data, start):
            self._open += data[start : match.start()]
            self._size_bytes += match.end() - start
            self._end_line(match.group(), events)
            start = match.end()
        self._open += data[start:]
        self._size_bytes += len(data) - start
        self._is_after_cr = data.endswith(b"\r") if data else self._is_after_cr
        self._spill(events)
        return events

    def finish(self) -> list[Event]:
        """The event that no blank line ended. The standard drops it; clients there are that do not, so it is read."""
        if self._open:
            self._lines.append((bytes(self._open), b""))
            self._open.clear()
        return [self._event()] if self._lines else []

    def event(self, data: str, name: str = "") -> bytes:
        """A new event in the style of those that were fed."""
        end = self._line_end or b"\n"
        head = b"event: " + name.encode() + end if name else b""
        return head + b"data: " + data.encode("utf-8", "surrogatepass") + end + end

    def _finish_line_end(self, data: bytes, events: list[Event]) -> int:
        """Take the LF of a CRLF that was cut in two. Returns how many bytes were taken."""
        if not self._is_after_cr or not data.startswith(b"\n"):
            return 0
        if self._lines:
            line, _ = self._lines[-1]
            self._lines[-1] = (line, b"\r\n")
            self._size_bytes += 1
        else:
            events.append(Event(b"\n", is_tail=True))
        return 1

    def _end_line(self, end: bytes, events: list[Event]) -> None:
        line = bytes(self._open)
        self._open.clear()
        self._lines.append((line, end))
        if not self._line_end:  # the first line says what ends a line here; a lone CR may yet become a CRLF
            self._line_end = b"\n" if end == b"\n" else b"\r\n"
        if not line:
            events.append(self._event())

    def _spill(self, events: list[Event]) -> None:
        if self._size_bytes > self.most_bytes:
            self._is_too_long = True
            self._lines.append((bytes(self._open), b""))
            self._open.clear()
            events.append(self._event(is_over=False))
            self._lines.clear()

    def _event(self, *, is_over: bool = True) -> Event:
        raw = b"".join(line + end for line, end in self._lines)
        is_too_long = self._is_too_long or len(raw) > self.most_bytes
        event = Event(raw, is_too_long=True) if is_too_long else self._read(raw)
        self._lines.clear()
        self._size_bytes = 0 if is_over else self._size_bytes
        self._is_too_long = self._is_too_long and not is_over
        self._is_first = False
        return event

    def _read(self, raw: bytes) -> Event:
        values: list[bytes] = []
        before, after = bytearray(), bytearray()
        for number, (line, end) in enumerate(self._lines):
            skipped = len(BOM) if self._is_first and number == 0 and line.startswith(BOM) else 0
            match = _DATA.match(line, skipped)
            if match is None:
                (after if values else before).extend(line + end)
                continue
            if not values:
                before += line[: match.end()] if match.end() > skipped + len(b"data") else line + b": "
                after += end
            values.append(line[match.end() :])
        if not values:
            return Event(raw)
        return Event(raw, b"\n".join(values).decode("utf-8", "replace"), bytes(before), bytes(after))
