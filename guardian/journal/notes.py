"""What stands beside the journal's records for whoever has no key: unsigned notes, each a hint and no more.

Invariant: whoever may write to the file may write them, so nothing that matters is believed for a note's sake alone.
The note on retired keys has Guardian delete something: each of its lines has a tag that takes the journal's own key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from guardian.journal.encoding import canonical_bytes
from guardian.journal.keys import KeyPlace
from guardian.journal.places.key_line import NAME_BYTES
from guardian.journal.secret import KEY_BYTES
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


RETIRED: Final = "retired"
"""Keys that the journal has left, and that may still be where they were: a JSON list of [place, key id, tag]."""
_MOST_RETIRED_BYTES: Final = 64 << 10


@dataclass(frozen=True, slots=True)
class RetiredKey:
    """A key that is to be removed from its place."""

    place: KeyPlace
    key_id: bytes
    tag: bytes
    """(32,): made with the journal's own key (`guardian.journal.rekey`)."""


def retired_keys(note: bytes | None) -> list[RetiredKey]:
    """What the note says. Raises ValueError where it is not what this program writes."""
    if note is None:
        return []
    if len(note) > _MOST_RETIRED_BYTES:
        raise ValueError("too long")
    try:
        rows = json.loads(note)
        found = [RetiredKey(KeyPlace(place), bytes.fromhex(key), bytes.fromhex(tag)) for place, key, tag in rows]
    except (TypeError, RecursionError) as error:
        raise ValueError("not a list of keys") from error
    if retired_note(found) != note or any((len(k.key_id), len(k.tag)) != (NAME_BYTES, KEY_BYTES) for k in found):
        raise ValueError("not as it is written")
    return found


def retired_note(keys: list[RetiredKey]) -> bytes:
    """The note that says it."""
    return canonical_bytes([[key.place.value, key.key_id.hex(), key.tag.hex()] for key in keys])
