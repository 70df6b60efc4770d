"""The turns of one conversation: which are kept, and how they read together with the message that comes now.

Invariants: pure; a conversation never holds more than `MOST_TURNS` turns or `MOST_BYTES` bytes; the joined text is
never longer than one window, and the message that comes now is last in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

MOST_TURNS: Final = 20
"""Turns of one conversation that are remembered."""
MOST_BYTES: Final = 8 * 1024
"""UTF-8 bytes of one conversation that are remembered."""
MOST_TURN_BYTES: Final = 1000
"""UTF-8 bytes of one turn that are remembered, its last ones: one window of the model never shows more."""
BURST_S: Final = 600.0
"""Seconds for which a message that was flagged by its own words is still joined to the next ones: its sender may be in
the middle of it. Later its owner knows, and the same words do not raise the alarm a second time."""
_EARLIER_SHARE: Final = 0.48
"""Of the joined text, what earlier turns may take at least where the message itself would fill the window."""
_ENDS: Final = (".", "!", "?", "…", ":", "\u3002", "\uff01", "\uff1f", ")", '"', "\u201d")
"""What a finished sentence ends in. What does not end so may go on in the next message."""


@dataclass(frozen=True, slots=True, repr=False)
class Turn:
    """One message of a conversation, as far as it is remembered."""

    at_s: float
    """When it was screened: seconds since 1970."""
    text: str
    """What a person sees of it; its end where it is long."""
    is_told: bool = False
    """Whether it was flagged by its own words."""


@dataclass(frozen=True, slots=True, repr=False)
class Joined:
    """Earlier turns with a message behind them."""

    text: str
    seams: tuple[int, ...]
    """Characters at which the messages behind the first begin, this one last."""
    length: int
    """Characters of the message that are in it, from its beginning."""
    fresh: int
    """Character at which the messages of the last `BURST_S` seconds begin."""

    @property
    def earlier(self) -> int:
        """Turns that are in it before the message, wholly or by their end."""
        return len(self.seams)


def turn_of(text: str, at_s: float) -> Turn:
    """The turn to be remembered of a message that reads `text`."""
    return Turn(at_s, _tail(_whole(text).strip(), MOST_TURN_BYTES))


def kept(turns: Iterable[Turn], now_s: float, remember_s: float) -> tuple[Turn, ...]:
    """The latest turns that are young enough and fit the bounds, oldest first. What claims to come from the future
    (a clock that was set back) is dropped like what is too old."""
    chosen: list[Turn] = []
    left = MOST_BYTES
    for turn in reversed(tuple(turns)):
        left -= _size(turn.text)
        if left < 0 or len(chosen) == MOST_TURNS:
            break
        if 0 <= now_s - turn.at_s < remember_s:
            chosen.append(turn)
    return tuple(reversed(chosen))


def joined(turns: Sequence[Turn], text: str, now_s: float, window_bytes: int) -> Joined | None:
    """`text` behind the latest of `turns` in at most `window_bytes` UTF-8 bytes; None where none of them belongs to it.

    A turn with the very same words is the same message again, and is left out.
    """
    same = turn_of(text, now_s).text
    fitting = [turn for turn in turns if turn.text != same and _is_joined(turn, now_s)]
    if not same or not fitting:
        return None
    own = _head(text, window_bytes - min(int(_EARLIER_SHARE * window_bytes), 2 * MOST_TURN_BYTES))
    room = window_bytes - _size(own)
    earlier: list[str] = []
    recent = 0
    for turn in reversed(fitting):
        piece = _tail(turn.text, room - 1)
        if not piece:
            break
        earlier.append(piece)
        recent += now_s - turn.at_s < BURST_S
        room -= _size(piece) + 1
        if piece != turn.text:
            break
    if not earlier:
        return None
    parts = [piece + _gap(piece) for piece in reversed(earlier)]
    seams = tuple(accumulate(map(len, parts)))
    return Joined("".join(parts) + own, seams, len(own), (0, *seams)[len(parts) - recent])


def _is_joined(turn: Turn, now_s: float) -> bool:
    return bool(turn.text) and (not turn.is_told or now_s - turn.at_s < BURST_S)


def _gap(text: str) -> str:
    """A new line behind a finished sentence; else a space, so that a sentence sent in parts is one again."""
    return "\n" if text.endswith(_ENDS) else " "


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _whole(text: str) -> str:
    """Text that UTF-8 can hold: a byte that was none becomes U+FFFD."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _head(text: str, size_bytes: int) -> str:
    """The beginning of `text`, to the end of a word, within `size_bytes`; its characters keep their number."""
    if _size(text) <= size_bytes:
        return text
    head = text.encode("utf-8", "surrogatepass")[:size_bytes]
    while head and head[-1] & 0xC0 == 0x80:
        head = head[:-1]
    short = (
        head[:-1].decode("utf-8", "surrogatepass")
        if head and head[-1] >= 0x80
        else head.decode("utf-8", "surrogatepass")
    )
    return short[: short.rfind(" ")] if " " in short else short


def _tail(text: str, size_bytes: int) -> str:
    """The end of `text`, from the beginning of a word, within `size_bytes`."""
    if size_bytes <= 0 or _size(text) <= size_bytes:
        return text if size_bytes > 0 else ""
    tail = text.encode("utf-8", "surrogatepass")[-size_bytes:].decode("utf-8", "ignore")
    return tail.partition(" ")[2] or tail
