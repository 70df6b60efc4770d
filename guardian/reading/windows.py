"""Windows: the runs of text that the encoder judges, over every view.

Invariants: a window is at most `limits.window_bytes` UTF-8 bytes; neighbours of one view overlap by at least
`limits.overlap_bytes`; every character of every view that is not white space is in a window, or a reason says how
much is not. Time is linear in the length of the text, and only windows that are judged are kept as text.

Which windows of a long text are judged is the same on each run (same input, same verdict), so a sender can know it
too: that is why a sampled message is never clean.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from guardian.reading.base import View, Window
from guardian.reading.limits import Limits
from guardian.reading.text import is_mostly_binary
from guardian.verdict import Reason

Range = tuple[int, int]

_GOOD_ENDS = (
    (". ", "! ", "? ", ".\n", "!\n", "?\n", ".\r", "!\r", "?\r", "\u3002", "\n\n", "\n\r\n"),
    ("\n",),
    (" ", "\t", "\u3000", "\u00a0"),
)
"""What a window best ends behind: a sentence or paragraph, else a line, else a word."""

_NOT_SPACE = re.compile(r"\S")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ZERO_WIDTH_JOINER = "\u200d"
_CONTINUATION = bytes(range(0x80, 0xC0))
"""UTF-8 bytes that begin no character."""
_LONGEST_CLUSTER = 32
"""Characters that a cut moves back at most to keep a base letter with its marks; longer runs of marks are cut."""


def cut_windows(views: Sequence[View], limits: Limits) -> tuple[tuple[Window, ...], tuple[Reason, ...]]:
    """The windows to be judged, in the order of the views, and why some of the text is in none."""
    planned: list[list[Range]] = []
    count, binary = 0, 0
    for view in views:
        ranges = list(_plan(view.text, limits))
        count += len(ranges)
        words = [(start, end) for start, end in ranges if not is_mostly_binary(view.text[start:end])]
        binary += len(ranges) - len(words)
        planned.append(words)
    shares = _shares([len(ranges) for ranges in planned], limits.max_windows)
    windows = tuple(
        Window(index, start, end, _SURROGATE.sub("\ufffd", views[index].text[start:end]))
        for index, (ranges, share) in enumerate(zip(planned, shares, strict=True))
        for start, end in _sample(ranges, share)
    )
    reasons: list[Reason] = []
    if binary:
        reasons.append(Reason("not-text", f"{binary:,} of {count:,} windows are not text"))
    if len(windows) < count - binary:
        reasons.append(Reason("too-large", f"judged {len(windows):,} of {count - binary:,} windows"))
    return windows, tuple(reasons)


def _plan(text: str, limits: Limits) -> Iterator[Range]:
    """The ranges of all windows of one view. Leading white space is in no window: it cannot push words out of one."""
    length = len(text)
    begin = _NOT_SPACE.search(text)
    while begin is not None:
        start = begin.start()
        end = start + _chars_within(text[start : start + limits.window_bytes], limits.window_bytes)
        if end >= length:
            yield start, length
            return
        end = _cut(text, start + (end - start) // 2, end)
        yield start, end
        begin = _NOT_SPACE.search(text, _restart(text, start, end, limits.overlap_bytes))
        if begin is not None and begin.start() < end and not _NOT_SPACE.search(text, end):
            return  # only white space is left


def _chars_within(chunk: str, size_bytes: int) -> int:
    """How many characters at the start of `chunk` take at most `size_bytes` in UTF-8; at least one."""
    if chunk.isascii():
        return min(len(chunk), size_bytes)
    encoded = chunk.encode("utf-8", "surrogatepass")
    if len(encoded) <= size_bytes:
        return len(chunk)
    cut = size_bytes
    while cut and encoded[cut] & 0xC0 == 0x80:
        cut -= 1
    return max(_count_chars(encoded[:cut]), 1)


def _count_chars(encoded: bytes) -> int:
    """The number of characters in UTF-8 bytes. Not by decoding, which is slow where there are lone surrogates."""
    return len(encoded.translate(None, _CONTINUATION))


def _cut(text: str, low: int, high: int) -> int:
    """Where to end a window between `low` and `high`: behind a sentence, a line or a word, else between letters."""
    for ends in _GOOD_ENDS:
        cut = max(_behind_last(end, text, low, high) for end in ends)
        if cut:
            return cut
    return _between_clusters(text, max(low, high - _LONGEST_CLUSTER, 1), high)


def _behind_last(end: str, text: str, low: int, high: int) -> int:
    """The place behind the last `end` that lies in `low` to `high`; 0 where there is none."""
    place = text.rfind(end, low, high)
    return place + len(end) if place >= 0 else 0


def _between_clusters(text: str, low: int, high: int) -> int:
    """The last place in `low` to `high` that parts no letter from its marks; `high` where there is none."""
    for place in range(high, low, -1):
        if not (_extends(text[place]) or text[place - 1] == _ZERO_WIDTH_JOINER):
            return place
    return high


def _extends(character: str) -> bool:
    if character.isascii():
        return False
    is_skin_tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    return character == _ZERO_WIDTH_JOINER or is_skin_tone or unicodedata.category(character).startswith("M")


def _restart(text: str, start: int, end: int, overlap_bytes: int) -> int:
    """Where the window after `start` to `end` begins: `overlap_bytes` before its end or a little more, at a word."""
    tail = text[max(end - overlap_bytes, start) : end]
    if tail.isascii():
        restart = end - len(tail)
    else:
        encoded = tail.encode("utf-8", "surrogatepass")
        cut = max(len(encoded) - overlap_bytes, 0)
        while cut and encoded[cut] & 0xC0 == 0x80:
            cut -= 1
        restart = end - _count_chars(encoded[cut:])
    low = max(restart - overlap_bytes // 4, start + 1)
    if restart <= low:
        return low
    word = max(_behind_last(gap, text, low - 1, restart) for gap in (" ", "\n"))
    return word or _between_clusters(text, max(low, restart - _LONGEST_CLUSTER), restart)


def _shares(counts: Sequence[int], budget: int) -> list[int]:
    """How many windows of each view are judged: a short view keeps all of its windows, however long the others are."""
    shares = [0] * len(counts)
    by_size = sorted(range(len(counts)), key=counts.__getitem__)
    for done, index in enumerate(by_size):
        shares[index] = min(counts[index], budget // (len(counts) - done))
        budget -= shares[index]
    return shares


def _sample(ranges: list[Range], share: int) -> list[Range]:
    """`share` of the ranges, in order: a quarter from the head, a quarter from the tail, the rest evenly between."""
    if share >= len(ranges):
        return ranges
    head, tail = (share + 1) // 4 + (share == 1), (share + 1) // 4
    middle = share - head - tail
    inner = len(ranges) - head - tail
    spread = [head + (2 * number + 1) * inner // (2 * middle) for number in range(middle)]
    return ranges[:head] + [ranges[place] for place in spread] + ranges[len(ranges) - tail :]
