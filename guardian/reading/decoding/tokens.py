"""Long runs of letters and digits that carry bytes: base64 and its relatives, base32, base58, plain hexadecimal.

A run may be wrapped over lines (with the `>` of quoted replies), parted by blanks in groups, turned round, rotated by
13 letters, begun out of step, or carry no padding. What is tried first on each run is one pass in C, because most long
runs are ids.

Invariant: linear; base58, which is not, is tried on short runs, and on so many characters in all.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from guardian.reading.decoding.alphabets import from_base32, from_base58, from_base64, from_hex
from guardian.reading.decoding.base import Candidate, Room
from guardian.reading.decoding.octets import is_known_file, to_text
from guardian.reading.decoding.unpacking import is_packed

_IN: Final = "A-Za-z0-9+/_-"
_RUN: Final = re.compile(rf"[{_IN}]{{10,}}+(?:(?<=[{_IN}]{{16}})[ \t]*+\r?\n[ \t>]*+[{_IN}]++)*+={{0,6}}")
_TURNED: Final = re.compile(rf"={{1,2}}+[{_IN}]{{11,}}+")
_GROUPS: Final = re.compile(r"(?<!\S)(?:(?:[A-Za-z0-9+/]{4} ){4,}|(?:[A-Za-z0-9+/]{8} ){2,})[A-Za-z0-9+/]{1,8}={0,2}")
_GROUPS_INSIDE: Final = re.compile(
    r" [A-Za-z0-9+/]{4} [A-Za-z0-9+/]{4} [A-Za-z0-9+/]{4} [A-Za-z0-9+/]{1,4}| [A-Za-z0-9+/]{8} [A-Za-z0-9+/]{1,8}"
)
"""What stands in all grouped base64, and is looked for in less time."""
_LINE_GAP: Final = re.compile(r"[ \t]*\r?\n[ \t>]*")
_PIECE: Final = re.compile(r"[A-Za-z0-9+]{10,}={0,2}")
"""A part of a path or of a name with dashes."""
_HEADER: Final = re.compile(r"content-transfer-encoding:\s{0,3}base64", re.IGNORECASE)
_HEADER_REACH: Final = 1000
_DRAWING: Final = re.compile(r"data:image/svg\+xml(?:;[\w.=-]{1,40}){0,3},$")
_DRAWING_REACH: Final = 160
_SHORT_WORD: Final = 24

_FIRST_OF_FOUR: Final = dict.fromkeys(map(ord, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"))
"""What the first of four base64 characters can be where the bytes are ASCII: the top bit is 0."""
_HEX_DIGITS: Final = "0123456789abcdefABCDEF"
_BASE32: Final = re.compile(r"[A-Z2-7]{16,}={0,6}|[a-z2-7]{16,}={0,6}")
_BASE58: Final = re.compile("(?=[1-9A-HJ-NP-Za-km-z]{0,1023}[1-9])[1-9A-HJ-NP-Za-km-z]{10,1024}")
_MOST_BASE58: Final = 64 * 1024
"""Characters of all base58 that is tried in one text: about 10 ms."""
_SNIFF: Final = 64
"""Characters that are decoded to see what the rest is."""

Named = tuple[str, str]
"""Name of the encoding, and the text."""


def find_tokens(text: str, room: Room) -> Iterator[Candidate]:
    """Runs that decode to text."""
    base58_left = _MOST_BASE58
    headers = [match.end() for match in _HEADER.finditer(text)] if "ncoding:" in text else []
    for match in _RUN.finditer(text):
        if _is_word(match.group()):
            continue
        for start, end in _attempts(match.group(), match.start()):
            piece = text[start:end]
            found = _decode(_LINE_GAP.sub("", piece) if "\n" in piece else piece, room)
            if found is None and base58_left > 0 and _BASE58.fullmatch(piece):
                base58_left -= len(piece)
                found = _named("base58", from_base58(piece), room)
            if found is not None:
                yield Candidate(found[0], start, end, found[1], _is_usual(text, match.start(), headers))
                if end - start >= len(match.group()) // 2:
                    break
            elif start == match.start() and is_known_file(from_base64(piece[:_SNIFF]) or b""):
                break
    yield from _grouped(text, room)
    for match in _TURNED.finditer(text) if "=" in text else ():
        turned = _named("reversed base64", from_base64(match.group()[::-1]), room)
        if turned is not None:
            yield Candidate(turned[0], *match.span(), turned[1])


def _grouped(text: str, room: Room) -> Iterator[Candidate]:
    """Base64 in groups of four or eight with blanks between; sentences of such words have no capitals inside."""
    for match in _GROUPS.finditer(text) if _GROUPS_INSIDE.search(text) else ():
        run = match.group()
        if any(not (word.islower() or word.istitle() or word.isupper()) for word in run.split(" ")):
            found = _named("base64", from_base64(run.replace(" ", "")), room)
            if found is not None:
                yield Candidate(found[0], *match.span(), found[1])


def _is_word(run: str) -> bool:
    return len(run) < _SHORT_WORD and run.isalpha() and (run.islower() or run.istitle())


def _attempts(run: str, offset: int) -> Iterator[tuple[int, int]]:
    """What to decode of a run, the likeliest first: all, all but a last line, each line, each part of a path."""
    yield offset, offset + len(run)
    gaps = [match.span() for match in _LINE_GAP.finditer(run)] if "\n" in run else []
    if gaps:
        yield offset, offset + gaps[-1][0]
        starts = [0, *(end for _, end in gaps)]
        ends = [*(start for start, _ in gaps), len(run)]
        for start, end in zip(starts, ends, strict=True):
            if end - start > 9 and _may_be_ascii(run[start:end]):
                yield offset + start, offset + end
    elif not run.isalnum():
        for match in _PIECE.finditer(run):
            if match.end() - match.start() < len(run) and _may_be_ascii(match.group()):
                yield offset + match.start(), offset + match.end()


def _decode(run: str, room: Room) -> Named | None:
    """The first encoding that gives text."""
    if not run.strip(_HEX_DIGITS):  # a hash, most likely; no words in base64 are made of these letters alone
        return _named("hex", from_hex(run[: len(run) // 2 * 2]), room, with_filling=True)
    data = from_base64(run) or b""
    found = _named("base64", data, room, with_filling=True)
    if found is not None or is_packed(data):
        return found
    if _BASE32.fullmatch(run) and to_text(from_base32(run[:_SNIFF]) or b"", room) is not None:
        return _named("base32", from_base32(run), room)
    return _odd_base64(run, room)


def _odd_base64(run: str, room: Room) -> Named | None:
    """Base64 of ASCII that is out of step, turned round or rotated by 13 letters."""
    bare = run.rstrip("=")
    for skipped in (1, 2, 3):
        if _is_in_step(bare, skipped):
            found = _named("base64", from_base64(bare[skipped:]), room)
            if found is not None:
                return found
    if _is_in_step(bare[::-1], 0):
        found = _named("reversed base64", from_base64(bare[::-1]), room)
        if found is not None:
            return found
    rotated = codecs.encode(bare, "rot13")
    return _named("rot13 base64", from_base64(rotated), room) if _is_in_step(rotated, 0) else None


def _may_be_ascii(piece: str) -> bool:
    """Whether it can be the hexadecimal digits or the base64, in step or not, of ASCII."""
    return not piece.strip(_HEX_DIGITS) or any(_is_in_step(piece.rstrip("="), skipped) for skipped in range(4))


def _is_in_step(run: str, skipped: int) -> bool:
    return not run[skipped::4].translate(_FIRST_OF_FOUR)


def _named(name: str, data: bytes | None, room: Room, *, with_filling: bool = False) -> Named | None:
    text = to_text(data, room, with_filling=with_filling) if data else None
    return (name, text) if text else None


def _is_usual(text: str, start: int, headers: Sequence[int]) -> bool:
    """Whether it is the body of a part of a mail, whose headers stand ahead, or a drawing inside a page: pictures of
    other kinds are no text, so a text that claims to be one is a disguise."""
    if text[start - 1 : start] == ",":
        return bool(_DRAWING.search(text, max(start - _DRAWING_REACH, 0), start))
    ahead = bisect_right(headers, start) - 1
    return ahead >= 0 and start - headers[ahead] <= _HEADER_REACH
