"""iMessage: the text files that imessage-exporter writes of a Mac's or an iPhone's messages.

Source: github.com/ReagentX/imessage-exporter, exporters/txt.rs and its tests:

    May 17, 2022  5:29:42 PM (Read by them after 1 hour, 49 seconds)
    Me
    Hello world

and an empty line between messages. The owner is "Me", or the name that the exporter was given (`--custom-name`,
`--use-caller-id`), which then has to be named in `sources.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final

from guardian.sources.chats.base import ChatFormat, Turn, name_of
from guardian.sources.chats.text_turns import LONGEST_PIECE, Header, Moment, text_turns

OWNER: Final = "Me"
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STAMP: Final = re.compile(
    r"(?P<month>[A-Z][a-z]{2}) (?P<day>\d{1,2}), (?P<year>\d{4}) {1,2}"
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d) (?P<half>[AP]M)(?: \([^\n]{1,200}\))?\s*"
)


@dataclass(frozen=True, slots=True)
class _Stamp:
    when: datetime

    def is_before(self, other: Moment) -> bool:
        return not isinstance(other, _Stamp) or self.when < other.when


class IMessage(ChatFormat):
    """See the module."""

    name = "imessage"
    title = "iMessage text export"
    suffixes = frozenset({".txt"})
    names_chats = False

    def recognises(self, head: bytes) -> bool:
        """The first line is a time, and a line follows it."""
        lines = head.decode("utf-8", "replace").lstrip("\ufeff\r\n").splitlines()
        return len(lines) > 1 and _stamp(lines[0]) is not None and bool(lines[1].strip())

    def turns(self, stream: BinaryIO, *, me: tuple[str, ...] = ()) -> Iterator[Turn]:
        """The turns; `me` adds names to "Me"."""
        return text_turns(_Paired(stream), _header, (OWNER, *me))  # type: ignore[arg-type]  # readline alone is used


class _Paired:
    """A stream that gives a time and the name in the line below it as one line."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._is_line_start = True

    def readline(self, size: int = LONGEST_PIECE) -> bytes:
        """The next line, or the next two where the first is a time."""
        line = self._stream.readline(size)
        is_time = self._is_line_start and _stamp(line.decode("utf-8", "replace")) is not None
        self._is_line_start = line.endswith(b"\n")
        if not is_time:
            return line
        name = self._stream.readline(size)
        self._is_line_start = name.endswith(b"\n") or not name
        return line.rstrip(b"\r\n") + b"\n" + name


def _header(line: str) -> Header | None:
    first, below, name = line.partition("\n")
    stamp = _stamp(first) if below else None
    return Header(name_of(first), name_of(name), "", (), stamp) if stamp else None


def _stamp(line: str) -> _Stamp | None:
    found = _STAMP.fullmatch(line.lstrip("\ufeff")[:300])
    if found is None or found["month"] not in _MONTHS:
        return None
    hour = int(found["hour"]) % 12 + (12 if found["half"] == "PM" else 0)
    month = _MONTHS.index(found["month"]) + 1
    try:
        return _Stamp(
            datetime(int(found["year"]), month, int(found["day"]), hour, int(found["minute"]), int(found["second"]))
        )
    except ValueError:
        return None
