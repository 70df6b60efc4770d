"""A row of numbers as a row of characters: how something went, week by week.

Invariants: one character a number; nothing at all looks different from little; the numbers themselves are always to be
had elsewhere (`--json`), since a screen reader can't read this.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

BLOCKS: Final = "▁▂▃▄▅▆▇█"
PLAIN: Final = ".:-=+*#@"
"""For a terminal that has no block characters."""
_NOTHING: Final = {BLOCKS: "·", PLAIN: " "}


def sparkline(values: Sequence[int], steps: str = BLOCKS) -> str:
    """`values` (0 or more each) as characters of `steps`, the highest value as the last of them."""
    highest = max(values, default=0)
    return "".join(
        steps[-(-value * len(steps) // highest) - 1] if value > 0 else _NOTHING.get(steps, " ") for value in values
    )


def steps_for(encoding: str | None) -> str:
    """The characters that a stream of this encoding can show."""
    try:
        (BLOCKS + _NOTHING[BLOCKS]).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return PLAIN
    return BLOCKS
