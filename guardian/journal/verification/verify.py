"""Is the journal whole and unchanged, and if not, what is wrong and where?

Everything but the content of the records is checked without the key: the file, the header, the signed head, every
column of every record and of its sealed key, what was erased, the counts, and whether the journal continues the
checkpoints that stand outside it. With the key, every record is opened, too, and held against what its leaf commits to.

Invariants: nothing is written; `verify_store` never raises for what the file holds, but only where the disk fails; no
lock is held from one page to the next, unless others write so often that nothing else gives one view of the file.

What this can't see: a change by whoever has the master key, before the last checkpoint that stands elsewhere; counts of
the present day that were changed on purpose.
"""

from __future__ import annotations

import hashlib

from guardian.errors import JournalDamagedError
from guardian.events import Observer, Progress, ignore
from guardian.journal.anchor import Hint
from guardian.journal.chain import disproof
from guardian.journal.keys_in_hand import Keys
from guardian.journal.retention import as_ranges
from guardian.journal.store import Row, Store
from guardian.journal.verification.chain import ChainCheck
from guardian.journal.verification.file import check_file
from guardian.journal.verification.forgotten import ForgottenCheck
from guardian.journal.verification.parts import Front, check_front, check_small_tables
from guardian.journal.verification.past import Past, compared, opened
from guardian.journal.verification.report import Compared, Part, Problem, Problems, Report
from guardian.journal.verification.rows import Place, Reader, extra_places
from guardian.journal.verification.tree import TreeCheck, leaf_of

__all__ = ["Compared", "Part", "Problem", "Report", "verify_store"]

_MOST_RENUMBERED = 50
_TOLD_EVERY = 500


def verify_store(
    store: Store,
    *,
    anchor: str | None = None,
    against: str | None = None,
    sample: float | None = None,
    keys: Keys | None = None,
    observer: Observer = ignore,
) -> Report:
    """Check a journal.

    `anchor`: the checkpoint that Guardian keeps outside the file, asked for before this call; `against`: another one;
    None where there is none. `sample`: the share (0 to 1) of the records whose sealed content is looked at; None for
    all. `keys`: opens every record that is looked at. `observer` is told how far it is, every few hundred records; what
    it raises ends the check. Raises JournalIoError where the disk fails.
    """
    version = _version(store)
    report = _Check(store, anchor, against, sample, keys, observer).report()
    if report.total and _version(store) != version:  # others wrote: what looks wrong may only be newer
        with store.snapshot():
            report = _Check(store, anchor, against, sample, keys, observer).report()
    return report


