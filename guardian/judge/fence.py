"""The fence round what the judge is shown: lines that bear a number which nobody could have known.

Invariants: the number is random, new for each message, and stands nowhere in what is fenced; so no text can write a
line that ends its own fence. The fixed part of a prompt never holds it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

NUMBER_BYTES: Final = 6
"""Of the random number, which is written in hexadecimal: 48 bits, about ten tokens a line."""
_MOST_DRAWS: Final = 16


@dataclass(frozen=True, slots=True)
class Fence:
    """The fence of one message."""

    number: str

    def around(self, what: str, text: str) -> str:
        """A text between its two lines. `what` is ours: `message`."""
        return f"[{self.number}] {what} begins\n{text}\n[{self.number}] {what} ends\n"


def draw_number() -> str:
    """A number that nobody can guess."""
    return secrets.token_hex(NUMBER_BYTES)


def raise_fence(texts: Iterable[str], draw: Callable[[], str] = draw_number) -> Fence:
    """A fence whose number stands in none of the texts, in any case.

    Raises ValueError where `draw` gives nothing but numbers that do: it is then not random.
    """
    lowered = [text.lower() for text in texts]
    for _ in range(_MOST_DRAWS):
        number = draw()
        if not any(number.lower() in text for text in lowered):
            return Fence(number)
    raise ValueError("the fence's numbers are not random")
