"""Headers that only the owner's own guardian may set: where they stand in a stranger's mail, and the mail without.

Invariants: only the first block of headers is looked at; what is left is byte for byte as it was; linear in the block.
"""

from __future__ import annotations

import re
from typing import Final

_BLOCK_END: Final = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_OURS: Final = re.compile(rb"(?:\A|(?<=\n))[ \t]*x-guardian-[^\n]*(?:\n[ \t][^\n]*)*\n?", re.IGNORECASE)
"""A header with its folded lines. A blank before the name hides it from some readers and not from others."""


def own_headers(raw: bytes) -> list[tuple[int, int]]:
    """First byte and one past the last of each such header, its line's end included, in order."""
    end = _BLOCK_END.search(raw)
    block = raw if end is None else raw[: end.start() + (2 if end.group().startswith(b"\r") else 1)]
    return [found.span() for found in _OURS.finditer(block)]


def without_own_headers(raw: bytes) -> bytes:
    """The mail without them."""
    pieces, start = [], 0
    for first, last in own_headers(raw):
        pieces.append(raw[start:first])
        start = last
    return b"".join([*pieces, raw[start:]])
