"""Texts written as numbers: pairs of hexadecimal digits with something between them, bits, character codes.

Numbers are everywhere; these are decoded where each of them is a character that a text can have, and what comes out
says something (which the caller asks).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from guardian.reading.decoding.base import Candidate, Room
from guardian.reading.decoding.octets import to_text

# Each begins with one class of characters, and looks back from there: Python then skips to the next such character.
_PAIRS: Final = re.compile(
    r"[0-7](?<![0-9A-Za-z][0-7])(?:[xX][0-9A-Fa-f])?[0-9A-Fa-f](?:[0-9A-Fa-f]{2}){0,7}+[\s:,;-]{1,3}"
    r"(?:(?:0[xX])?(?:[0-9A-Fa-f]{2}){1,8}+[\s:,;-]{1,3}){3,}(?:0[xX])?(?:[0-9A-Fa-f]{2}){1,8}+"
)
_BETWEEN: Final = re.compile(r"0[xX]|[^0-9A-Fa-f]+")
_BITS: Final = re.compile(r"[01](?<![\w.][01])(?:[01]|[ \t\r\n,._-]{1,2}(?=[01])){20,}+(?!\w)")
_BIT_GAPS: Final = re.compile(r"[^01]+")
_CODES: Final = re.compile(
    r"[0-9](?<![\w.][0-9])[0-9]{0,2}[\s,;.-]{1,3}(?:[0-9]{1,3}[\s,;.-]{1,3}){3,}[0-9]{1,3}(?!\w)"
)
_CODE: Final = re.compile(r"\d+")
_LARGEST_CODE: Final = 126
_LARGEST_OCTET: Final = 255
_SMALLEST_CODE: Final = 9


def find_numbers(text: str, room: Room) -> Iterator[Candidate]:
    """Runs of numbers that are characters."""
    for match in _PAIRS.finditer(text):
        decoded = to_text(bytes.fromhex(_BETWEEN.sub("", match.group())), room)
        if decoded is not None:
            yield Candidate("hex", *match.span(), decoded)
    if "0" not in text:
        return
    for match in _BITS.finditer(text):
        for data in _from_bits(match.group()):
            decoded = to_text(data, room)
            if decoded is not None:
                yield Candidate("binary", *match.span(), decoded)
                break


def find_codes(text: str, room: Room) -> Iterator[Candidate]:
    """Runs of decimal codes of characters or of their bytes in UTF-8, or of letters by their place in the alphabet."""
    for match in _CODES.finditer(text):
        codes = [int(number) for number in _CODE.findall(match.group())]
        if all(_SMALLEST_CODE <= code <= _LARGEST_CODE for code in codes):
            yield Candidate("character-codes", *match.span(), "".join(map(chr, codes)))
        elif all(_SMALLEST_CODE <= code <= _LARGEST_OCTET for code in codes):
            decoded = to_text(bytes(codes), room)
            if decoded is not None:
                yield Candidate("character-codes", *match.span(), decoded)
        if all(1 <= code <= 26 for code in codes):
            yield Candidate("letter-numbers", *match.span(), "".join(chr(96 + code) for code in codes))


def _from_bits(run: str) -> Iterator[bytes]:
    """Bytes of eight bits, else of seven. Groups as they are written; without any, the digits in a row."""
    groups = _BIT_GAPS.split(run)
    if len(groups) > 3 and all(5 <= len(group) <= 8 for group in groups):
        yield bytes(int(group, 2) for group in groups)
    bits = "".join(groups)
    for width in (8, 7):
        if len(bits) % width == 0:
            yield bytes(int(bits[start : start + width], 2) for start in range(0, len(bits), width))
