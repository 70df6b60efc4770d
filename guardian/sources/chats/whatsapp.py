"""WhatsApp: the text that "Export chat" writes.

The format follows the phone's language and is written down nowhere by WhatsApp. Sources: the parsers
whatsapp-chat-parser (github.com/Pustur/whatsapp-chat-parser, src/parser.ts) and whats_json
(github.com/starkdmi/whats_json) with their test data, and written-down exports of Finnish, Spanish, Korean and Chinese
phones. In short:

    [12/31/24, 9:41:05 PM] Ada: text           iPhone; also with U+200E before the bracket, U+202F before PM
    31/12/2024, 21:41 - Ada: text              Android
    31.12.24, 21:41 - Ada: text                Android, German
    [31.12.2024 klo 21.41.05] Ada: text        iPhone, Finnish
    1/2/24, 9:41 p. m. - Ada: text             Android, Spanish
    2024/12/31 下午9:41 - Ada: text            Android, Chinese
    31/12/2024, 21:41 - Messages and calls...  a line of WhatsApp's own: no sender

A message goes on over the lines that have no such beginning. A line of WhatsApp's own cannot be told from text that
somebody put there, so it is a turn of nobody's, and is screened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from guardian.sources.chats.base import ChatFormat, Turn, name_of
from guardian.sources.chats.text_turns import Header, Moment, text_turns

_MARKS: Final = "\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
_DATE: Final = r"(?P<date>\d{1,4}[-/.]\s?\d{1,2}[-/.]\s?\d{1,4})[.,]?"
_TIME: Final = r"(?P<time>\d{1,2}[.:]\d{2}(?:[.:]\d{2})?)"
_HEADERS: Final = (
    re.compile(
        rf"[{_MARKS}]{{0,4}}\[{_DATE},?\s(?P<before>[^\d\]]{{0,16}}?){_TIME}(?P<after>[^\d\]]{{0,12}})\]\s(?P<rest>.*)"
    ),
    re.compile(rf"[{_MARKS}]{{0,4}}{_DATE},?\s(?P<before>\D{{0,16}}?){_TIME}(?P<after>\D{{0,12}}?)\s-\s(?P<rest>.*)"),
)
_BEGINS: Final = re.compile(rf"[{_MARKS}]{{0,4}}\[?\d")
_LONGEST_HEADER: Final = 400
_SENDER: Final = re.compile(rf"[{_MARKS}]{{0,4}}(?P<sender>[^\n]{{1,200}}?)[{_MARKS}]{{0,4}}\s?:(?:\s|$)")
_AFTERNOON: Final = re.compile(r"^p\.?\s?m|^下午|^午後|^오후|^م|^μ", re.IGNORECASE)
_MORNING: Final = re.compile(r"^a\.?\s?m|^上午|^午前|^오전|^ص|^π", re.IGNORECASE)
_FILE: Final = r"(?:\d{8}-[A-Z]{3,12}-[\d-]{10,19}|[A-Z]{3}-\d{8}-WA\d{4,6})\.[a-z0-9]{3,5}"
"""A file as WhatsApp itself names it, on an iPhone and on Android."""
_NO_TEXT: Final = re.compile(
    "\u200e?(?:<(?:Media omitted|Medien ausgeschlossen|Multimedia omitido|Médias omis|Media omessi|Mídia oculta|"
    "Media weggelaten)>|(?:image|video|audio|sticker|GIF|document|Contact card) omitted|"
    rf"<attached: {_FILE}>|{_FILE} \(file attached\))"
)
"""A file that bears its sender's name for it is text like any other."""


@dataclass(frozen=True, slots=True)
class _Stamp:
    """A date of which nobody says whether the day or the month stands first, and a time."""

    numbers: tuple[int, int, int]
    clock: tuple[int, ...]
    """Hour and minute, and second where there is one; empty where the half of the day could not be read."""

    def dates(self) -> dict[str, tuple[int, int, int]]:
        """Year, month and day by each order in which they make a date."""
        first, second, third = self.numbers
        orders = {
            "year first": (first, second, third),
            "day first": (third, second, first),
            "month first": (third, first, second),
        }
        return {
            order: (year % 2000, month, day)
            for order, (year, month, day) in orders.items()
            if 1 <= month <= 12 and 1 <= day <= 31 and (year < 100 or 2000 <= year < 2100)
        }

    def is_before(self, other: Moment) -> bool:
        if not isinstance(other, _Stamp):
            return True
        mine, theirs = self.dates(), other.dates()
        shared = mine.keys() & theirs.keys()
        has_clocks = bool(self.clock and other.clock)
        return all(
            (mine[order], self.clock if has_clocks else ()) < (theirs[order], other.clock if has_clocks else ())
            for order in shared
        )


class WhatsApp(ChatFormat):
    """See the module."""

    name = "whatsapp"
    title = "WhatsApp chat export"
    suffixes = frozenset({".txt"})
    names_chats = False

    def recognises(self, head: bytes) -> bool:
        """The first line that is not empty begins a message."""
        lines = head.decode("utf-8", "replace").removeprefix("\ufeff").splitlines()
        first = next((line for line in lines if line.strip()), "")
        return read_header(first) is not None

    def turns(self, stream: BinaryIO, *, me: tuple[str, ...] = ()) -> Iterator[Turn]:
        """Lines that stand for a picture or another file, and hold no text, are left out."""
        for turn in text_turns(stream, read_header, me):
            if not _NO_TEXT.fullmatch(turn.text.strip()):
                yield turn


def read_header(line: str) -> Header | None:
    """What a line says that begins a message; None for any other."""
    if not _BEGINS.match(line):
        return None
    start, rest_of_line = line[:_LONGEST_HEADER], line[_LONGEST_HEADER:]
    for number, pattern in enumerate(_HEADERS):
        found = pattern.match(start.rstrip("\r\n"))
        stamp = _stamp(found) if found else None
        if found is None or stamp is None:
            continue
        rest = found["rest"] + (rest_of_line if len(line) > _LONGEST_HEADER else "\n")
        sender = _SENDER.match(rest)
        text = rest[sender.end() :] if sender else rest
        at = name_of(found["date"] + " " + found["before"] + found["time"] + found["after"])
        return Header(at, _cleaned(sender["sender"]) if sender else "", text, (number, *_shape(found)), stamp)
    return None


def _stamp(found: re.Match[str]) -> _Stamp | None:
    """None where the numbers make no date in any order, or no time."""
    first, second, third = (int(each) for each in re.split(r"[-/.]\s?", found["date"]))
    clock = tuple(int(each) for each in re.split("[.:]", found["time"]))
    if clock[0] > 24 or max(clock[1:]) > 59:
        return None
    half = (found["before"].strip() + found["after"].strip()).strip(" ,")
    if _AFTERNOON.match(half) or _MORNING.match(half):
        clock = (clock[0] % 12 + (12 if _AFTERNOON.match(half) else 0), *clock[1:])
    elif found["after"].strip():
        clock = ()
    stamp = _Stamp((first, second, third), clock)
    return stamp if stamp.dates() else None


def _shape(found: re.Match[str]) -> tuple[object, ...]:
    """How the date and the time are written, the digits apart."""
    return (
        re.sub(r"\d{1,2}", "", re.sub(r"\d{4}", "year", found["date"])),
        re.sub(r"\d+", "", found["time"]),
        bool(found["before"].strip()),
        bool(found["after"].strip()),
    )


def _cleaned(sender: str) -> str:
    return name_of(re.sub(f"[{_MARKS}]", "", sender))
