"""Numbers that stand beside the journal's records for whoever has no key: unsigned notes, each a hint and no more.

Invariant: whoever may write to the file may write them, so nothing that matters is believed for a note's sake alone.
"""

from __future__ import annotations

from typing import Final

from guardian.journal.store import Store

KEPT_FROM: Final = "kept_from"
"""Below this number nothing is left that grows old."""
COOLING: Final = "cooling"
"""Hours of cooling-off of the policies; 0: none."""
AMENDED: Final = "amended"
"""Number of the latest amendment of a policy: who knows of an earlier one only has an old state."""
NOTES: Final = (KEPT_FROM, COOLING, AMENDED)


def noted(store: Store, name: str) -> int:
    """A note; 0 where there is none, or it is no number. Raises JournalError where the file can't be read."""
    note = store.meta(name) or b""
    return int(note) if note.isdigit() and len(note) < 16 else 0