class _Check:
    """One pass over the file."""

    def __init__(
        self,
        store: Store,
        anchor: str | None,
        against: str | None,
        sample: float | None,
        keys: Keys | None,
        observer: Observer,
    ) -> None:
        self._store, self._anchor, self._against, self._keys = store, anchor, against, keys
        self._observer = observer
        self._problems = Problems()
        self._reader = Reader(store, self._problems, sample=sample)
        self._missing: dict[Part, list[int]] = {Part.RECORD: [], Part.KEY: []}
        self._contents = self._opened = 0

    def report(self) -> Report:
        """Everything that is wrong."""
        problems = self._problems
        if not check_file(self._store, problems):
            return Report(problems.sorted(), problems.total, anchor=Compared.NOT_COMPARED)
        front = check_front(self._store, problems)
        hint = check_small_tables(self._store, problems, front)
        pasts = [
            opened(part, note, front, problems)
            for part, note in ((Part.ANCHOR, self._anchor), (Part.AGAINST, self._against))
        ]
        erased, answers = self._records(front, hint, pasts)
        return Report(
            problems.sorted(),
            problems.total,
            journal=front.journal_id.hex() if front.journal_id is not None else "",
            records=front.size,
            forgotten=erased,
            contents=self._contents,
            opened=self._opened,
            signed_ms=front.checkpoint.time_ms if front.checkpoint is not None else None,
            anchor=answers[0],
            anchor_size=pasts[0].size if pasts[0] is not None else None,
            against=answers[1],
            against_size=pasts[1].size if pasts[1] is not None else None,
        )

    def _records(self, front: Front, hint: Hint | None, pasts: list[Past | None]) -> tuple[int, list[Compared]]:
        """Check every record; how many were erased, and what came of the comparisons."""
        if front.journal_id is None:
            self._problems.add(Part.FILE, "neither its header nor its head can be read, so no record can be checked")
            return 0, [Compared.NONE if past is None else Compared.NOT_COMPARED for past in pasts]
        sizes = {front.size, *(past.size for past in pasts if past is not None and past.size is not None)}
        if hint is not None:
            sizes.add(hint.frontier.size)
        tree = TreeCheck(front.journal_id, self._problems, frozenset(sizes))
        chain = ChainCheck(front.header.epoch if front.header is not None else None, self._problems)
        forgotten = ForgottenCheck(front.journal_id, self._problems)
        for place in self._reader.places(front.size):
            if place.seq % _TOLD_EVERY == 0:
                self._observer(Progress(place.seq, front.size, "records"))
            self._take(place, tree, chain)
            forgotten.take(place)
        self._end(front, tree, chain)
        self._name_missing(front)
        forgotten.finish(front.size, set(self._missing[Part.RECORD]))
        if hint is not None and tree.roots.get(hint.frontier.size, hint.frontier.root) != hint.frontier.root:
            self._problems.add(Part.META, "what it says of the last checkpoint is not of this journal")
        return forgotten.erased, [compared(past, front, tree.roots, self._problems) for past in pasts]

    def _take(self, place: Place, tree: TreeCheck, chain: ChainCheck) -> None:
        row, wrap = place.row, place.wrap
        if row is None:
            self._missing[Part.RECORD].append(place.seq)
            tree.miss()
        elif row.sealed is None:
            tree.take(row, None)
        else:
            self._contents += 1
            tree.take(row, hashlib.sha256(row.sealed).digest())
        if wrap is None:
            self._missing[Part.KEY].append(place.seq)
            chain.miss()
        else:
            chain.take(wrap)
            if self._keys is not None and row is not None and row.sealed is not None and wrap.wrapped:
                self._open(self._keys, place)

    def _open(self, keys: Keys, place: Place) -> None:
        assert place.row is not None
        assert place.wrap is not None
        self._opened += 1
        try:
            why = disproof(keys, place.row, place.wrap)
        except (LookupError, TypeError, AttributeError, OverflowError):  # sealed by the right key, and yet no record
            why = "its content is not a record"
        if why:
            self._problems.add(Part.RECORD, why, place.seq, column="content")

    def _end(self, front: Front, tree: TreeCheck, chain: ChainCheck) -> None:
        if not tree.finish(front.root):
            what = "the records do not lead to its root: the last one, or all from some record on, were rewritten"
            self._problems.add(Part.HEAD, what)
        if not chain.finish(front.chain):
            what = "the sealed keys do not lead to its chain: the last one, or all from some record on, were rewritten"
            self._problems.add(Part.HEAD, what)
        frontier = tree.frontier
        if frontier is not None and frontier.to_bytes() != front.frontier:
            self._problems.add(Part.HEAD, "its frontier is not that of the records", column="frontier")

    def _name_missing(self, front: Front) -> None:
        """Name what is not there: unreadable, renumbered, or simply missing."""
        extra = extra_places(self._store, self._problems, front.size)
        moved = self._renumbered(front, self._missing[Part.RECORD][:_MOST_RENUMBERED], extra[:_MOST_RENUMBERED])
        for part, seqs in self._missing.items():
            unreadable = set(self._reader.unreadable[part])
            self._name(part, sorted(unreadable), "can't be read: the file is damaged there")
            self._name(part, [seq for seq in seqs if seq not in unreadable and seq not in moved], "missing")
        for seq, now in moved.items():
            self._problems.add(Part.RECORD, f"it was renumbered to {now}", seq, column="seq")

    def _name(self, part: Part, seqs: list[int], what: str) -> None:
        for first, last in as_ranges(seqs):
            self._problems.add(part, what, first, last=last if last > first else None, column="seq")

    def _renumbered(self, front: Front, missing: list[int], extra: list[int]) -> dict[int, int]:
        """{missing number: number under which the record stands now}."""
        found = {}
        rows = [row for row in map(self._reader.any_row, extra) if row is not None]
        for seq in missing:
            for row in rows:
                if front.journal_id is not None and leaf_of(front.journal_id, _numbered(row, seq)) == row.leaf:
                    found[seq] = row.seq
        return found


def _numbered(row: Row, seq: int) -> Row:
    return Row(seq, row.schema, row.root, row.public, row.fields, row.sealed, row.sealed_sha256, row.leaf)


def _version(store: Store) -> int:
    """Changes whenever another connection writes to the file."""
    try:
        return int(store.one("PRAGMA data_version")[0])
    except JournalDamagedError:
        return 0
