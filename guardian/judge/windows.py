"""The parts in which the judge is shown a long message, and the earlier turns that are shown with it.

Invariants: a part fits its budget of tokens, as the model's own vocabulary counts them; the first begins with the text
and the last ends with it; neighbours overlap, or `is_truncated` says that something between them is in no part. Which
parts of a text that is too long are shown is the same on each run, so a sender can know it too: that is why a `no` to
such a text is never sure. Of earlier turns the newest stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from guardian.inference.generative import GenerationFailure
from guardian.judge.labels import Count

MOST_PARTS: Final = 4
"""Parts of one message that are shown. Each costs as much as the first, a second or more of a slow processor."""
OVERLAP_SHARE: Final = 8
"""Neighbours share at least one character in so many, so that a demand over an edge stands whole in one of them."""
_SAMPLE_CHARACTERS: Final = 2_000
"""Of the beginning, the middle and the end, by which the tokens of a long text are estimated."""
_DENSER: Final = 0.85
"""Share of the estimated size that is tried first: text between the samples may be denser than they are."""
_LONGEST_TURN_CHARACTERS: Final = 16_000
"""Of an earlier turn that is counted at all: a longer one leaves no room for the message."""
_LONGEST_WORD: Final = 40
"""Characters that a part begins earlier at most, so as to begin with a word."""
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, repr=False)
class Parts:
    """A message in the parts in which it is shown."""

    texts: tuple[str, ...]
    is_truncated: bool


def cut_parts(text: str, most_tokens: int, count: Count) -> Parts | GenerationFailure:
    """A message in parts of at most so many tokens; none where nothing of it can be shown."""
    text = plain(text)
    if not text.strip():
        return Parts((), False)
    if len(text.encode()) + 1 <= most_tokens:  # a text has at most one token more than bytes
        return Parts((text,), False)
    size = _estimated_characters(text, most_tokens, count)
    while not isinstance(size, GenerationFailure) and size > 0:
        parts = _cut(text, size)
        fits = _all_fit(parts.texts, most_tokens, count)
        if isinstance(fits, GenerationFailure):
            return fits
        if fits:
            return parts
        size = size * 3 // 4
    return size if isinstance(size, GenerationFailure) else Parts((), True)


def newest_turns(
    turns: Sequence[str], most_tokens: int, count: Count
) -> tuple[tuple[str, ...], int] | GenerationFailure:
    """The latest of the turns that fit, in their order, and their tokens. A turn is whole or not there."""
    kept: list[str] = []
    used = 0
    for turn in reversed(turns):
        tokens = count(turn) if len(turn) <= _LONGEST_TURN_CHARACTERS else most_tokens + 1
        if isinstance(tokens, GenerationFailure):
            return tokens
        if used + tokens > most_tokens:
            break
        used += tokens
        kept.append(turn)
    return tuple(reversed(kept)), used


def plain(text: str) -> str:
    """A text that can be written as UTF-8: bytes that were none stand as the replacement character."""
    return _SURROGATES.sub("\ufffd", text)


def _cut(text: str, size: int) -> Parts:
    """Parts of about `size` characters, at even distances from the first to the last."""
    if len(text) <= size:
        return Parts((text,), False)
    step = max(1, size - size // OVERLAP_SHARE)
    needed = 1 + -(-(len(text) - size) // step)
    count = min(needed, MOST_PARTS)
    starts = [place * (len(text) - size) // (count - 1) for place in range(count)]
    return Parts(
        tuple(text[_word_start(text, start, size // OVERLAP_SHARE) : start + size] for start in starts), needed > count
    )


def _word_start(text: str, start: int, most: int) -> int:
    """The place at or before `start` where a word begins, if there is one close by; at most so many characters."""
    earliest = max(0, start - min(_LONGEST_WORD, most))
    gap = max(text.rfind(" ", earliest, start), text.rfind("\n", earliest, start))
    return gap + 1 if gap >= 0 else start


def _estimated_characters(text: str, most_tokens: int, count: Count) -> int | GenerationFailure:
    """Characters that so many tokens hold where the text is densest, about; all of it where it is short enough."""
    if len(text) <= _SAMPLE_CHARACTERS * 3:
        tokens = count(text)
        if isinstance(tokens, GenerationFailure) or tokens <= most_tokens:
            return tokens if isinstance(tokens, GenerationFailure) else len(text)
    densest = 0.0
    for start in (0, (len(text) - _SAMPLE_CHARACTERS) // 2, len(text) - _SAMPLE_CHARACTERS):
        sample = text[max(0, start) :][:_SAMPLE_CHARACTERS]
        tokens = count(sample)
        if isinstance(tokens, GenerationFailure):
            return tokens
        densest = max(densest, tokens / len(sample))
    return max(1, min(len(text), int(_DENSER * most_tokens / densest))) if densest else len(text)


def _all_fit(texts: Sequence[str], most_tokens: int, count: Count) -> bool | GenerationFailure:
    for text in texts:
        tokens = count(text)
        if isinstance(tokens, GenerationFailure):
            return tokens
        if tokens > most_tokens:
            return False
    return True
