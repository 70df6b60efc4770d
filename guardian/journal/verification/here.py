"""Checks the owner's journal where it stands, with what stands beside it: the checkpoint outside, the waiting room.

Invariants: the file is opened to be read only; no key is asked for unless the owner wants the records opened; a keyring
that does not answer costs its time limit and is said, and no window is put up.
"""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass, replace

from guardian.errors import JournalDamagedError, JournalError, JournalIoError
from guardian.events import Observer, ignore
from guardian.journal.header import Header
from guardian.journal.keys import Ask, KeyPlace
from guardian.journal.keys_in_hand import Keys, open_keys
from guardian.journal.ledger import HEADER
from guardian.journal.opening import folder_slot
from guardian.journal.places.choose import open_place
from guardian.journal.places.file_place import FilePlace
from guardian.journal.places.passphrase import nobody_to_ask
from guardian.journal.store import Store
from guardian.journal.verification.report import Compared, Part, Problem, Report
from guardian.journal.verification.verify import verify_store
from guardian.journal.waiting import WaitingRoom
from guardian.paths import Paths
from guardian.safe_text import safe_line

GONE = "it is not there, but there was one"


def verify_here(
    paths: Paths,
    *,
    against: str | None = None,
    sample: float | None = None,
    ask: Ask | None = None,
    observer: Observer = ignore,
) -> Report:
    """Check the journal. `ask`: open the records, too, and ask this for the passphrase where there is one.

    `against`, `sample`, `observer`: as in `verify_store`. Raises JournalError where there is no journal, or it is
    foreign or newer, or its key is wanted and can't be had; JournalIoError where the disk fails.
    """
    if not paths.journal_file.exists():
        if was_there(paths):
            return _one_problem(GONE)
        raise JournalError("there is no journal yet", hint="it begins with the first message that is recorded")
    try:
        store = _opened(paths)
    except JournalDamagedError as error:
        return _one_problem(error.what)
    with closing(store):
        if _is_empty(store):
            return _one_problem("it is empty")
        header = _header(store)
        outside = _Outside.asked(header, paths)
        keys, key_problem = _keys(header, paths, ask) if ask is not None else (None, "")
        report = verify_store(
            store, anchor=outside.anchor, against=against, sample=sample, keys=keys, observer=observer
        )
    if key_problem:
        report = report.with_problem(Part.MASTER_KEY, key_problem)
    return _with_waiting(outside.added(report), header, paths)


@dataclass(frozen=True, slots=True)
class _Outside:
    """What the place of the key says of the journal."""

    anchor: str | None = None
    journal: str = ""
    """Id of the journal that is noted for this folder; empty where none is."""
    own: str = ""
    """Id of the journal that stands here."""
    why_not: str = ""
    """Why it could not be asked."""

    @classmethod
    def asked(cls, header: Header | None, paths: Paths) -> _Outside:
        if header is None or header.place not in set(KeyPlace):
            return cls(why_not="the header can't be read")
        place, own = open_place(KeyPlace(header.place), paths.config), header.journal_id.hex()
        try:
            return cls(place.load_anchor(header.journal_id), place.load_anchor(folder_slot(paths)) or "", own)
        except JournalError as error:
            return cls(own=own, why_not=error.what)

    def added(self, report: Report) -> Report:
        """The report, with what is wrong outside."""
        if self.why_not:
            return replace(report, anchor=Compared.NOT_ASKED, anchor_why=self.why_not)
        if self.anchor is None and report.records > 1:
            report = report.with_problem(Part.ANCHOR, "it is gone; one was kept when the journal was begun")
        if self.journal and self.own and self.journal != self.own:
            report = report.with_problem(Part.ANCHOR, f"another journal was kept here: {safe_line(self.journal, 32)}")
        return report


def _opened(paths: Paths) -> Store:
    try:
        return Store(paths.journal_file, read_only=True)
    except JournalIoError:
        journal = paths.journal_file.with_name(paths.journal_file.name + "-journal")
        if not journal.exists():
            raise
    Store(paths.journal_file).close()  # a writer was cut off in mid-write: SQLite takes its half back, and has to write
    return Store(paths.journal_file, read_only=True)


def _is_empty(store: Store) -> bool:
    try:
        return store.is_new
    except JournalDamagedError:
        return False


def _header(store: Store) -> Header | None:
    with suppress(JournalDamagedError, JournalError, OverflowError, TypeError):
        return Header.from_bytes(store.meta(HEADER) or b"")
    return None


def _keys(header: Header | None, paths: Paths, ask: Ask) -> tuple[Keys | None, str]:
    """The keys in hand; or None, and what is wrong with them. Raises JournalError where they can't be had."""
    if header is None or header.place not in set(KeyPlace):
        return None, "where it is kept can't be read"
    master = open_place(KeyPlace(header.place), paths.config, ask=ask).load_key(header.key_id)
    try:
        return open_keys(header, master), ""
    except JournalError as error:
        return None, error.what


def was_there(paths: Paths) -> bool:
    """Whether a journal is noted for this folder, beside the anchors."""
    for place in (FilePlace(paths.config), open_place(KeyPlace.KEYRING, paths.config, ask=nobody_to_ask)):
        with suppress(JournalError):
            if place.load_anchor(folder_slot(paths)):
                return True
    return False


def _with_waiting(report: Report, header: Header | None, paths: Paths) -> Report:
    if header is None:
        return report
    room = WaitingRoom(paths.journal_waiting / header.journal_id.hex(), header.journal_id)
    for name in sorted(room.unreadable()):
        report = report.with_problem(Part.WAITING, f"a record that waited can't be opened, and was set aside: {name}")
    try:
        return replace(report, waiting=room.count())
    except JournalIoError as error:
        return report.with_problem(Part.WAITING, error.what)


def _one_problem(what: str) -> Report:
    return Report((Problem(Part.FILE, what),), 1, anchor=Compared.NOT_COMPARED)
