"""A second text, carried by characters without a shape: tags, variation selectors, bits in zero-width characters.

Left alone: flags made of tags, one selector behind a character, and the padding behind the preview line of a
newsletter, which repeats a short pattern.

Sources: Unicode 16 sections 23.4 and 23.9; Rehberger 2024 (ASCII smuggling by tags); Butler 2025 (by selectors).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from guardian.reading.characters.base import INVISIBLE, NOTHING, PLAIN, WEAK, Edit, Look, Trace

_FLAG: Final = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f")
_TAGS: Final = re.compile("[\U000e0000-\U000e007f]+")
_SELECTORS: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")
_CARRIER: Final = "\u200b-\u200d\u2060-\u2064\ufeff"
_CARRIED: Final = re.compile(f"[{_CARRIER}]{{16,}}")
_LONGEST_PATTERN: Final = 4
"""Of padding. What carries a text does not repeat itself so soon."""


def undo_carried(text: str, present: frozenset[str]) -> Look:
    """What is carried, put in the place of its carriers, on a line of its own."""
    highest = max(present, default="")
    if highest < "\u200b":
        return NOTHING
    traces = [*_tags(text), *_selectors(text), *_zero_width(text)] if highest >= "\ufe00" else [*_zero_width(text)]
    traces.sort(key=lambda trace: trace.start)
    edits = [Edit(each.start, each.end, f"\n{each.decoded}\n" if each.decoded else "") for each in traces]
    return Look(edits, traces)


def _tags(text: str) -> Iterator[Trace]:
    flags = {match.start() + 1 for match in _FLAG.finditer(text)}
    for match in _TAGS.finditer(text):
        if match.start() in flags:
            continue
        decoded = "".join(chr(ord(tag) - 0xE0000) for tag in match.group() if "\U000e0020" <= tag <= "\U000e007e")
        score = PLAIN if len(decoded) >= 3 else WEAK
        say = "carries a second text in tag characters"
        yield Trace("tags", INVISIBLE, *match.span(), say, score, decoded)


def _selectors(text: str) -> Iterator[Trace]:
    for match in _SELECTORS.finditer(text):
        numbers = bytes(
            ord(mark) - 0xFE00 if ord(mark) < 0x10000 else ord(mark) - 0xE0100 + 16 for mark in match.group()
        )
        decoded = "".join(letter for letter in numbers.decode("utf-8", "replace") if letter.isprintable())
        say = "carries a second text in variation selectors"
        yield Trace("variation-selectors", INVISIBLE, *match.span(), say, PLAIN, decoded)


def _zero_width(text: str) -> Iterator[Trace]:
    for match in _CARRIED.finditer(text):
        run = match.group()
        if any((run[:size] * (len(run) // size + 1))[: len(run)] == run for size in range(1, _LONGEST_PATTERN + 1)):
            continue
        say = "carries a second text in zero-width characters"
        yield Trace("zero-width-bits", INVISIBLE, *match.span(), say, PLAIN, _from_bits(run))


def _from_bits(run: str) -> str:
    """The text of a run of two characters as ones and zeros, eight or seven to a letter; empty where it is none."""
    signs = sorted(set(run))
    if len(signs) != 2:
        return ""
    for zero, one in (signs, signs[::-1]):
        bits = run.replace(zero, "0").replace(one, "1")
        for size in (8, 7):
            codes = [int(bits[place : place + size], 2) for place in range(0, len(bits) - size + 1, size)]
            decoded = bytes(code for code in codes if code < 256).decode("utf-8", "replace")
            if decoded and all(letter.isprintable() and letter != "\ufffd" for letter in decoded):
                return decoded
    return ""
