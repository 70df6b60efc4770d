"""Holds what was erased against the records that say so, and gathers the gaps that records tell of.

Invariants: needs no key. A record is erased with its key and with a later record that names it, or something is wrong.
"""

from __future__ import annotations

from typing import Any

from guardian.journal.checkpoint import Checkpoint
from guardian.journal.encoding import parsed
from guardian.journal.note import read_note
from guardian.journal.retention import as_ranges
from guardian.journal.store import Row
from guardian.journal.verification.report import Part, Problems
from guardian.journal.verification.rows import Place


class ForgottenCheck:
    """Fed with every record, in order."""

    def __init__(self, journal_id: bytes, problems: Problems) -> None:
        self._id, self._problems = journal_id, problems
        self._erased: set[int] = set()
        self._ranges: list[tuple[int, int]] = []

    @property
    def erased(self) -> int:
        """How many records were erased."""
        return len(self._erased)

    def take(self, place: Place) -> None:
        """The next place; some of it may be missing."""
        if place.row is None:
            return
        if place.row.public:
            self._take_public(place.row)
        if place.is_erased:
            self._erased.add(place.seq)
        if place.wrap is not None and place.is_erased == bool(place.wrap.wrapped):
            gone, left = ("content", "key") if place.is_erased else ("key", "content")
            self._problems.add(
                Part.RECORD, f"its {gone} was removed, and its {left} was not", place.seq, column="sealed"
            )

    def finish(self, size: int, missing: set[int]) -> None:
        """All `size` records are in but those that are missing, of which nothing can be said."""
        named = bytearray(size)
        for first, last in self._ranges:
            named[first : last + 1] = b"\1" * (last + 1 - first)
        unsaid = [seq for seq in sorted(self._erased) if not named[seq]]
        kept = [seq for seq in range(size) if named[seq] and seq not in self._erased and seq not in missing]
        for first, last in as_ranges(unsaid):
            self._say(first, last, "content was removed, and no record says so")
        for first, last in as_ranges(kept):
            self._say(first, last, "content is there, though a later record says that it was forgotten")

    def _say(self, first: int, last: int, what: str) -> None:
        whose = "its" if first == last else "their"
        many = None if first == last else last
        self._problems.add(Part.RECORD, f"{whose} {what}", first, last=many, column="sealed")

    def _take_public(self, row: Row) -> None:
        try:
            value = parsed(row.public)
            if value.keys() == {"forgotten"}:
                self._ranges += [_range(pair, row.seq) for pair in value["forgotten"]]
            elif value.keys() == {"gap"}:
                self._problems.add(Part.RECORD, self._gap(value["gap"]["anchor"], row.seq), row.seq)
            else:
                raise ValueError("unknown")
        except (ValueError, KeyError, TypeError):
            self._problems.add(Part.RECORD, "what it shows to everybody can't be understood", row.seq, column="public")

    def _gap(self, anchor: object, seq: int) -> str:
        """What a gap record says, in words. Its place in the signed tree vouches for it."""
        if anchor == "":
            return "the checkpoint that was kept outside was gone when the journal was opened"
        past = Checkpoint.parse(read_note(anchor if isinstance(anchor, str) else "", [])[0])
        if past.journal_id != self._id:
            return f"another journal stood here before, with {past.size:,} records or more, and is gone"
        what = "the journal did not continue the checkpoint that was kept outside"
        if past.size > seq:
            return f"{what}: {past.size - seq:,} records are missing before it"
        return f"{what}: some of the first {past.size:,} records, or their keys, were replaced"


def _range(pair: Any, seq: int) -> tuple[int, int]:
    """A range of records before `seq`."""
    first, last = pair
    if type(first) is not int or type(last) is not int or not 0 <= first <= last < seq:
        raise ValueError("no range of earlier records")
    return first, last
