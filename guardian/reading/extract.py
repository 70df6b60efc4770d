"""What a reader (plain text, HTML, mail) hands back, and where in the message its bytes stood.

Invariant: an `Extract` holds no windows and judges nothing; `read` puts extracts together.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from guardian.reading.base import Link, View, ViewKind, derived_view, exact_view
from guardian.verdict import Reason


@dataclass(frozen=True, slots=True)
class Place:
    """Where some bytes stand in the raw message."""

    start: int
    """First byte in the message's raw bytes."""
    end: int
    """One past the last byte."""
    exact: bool
    """True: the bytes are `raw[start:end]`. False: they were unpacked or re-encoded from that range."""

    def view(self, kind: ViewKind, name: str, text: str) -> View:
        """A view of `text`, which must be these bytes in UTF-8 with surrogateescape where the place is exact."""
        if self.exact:
            return exact_view(kind, name, text, self.start)
        return derived_view(kind, name, text, self.start, self.end)


@dataclass(frozen=True, slots=True, repr=False)
class Extract:
    """The views of some bytes, and what could not be read of them."""

    views: tuple[View, ...] = ()
    """In the order in which a person meets them; none is empty."""
    links: tuple[Link, ...] = ()
    reasons: tuple[Reason, ...] = field(default=())
    pictures: int = 0
    """Pictures that stand in the text; their content is not read."""
