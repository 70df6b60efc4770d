"""Knows a delivery that is in the journal already, so that asking for its verdict again keeps it one time.

Whoever watches a source asks again where no answer came, and the verdict may have been recorded all the same. So each
delivery bears a name that says nothing to a stranger (`Message.once`), and that name is written in the transaction that
writes the record or the count.

Invariants: name and record, or name and count, are on disk together or not at all; names older than `ONCE_DAYS` go.
What this does not protect: whoever may write to the file can add a name, and that delivery is then not kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from guardian.journal.store import Store

ONCE_BYTES: Final = 16
"""Length of a delivery's name."""
ONCE_DAYS: Final = 30
"""How long a name is known: whoever got no answer has asked again by then."""
_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept of a delivery."""

    seq: int | None
    """Number of its record; None where it was only counted."""


def once_of(name: bytes) -> bytes:
    """A delivery's name, whatever its length, as it stands in the journal; empty for none."""
    return name if len(name) in (0, ONCE_BYTES) else hashlib.sha256(name).digest()[:ONCE_BYTES]


def kept(store: Store, once: bytes) -> Kept | None:
    """What was kept of the delivery of this name; None where nothing was, or it has no name. Raises JournalError."""
    if not once:
        return None
    rows = store.all("SELECT seq FROM once WHERE name = ?", (once,))
    return Kept(rows[0][0] if isinstance(rows[0][0], int) else None) if rows else None


def note_kept(store: Store, once: bytes, seq: int | None, at_ms: int) -> None:
    """Note that a delivery is kept, inside the transaction that keeps it; and let go of names that are old."""
    if once:
        day = at_ms // _DAY_MS
        store.run("INSERT OR REPLACE INTO once VALUES (?, ?, ?)", (once, seq, day))
        store.run("DELETE FROM once WHERE day < ?", (day - ONCE_DAYS,))
