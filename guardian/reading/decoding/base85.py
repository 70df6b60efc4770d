"""Runs of base85: Adobe's (with or without `<~ ~>`), Git's and Python's, and Z85.

The first of each five characters can be only a third of the alphabet where the bytes are ASCII; that is looked at in
one pass in C before anything is decoded, because the decoding itself is slow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from guardian.reading.decoding.alphabets import from_ascii85, from_git85, from_zero_mq85
from guardian.reading.decoding.base import Candidate, Room
from guardian.reading.decoding.octets import to_text

_MARKED: Final = re.compile(r"<~([!-uz\s]{8,}?)~>")
_RUN: Final = re.compile(r"[!-~]{15,}+")
_ODD: Final = re.compile(r"[^A-Za-z0-9+/=_.,:-]")
_LONGEST: Final = 256 * 1024
"""Characters of one run that are decoded: it takes about 100 ms a MiB."""
_HEAD: Final = 60
"""Characters that are decoded first, in whole groups of five."""
_SLACK: Final = 8
"""One group in so many may begin otherwise: with a line's end or an accent."""

_FIRST_ASCII85: Final = dict.fromkeys(range(ord("!") + 10, ord("!") + 41))
_FIRST_GIT85: Final = dict.fromkeys(map(ord, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcde"))
_FIRST_Z85: Final = dict.fromkeys(map(ord, "abcdefghijklmnopqrstuvwxyzABCDE"))
"""Digits 10 to 40 of 85: four ASCII characters as a number, over 85^4."""

_DECODERS: Final[tuple[tuple[dict[int, None], Callable[[str], bytes | None]], ...]] = (
    (_FIRST_ASCII85, from_ascii85),
    (_FIRST_GIT85, from_git85),
    (_FIRST_Z85, from_zero_mq85),
)


def find_base85(text: str, room: Room) -> Iterator[Candidate]:
    """Runs that decode to text."""
    if "<~" in text:
        for match in _MARKED.finditer(text):
            room.refused_bytes += max(len(match[1]) - _LONGEST, 0)
            decoded = to_text(from_ascii85(match[1][:_LONGEST]) or b"", room)
            if decoded is not None:
                yield Candidate("ascii85", *match.span(), decoded)
    for match in _RUN.finditer(text):
        run = match.group()
        if "://" in run[:40] or run.startswith("<~") or not _ODD.search(run):
            continue
        decoded = _decode(run, room)
        if decoded is not None:
            yield Candidate("base85", *match.span(), decoded)


def _decode(run: str, room: Room) -> str | None:
    groups = len(run[::5])
    for firsts, decoder in _DECODERS:
        if len(run[::5].translate(firsts)) * _SLACK > groups or to_text(decoder(run[:_HEAD]) or b"", room) is None:
            continue
        decoded = to_text(decoder(run[:_LONGEST]) or b"", room)
        if decoded is not None:
            room.refused_bytes += max(len(run) - _LONGEST, 0)
            return decoded
    return None
