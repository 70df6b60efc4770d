"""Cuts a view into passages for the rule families, and says which words are only quoted.

A passage is a sentence as an ask reads: lines that were wrapped are joined, lists are not, and a run without full stops
is cut into pieces that overlap by half, so that no ask of `LONGEST_ASK` characters is torn apart. What an explanation
quotes is another matter: see `guardian.reading.sentences`.

Invariants: offsets are characters of the text given; passages cover every character but white space; none is longer
than `LONGEST` characters. Cost is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

LONGEST: Final = 400
"""Characters of the longest passage."""
_EDGE: Final = 40
"""Characters by which a cut may move to the edge of a word."""
LONGEST_ASK: Final = LONGEST // 2 - _EDGE
"""Characters of an ask that is never torn apart."""

_END = re.compile(
    r"[.!?…][\"')\]]{0,3}\s"  # a full stop and its like, with closing marks behind it
    r"|\n[ \t]{0,8}\n"  # an empty line
    r"|\n(?=[ \t]{0,8}(?:[-*•#|]|\d{1,2}[.)])[ \t])"  # a line that starts a list item
)
_ABBREVIATION = re.compile(r"(?:^|[\s(])(?:mr|mrs|ms|dr|st|no|nr|e\.g|i\.e|approx|[a-z])$", re.IGNORECASE)
_QUOTED = re.compile(
    r'"[^"\n]{3,400}"'  # straight double quotes; `plain` turns curly and angled ones into these
    r"|`[^`\n]{3,400}`"  # code
    r"|(?:(?<=[\s(:])|^)'[^'\n]{3,200}'(?=[\s.,;:!?)]|$)",  # single quotes that are no apostrophes
)
_SURROGATES = dict.fromkeys(range(55296, 57344), "�")
_PLAIN = str.maketrans(
    dict.fromkeys("‘’ʼ´′", "'")
    | dict.fromkeys("“”„«»＂", '"')
    | dict.fromkeys(
        "\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
    )
    | dict.fromkeys("‐‑‒–—", "-")
    | {"\r": " "}
)


def plain(text: str) -> str:
    """`text` with typographic quotes, dashes and spaces made plain and lone surrogates replaced; same length."""
    if text.isascii():
        return text.replace("\r", " ") if "\r" in text else text
    folded = text.translate(_PLAIN)
    try:
        folded.encode("utf-8")
    except UnicodeEncodeError:
        folded = folded.translate(_SURROGATES)
    return folded


def passages(text: str) -> list[tuple[int, int]]:
    """Start and end of every passage of `text` (as `plain` gives it), in order."""
    found: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if text[match.start()] == "." and _ABBREVIATION.search(text, max(match.start() - 8, start), match.start()):
            continue
        found.extend(_pieces(text, start, match.end()))
        start = match.end()
    found.extend(_pieces(text, start, len(text)))
    return found


def quoted_ranges(text: str) -> list[tuple[int, int]]:
    """The parts of `text` (as `plain` gives it) inside quotation marks or backticks, in order.

    A quote of more than half of the text is no quote: it is the message, with marks around it.
    """
    return [match.span() for match in _QUOTED.finditer(text) if len(match.group()) <= len(text) / 2]


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """One sentence, cut into overlapping pieces where it is too long; nothing for white space alone."""
    if not text[start:end].strip():
        return
    while end - start > LONGEST:
        yield start, _word_edge(text, start + LONGEST)
        start = _word_edge(text, start + LONGEST // 2)
    yield start, end


def _word_edge(text: str, place: int) -> int:
    """The last word edge at most `_EDGE` characters before `place`, or `place` itself where there is none."""
    edge = text.rfind(" ", place - _EDGE, place)
    return edge if edge >= 0 else place
