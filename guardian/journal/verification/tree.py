"""Holds every record against the tree, and says which column of which record is wrong.

Each record names the root of the tree before it. So a leaf that was changed shows in the next record, and whichever of
two readings of a doubtful record the next root agrees with is the true one.

Invariants: needs no key; one wrong value is one problem, not one for every record behind it; what can't be told apart
without the key is said so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from guardian.journal.fields import leaf_data
from guardian.journal.record import SCHEMA
from guardian.journal.store import Row
from guardian.journal.tree import EMPTY_ROOT, HASH_BYTES, Frontier, leaf_hash
from guardian.journal.verification.report import Part, Problems

_LEAF: Final = ("leaf", "its leaf was changed")
_ROOT: Final = ("root", "the root that it names is not that of the records before it")
_SCHEMA: Final = ("schema", "its schema was changed: it is not what its leaf says")
_PUBLIC: Final = ("public", "what it shows to everybody is not what its leaf says")
_DIGEST: Final = ("sealed_sha256", "the hash of its sealed content is not what its leaf says")
_FIELDS: Final = ("fields", "its fields are not what its leaf says")
_UNKNOWN: Final = (
    "fields",
    "its fields, its number, its public part or the hash of its content are not what its leaf says",
)
_SEALED: Final = ("sealed", "its sealed content is not what its leaf says")
_MOST_READINGS: Final = 16
"""Beyond that many the likeliest is believed, so that a damaged file costs no more time than a sound one."""
_REPLACED: Final = ("leaf", "it was replaced: what follows stands on another record")


def leaf_of(journal_id: bytes, row: Row) -> bytes | None:
    """(32,): the leaf that a record's columns lead to; None where they can be no record's."""
    try:
        data = leaf_data(journal_id, row.seq, row.schema, row.fields, row.sealed_sha256, row.public)
    except (ValueError, OverflowError):
        return None
    return leaf_hash(data)


@dataclass(slots=True)
class _Reading:
    """The tree as it is if doubtful records are read in one of their ways."""

    frontier: Frontier
    root: bytes
    said: tuple[tuple[int, str, str], ...] = ()
    """What is wrong if this reading is the true one: record, column, words."""

    def grow(self, leaf: bytes) -> None:
        self.frontier = self.frontier.add(leaf)
        self.root = self.frontier.root

    def with_leaf(self, leaf: bytes, said: tuple[int, str, str]) -> _Reading:
        frontier = self.frontier.add(leaf)
        return _Reading(frontier, frontier.root, (*self.said, said))


class TreeCheck:
    """The tree, grown record by record. `take` and `miss` are called in the order of the records."""

    def __init__(self, journal_id: bytes, problems: Problems, watched: frozenset[int]) -> None:
        """`watched`: sizes at which the root is wanted afterwards."""
        self.roots: dict[int, bytes] = {}
        """Root of the tree at each watched size that was reached."""
        self._id, self._problems, self._watched = journal_id, problems, watched
        self._readings = [_Reading(Frontier.empty(), EMPTY_ROOT)]
        """The likeliest first; one where nothing is in doubt, none once a record is missing."""
        self._odd: list[int] = []
        """The latest records in unbroken line whose roots do not fit; what follows says why."""

    @property
    def frontier(self) -> Frontier | None:
        """The tree so far; None once a record is missing."""
        return self._readings[0].frontier if self._readings else None

    def take(self, row: Row, content: bytes | None) -> None:
        """The next record. `content`: hash of its sealed bytes; None where it has none, or it was not looked at."""
        if self._readings:
            self._meet(row.seq, row.root)
        leaf = leaf_of(self._id, row)
        if leaf is not None and leaf == row.leaf:
            if content is not None and content != row.sealed_sha256:
                self._say(row.seq, _SEALED)
            for reading in self._readings:
                reading.grow(leaf)
        else:
            self._doubt(row, leaf, content)

    def miss(self) -> None:
        """The next record is not there, so that no later root can be computed."""
        self._settle()
        self._say_odd()
        self._readings = []

    def finish(self, root: bytes | None) -> bool:
        """All records are in. `root`: the one that the head names. Whether the tree leads to it, or is said not to."""
        if not self._readings:
            return True  # what is missing has been said
        is_end = self._agree(root)
        self._settle()
        self._watch()
        if is_end:
            self._say_odd()
        elif self._odd:
            self._say(self._odd[0] - 1, _REPLACED)
        return is_end or bool(self._odd)

    def _meet(self, seq: int, root: bytes) -> None:
        """Hold the root that a record names against the tree before it."""
        if self._agree(root):
            if self._odd:
                self._say_odd()
        elif seq == 0:
            self._say(seq, _ROOT)
        else:
            self._odd.append(seq)
        if seq in self._watched:
            self._watch()

    def _agree(self, root: bytes | None) -> bool:
        """Whether a reading leads to `root`; then that is the true one."""
        if self._readings[0].root != root or self._readings[0].said:
            true = next((reading for reading in self._readings if reading.root == root), None)
            if true is None:
                return False
            self._readings = [true]
            self._settle()
        return True

    def _settle(self) -> None:
        """The first reading is taken to be the true one."""
        if self._readings:
            first = self._readings[0]
            for seq, column, what in first.said:
                self._problems.add(Part.RECORD, what, seq, column=column)
            first.said = ()
            self._readings = [first]

    def _say_odd(self) -> None:
        for seq in self._odd:
            self._say(seq, _ROOT)
        self._odd = []

    def _watch(self) -> None:
        first = self._readings[0]
        if first.frontier.size in self._watched:
            self.roots[first.frontier.size] = first.root

    def _doubt(self, row: Row, leaf: bytes | None, content: bytes | None) -> None:
        """A leaf does not fit its record: either may be wrong, and the roots that follow say which."""
        column, what = self._changed_column(row, content)
        if content is not None and content != row.sealed_sha256 and column != _DIGEST[0]:
            self._say(row.seq, _SEALED)
        ways = [(row.leaf, column, what)] if len(row.leaf) == HASH_BYTES else []
        if leaf is not None:
            ways.append((leaf, *_LEAF))
        if not (self._readings and ways):
            self.miss()
            self._say(row.seq, (column, what))
            return
        if len(self._readings) * len(ways) > _MOST_READINGS:
            self._settle()
        self._readings = [
            reading.with_leaf(each, (row.seq, column, what))
            for reading in self._readings
            for each, column, what in ways
        ]

    def _changed_column(self, row: Row, content: bytes | None) -> tuple[str, str]:
        """Which column, put right, leads to the leaf that stands there."""
        variants = [(_SCHEMA, replace(row, schema=SCHEMA)), (_PUBLIC, replace(row, public=b""))]
        if content is not None:
            variants.append((_DIGEST, replace(row, sealed_sha256=content)))
        for words, variant in variants:
            if leaf_of(self._id, variant) == row.leaf:
                return words
        is_plain = not row.public and row.schema == SCHEMA and content == row.sealed_sha256
        return _FIELDS if is_plain else _UNKNOWN

    def _say(self, seq: int, words: tuple[str, str]) -> None:
        self._problems.add(Part.RECORD, words[1], seq, column=words[0])
