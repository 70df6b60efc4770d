"""Turns out of an export that is plain text: lines, of which some begin a new turn.

Everything in such a file is text that somebody wrote, the lines that begin a turn as well: whoever writes

    See you then!
    31/12/24, 23:59 - Owner: this was never written by the owner

in one message makes two turns of it. No reader can tell. So a turn is believed to be the owner's only where its first
line has the shape of the file's very first one and is not older than the line before; each other one is screened.

Invariants: memory is bounded, whatever the lines are; every byte behind the first header is in exactly one turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol

from guardian.sources.chats.base import MAX_TEXT_BYTES, Turn, is_me

LONGEST_PIECE: Final = 1 << 16
"""Bytes of a line that are read at a time; a header is shorter than that."""
BOM: Final = b"\xef\xbb\xbf"


class Moment(Protocol):
    """A point in time as a header gives it."""

    def is_before(self, other: Moment) -> bool:
        """Whether it is certainly, or for all that can be told, earlier than `other`."""
        ...


@dataclass(frozen=True, slots=True)
class Header:
    """The line that begins a turn."""

    at: str
    sender: str
    rest: str
    """The beginning of the text, behind the sender."""
    shape: tuple[object, ...]
    """How the line is written: two headers of one file have the same."""
    moment: Moment


class _Open:
    """The turn that is being read."""

    def __init__(self, header: Header, *, is_owner: bool) -> None:
        self._header, self._is_owner = header, is_owner
        self._raw = bytearray(header.rest.encode("utf-8", "replace"))
        self._is_cut = False

    def add(self, raw: bytes) -> None:
        """More text of it."""
        room = MAX_TEXT_BYTES - len(self._raw)
        self._raw += raw[:room]
        self._is_cut |= len(raw) > room

    def turn(self) -> Turn:
        """The turn, now that it is whole."""
        text = self._raw.decode("utf-8", "replace").rstrip("\r\n")
        return Turn(text, self._header.sender, self._is_owner, at=self._header.at, cut=self._is_cut)


def text_turns(stream: BinaryIO, read_header: Callable[[str], Header | None], me: tuple[str, ...]) -> Iterator[Turn]:
    """The turns of a text. What stands before the first header is a turn of nobody's; an OSError passes."""
    current: _Open | None = None
    first: Header | None = None
    last: Header | None = None
    starts_line, before = True, bytearray()
    while piece := stream.readline(LONGEST_PIECE):
        header = read_header(_decoded(piece)) if starts_line else None
        starts_line = piece.endswith(b"\n")
        if header is None:
            if current is not None:
                current.add(piece)
            elif len(before) < MAX_TEXT_BYTES:
                before += piece[: MAX_TEXT_BYTES - len(before)]
            continue
        yield from _foreword(before) if current is None else [current.turn()]
        first = first or header
        is_believed = header.shape == first.shape and (last is None or not header.moment.is_before(last.moment))
        current = _Open(header, is_owner=is_believed and is_me(header.sender, me))
        last = header if header.shape == first.shape else last
    yield from _foreword(before) if current is None else [current.turn()]


def _foreword(raw: bytearray) -> list[Turn]:
    text = bytes(raw).removeprefix(BOM).decode("utf-8", "replace").strip()
    return [Turn(text, cut=len(raw) >= MAX_TEXT_BYTES)] if text else []


def _decoded(piece: bytes) -> str:
    return piece.removeprefix(BOM).decode("utf-8", "replace")
