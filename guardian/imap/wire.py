"""What the watcher and its fetcher say to each other: frames of `guardian.service.frames` on two pipes.

To the fetcher: `{"account": ...}` once, then `{"list": true, "number": n}` and `{"fetch": uid, "most": bytes, "number":
n}`. From it: answers that carry the number of their question, and at any time `{"event": "changed"}` or
`{"event": "trouble", "say": line}`.

Invariants: both ends hold what comes against limits before they keep it; nothing that the fetcher says is believed
beyond what its answer is for.
"""

from __future__ import annotations

from typing import Any, Final

MOST_MAILS: Final = 500_000
"""Mails of one folder; a listing of more is refused."""
MOST_RANGES: Final = 150_000
"""Runs of numbers without a gap; of two numbers of ten digits each, so many still fit a frame's header."""


def ranges_of(uids: list[int]) -> list[list[int]]:
    """Ascending numbers as pairs of first and last."""
    ranges: list[list[int]] = []
    for uid in uids:
        if ranges and ranges[-1][1] == uid - 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ranges


def uids_of(ranges: Any) -> list[int] | None:
    """The numbers that `ranges_of` wrote; None for what is none, or too many."""
    uids: list[int] = []
    for pair in ranges if isinstance(ranges, list) else [None]:
        if not (isinstance(pair, list) and len(pair) == 2 and all(type(each) is int for each in pair)):
            return None
        first, last = pair
        if not (uids[-1] if uids else 0) < first <= last < 1 << 32 or len(uids) + last - first >= MOST_MAILS:
            return None
        uids.extend(range(first, last + 1))
    return uids
