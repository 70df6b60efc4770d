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
from guardian.journal.verify_report import Part, Problems

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
_REPLACED: Final = ("leaf", "it was replaced: what follows stands on another record")


def leaf_of(journal_id: bytes, row: Row) -> bytes | None:
    """(32,): the leaf that a record's columns lead to; None where they can be no record's."""
    try:
        data = leaf_data(journal_id, row.seq, row.schema, row.fields, row.sealed_sha256, row.public)
    except (ValueError, OverflowError):
        return None
    return leaf_hash(data)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One of the readings of a doubtful record."""

    frontier: Frontier
    root: bytes
    column: str
    what: str
    """What is wrong if this reading is the true one."""


class TreeCheck:
    """The tree, grown record by record. `take` and `miss` are called in the order of the records."""

    def __init__(self, journal_id: bytes, problems: Problems, watched: frozenset[int]) -> None:
        """`watched`: sizes at which the root is wanted afterwards."""
        self.roots: dict[int, bytes] = {}
        """Root of the tree at each watched size that was reached."""
        self._id, self._problems, self._watched = journal_id, problems, watched
        self._frontier: Frontier | None = Frontier.empty()
        self._root = EMPTY_ROOT
        self._readings: list[_Reading] = []
        self._doubtful = 0
        """The record that `_readings` are of."""
        self._odd: list[int] = []
        """The latest records in unbroken line whose roots do not fit; what follows says why."""

    @property
    def frontier(self) -> Frontier | None:
        """The tree so far; None once a record is missing."""
        return self._frontier

    def take(self, row: Row, content: bytes | None) -> None:
        """The next record. `content`: hash of its sealed bytes; None where it has none, or it was not looked at."""
        if self._frontier is not None:
            self._meet(row.seq, row.root)
        leaf = leaf_of(self._id, row)
        if leaf is not None and leaf == row.leaf:
            if content is not None and content != row.sealed_sha256:
                self._say(row.seq, _SEALED)
            self._grow(leaf)
        else:
            self._doubt(row, leaf, content)

    def miss(self) -> None:
        """The next record is not there, so that no later root can be computed."""
        self._settle(None)
        for seq in self._odd:
            self._say(seq, _ROOT)
        self._odd, self._frontier = [], None

    def finish(self, root: bytes | None) -> bool:
        """All records are in. `root`: the one that the head names. Whether the tree leads to it, or is said not to."""
        if self._frontier is None:
            return True  # what is missing has been said
        self._settle(root)
        self._watch()
        if self._root == root:
            for seq in self._odd:
                self._say(seq, _ROOT)
            return True
        if self._odd:
            self._say(self._odd[0] - 1, _REPLACED)
            return True
        return False

    def _meet(self, seq: int, root: bytes) -> None:
        if self._readings:
            self._settle(root)
        if seq in self._watched:
            self._watch()
        if root == self._root:
            if self._odd:
                for odd in self._odd:
                    self._say(odd, _ROOT)
                self._odd = []
        elif seq == 0:
            self._say(seq, _ROOT)
        else:
            self._odd.append(seq)

    def _grow(self, leaf: bytes) -> None:
        if self._frontier is not None:
            self._frontier = self._frontier.add(leaf)
            self._root = self._frontier.root

    def _watch(self) -> None:
        if self._frontier is not None and self._frontier.size in self._watched:
            self.roots[self._frontier.size] = self._root

    def _doubt(self, row: Row, leaf: bytes | None, content: bytes | None) -> None:
        column, what = self._changed_column(row, content)
        if content is not None and content != row.sealed_sha256 and column != _DIGEST[0]:
            self._say(row.seq, _SEALED)
        self._doubtful, readings = row.seq, []
        if len(row.leaf) == HASH_BYTES:
            readings.append((row.leaf, column, what))
        if leaf is not None:
            readings.append((leaf, *_LEAF))
        if self._frontier is None or not readings:
            self._problems.add(Part.RECORD, what, row.seq, column=column)
            self._frontier = None
            return
        before = self._frontier
        grown = [(before.add(each), column, what) for each, column, what in readings]
        self._readings = [_Reading(frontier, frontier.root, *words) for frontier, *words in grown]

    def _settle(self, root: bytes | None) -> None:
        """Decide which reading of the doubtful record is the true one: the one that leads to `root`."""
        if not self._readings:
            return
        true = next((each for each in self._readings if each.root == root), self._readings[0])
        self._frontier, self._root, self._readings = true.frontier, true.root, []
        self._problems.add(Part.RECORD, true.what, self._doubtful, column=true.column)

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
