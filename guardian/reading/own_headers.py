"""Headers that only the owner's own guardian may set: where they stand in a stranger's mail, the mail without them, and
the mail with ours on top. RFC 5322 sections 2.1.1 (78 characters a line), 2.2.3 (folding) and 3.2.2.

Invariants: only the first block of headers is looked at; what is left is byte for byte as it was; linear in the block;
standard library only, because the thin client imports this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

LINE_CHARS: Final = 78
"""Longest line of a header that we write, without its line end."""

_BLOCK_END: Final = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_LINE_END: Final = rb"(?:\r\n|\n|\r)"
_OURS: Final = re.compile(
    rb"(?:\A|(?<=[\r\n]))[ \t\v\f\0]*x-guardian-[^\r\n]*(?:%b[ \t][^\r\n]*)*%b?" % (_LINE_END, _LINE_END),
    re.IGNORECASE,
)
"""A header with its folded lines. A blank before the name, or a lone CR before it, hides it from some readers and not
from others: Python's `email` ends a line at a lone CR, procmail does not."""
_MBOX_LINE: Final = re.compile(rb"From [^\n]*\n")
_OWN_BLOCK: Final = re.compile(
    b"".join(
        rb"X-Guardian-%b:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n" % name for name in (b"Outcome", b"Reasons", b"Receipt")
    )
)


def own_headers(raw: bytes) -> list[tuple[int, int]]:
    """First byte and one past the last of each such header, its line's end included, in order.

    Behind a lone CR the line's end is not included: it also ends the line that stands before that CR.
    """
    end = _BLOCK_END.search(raw)
    block = raw if end is None else raw[: end.start() + (2 if end.group().startswith(b"\r") else 1)]
    return [_span(block, *found.span()) for found in _OURS.finditer(block)]


def forged_headers(raw: bytes) -> list[tuple[int, int]]:
    """Those that a sender must have set: all but our three, in our order, at the very top.

    What the owner's own guardian put on a delivered mail stands there, above what the mail server wrote; what a sender
    puts into a mail stands below it. Nothing is ever believed of either: `with_headers` replaces both.
    """
    at = _top(raw)
    ours = _OWN_BLOCK.match(raw, at)
    end = ours.end() if ours else at
    return [(first, last) for first, last in own_headers(raw) if first >= end]


def without_own_headers(raw: bytes) -> bytes:
    """The mail without them."""
    pieces, start = [], 0
    for first, last in own_headers(raw):
        pieces.append(raw[start:first])
        start = last
    return b"".join([*pieces, raw[start:]])


def with_headers(raw: bytes, headers: Iterable[tuple[str, str]]) -> bytes:
    """The mail with `headers` (names and values in ASCII) on top, folded, and without whatever stood in their place.

    The line of an mbox (`From ...`) stays first; our lines end as the mail's first line does. Of a mail that begins
    with a folded line, all is body then: that line would go on with the last of our headers.
    """
    left = without_own_headers(raw)
    at = _top(left)
    line_end = b"\r\n" if raw[: raw.find(b"\n") + 1].endswith(b"\r\n") else b"\n"
    lines = [line for name, value in headers for line in _folded(name, value)]
    if left[at : at + 1] in (b" ", b"\t"):
        lines.append(b"")
    return b"".join([left[:at], *(line + line_end for line in lines), left[at:]])


def _top(raw: bytes) -> int:
    """Where the headers begin: behind the line of an mbox."""
    mbox_line = _MBOX_LINE.match(raw)
    return mbox_line.end() if mbox_line else 0


def _span(block: bytes, first: int, last: int) -> tuple[int, int]:
    if block[max(first - 1, 0) : first] != b"\r":
        return first, last
    return first, first + len(block[first:last].rstrip(b"\r\n"))


def _folded(name: str, value: str) -> list[bytes]:
    """One header as lines: folded at blanks, so that no value can begin a line of its own."""
    lines = [f"{name}:"]
    for word in value.split():
        if len(lines[-1]) + 1 + len(word) > LINE_CHARS:
            lines.append("")
        lines[-1] += f" {word}"
    return [line.encode("ascii", "replace") for line in lines]
