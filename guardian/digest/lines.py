"""A digest as lines for a terminal or a mail.

Invariants: every line is safe; a list that is cut says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from guardian.digest.digest import Digest, Item
from guardian.digest.words import (
    COUNT_WORDS,
    LIMITS,
    head,
    item_line,
    more_words,
    sections,
    text_of_item,
)

MOST_LISTED: Final = 50
MOST_COUNTED: Final = 10


def digest_lines(digest: Digest) -> list[str]:
    """The digest, line by line."""
    lines = [digest.span.words, head(digest)]
    for section in sections(digest):
        lines += ["", section.title.upper()]
        lines += [section.opening] if section.opening else []
        lines += [f"  {count:,} x {reason}" for reason, count in section.reasons[:MOST_COUNTED]]
        lines += _items(section.items, digest)
        lines += section.lines
    if digest.screened:
        lines += ["", "COUNTS", *_counts(digest)]
    return [*lines, "", LIMITS]


def _items(items: Sequence[Item], digest: Digest) -> Iterator[str]:
    for item in items[:MOST_LISTED]:
        yield item_line(item, digest.zone)
        yield from (f"        | {line}" for line in text_of_item(item).splitlines())
    if len(items) > MOST_LISTED:
        yield more_words(items[MOST_LISTED:], digest)


def _counts(digest: Digest) -> Iterator[str]:
    for outcome, words in COUNT_WORDS.items():
        if digest.outcomes[outcome]:
            yield f"{digest.outcomes[outcome]:>6,}  {words}"
    for channel, counts in digest.by_channel.items():
        parts = [f"{counts[outcome]:,} {outcome.value}" for outcome in COUNT_WORDS if counts.get(outcome)]
        yield f"{_channel(channel)}: {', '.join(parts)}"
    for title, count in digest.policies[:MOST_COUNTED]:
        yield f"{count:>6,}  {title}"


def _channel(channel: str) -> str:
    return {"incoming": "from people", "ai_output": "from AI assistants"}.get(channel, channel)
