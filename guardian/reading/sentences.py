"""Sentences of a text, as ranges of characters: what an explanation quotes.

Invariants: ranges are in order, do not overlap, begin and end in something other than white space, are at
most `MAX_SENTENCE_CHARS` long, and together hold every character that is not white space. Linear in the length
of the text. Deterministic rules, no model: a wrong cut makes a quote shorter or longer, never false.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_SENTENCE_CHARS = 300
"""Longest sentence: about four lines on a screen. A longer one is cut, at white space where there is some."""

_STOP = re.compile(
    r"""[.!?\u2026]+["'\u2019\u201d\u00bb)\]]*(?=\s)   # a stop, what closes behind it, then white space
      | [\u3002\uff01\uff1f\uff0e]+[\u300d\u300f\u201d\u2019)]*  # the full stops of Chinese and Japanese need no space
      | [\u0964\u061f\u06d4](?=\s)               # danda, Arabic question mark, Urdu full stop
      | \n""",
    re.VERBOSE,
)

_ABBREVIATION = re.compile(
    r"""(?:^|[\s("'\u201c])(?:
        (?:mr|mrs|ms|mx|dr|prof|rev|hon|st|sr|jr|messrs|capt|lt|col|gen|sgt|gov|sen|rep|pres
          |no|nos|vs|approx|dept|est|inc|ltd|co|corp|bros|fig|vol|pp|ext|tel|ave|blvd|rd
          |jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|mon|tue|tues|wed|thur?s?|fri
          |e\.g|i\.e|cf|viz|a\.k\.a|p\.s|u\.s|u\.k|ph\.d)
      | [A-Za-z])                                # an initial, as in J. Smith
    \.$""",
    re.VERBOSE | re.IGNORECASE,
)
"""A full stop that ends no sentence. Written by us."""

_ENDS_ANYWAY = frozenset({"inc", "ltd", "co", "corp", "bros", "jr", "sr", "ext", "rd", "ave", "blvd", "est", "i", "no"})
"""Abbreviations that often end a sentence, and the words I and no: they end one where a capital letter follows."""

_ABBREVIATION_CHARS = 8
"""How far back an abbreviation may begin: bounds the look-back, so that the splitter stays linear."""

_WRAPPED_LINE_CHARS = 50
"""A line at least this long that runs on in lower case was wrapped, not ended (RFC 3676 wraps at 66 to 78)."""


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Ranges (start, end) of the sentences of `text`, in characters."""
    ranges: list[tuple[int, int]] = []
    start = 0
    for end in _stops(text):
        ranges.extend(_pieces(text, start, end))
        start = end
    ranges.extend(_pieces(text, start, len(text)))
    return ranges


def _stops(text: str) -> Iterator[int]:
    line_start = 0
    for match in _STOP.finditer(text):
        if match.group() == "\n":
            is_wrapped = (
                match.start() - line_start >= _WRAPPED_LINE_CHARS and text[match.end() : match.end() + 1].islower()
            )
            line_start = match.end()
            if not is_wrapped:
                yield match.end()
        elif not _is_abbreviation(text, match):
            yield match.end()


def _is_abbreviation(text: str, stop: re.Match[str]) -> bool:
    if stop.group() != ".":
        return False
    found = _ABBREVIATION.search(text[max(stop.end() - _ABBREVIATION_CHARS, 0) : stop.end()])
    if found is None:
        return False
    word = found.group().strip(" \t\r\n\"'(.\u201c").lower()
    following = text[stop.end() : stop.end() + 2].strip()[:1]
    return not (word in _ENDS_ANYWAY and following.isupper())


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The range without the white space at its ends, cut where it is too long."""
    while start < end:
        if text[start].isspace():
            start += 1
            continue
        cut = min(end, start + MAX_SENTENCE_CHARS)
        if cut < end:
            space = max(text.rfind(" ", start + 1, cut + 1), text.rfind("\n", start + 1, cut + 1))
            cut = space if space > start + MAX_SENTENCE_CHARS // 2 else cut
        last = cut
        while text[last - 1].isspace():
            last -= 1
        yield start, last
        start = cut
