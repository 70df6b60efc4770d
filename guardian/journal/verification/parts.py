"""Checks what stands in the file beside the records: header, head, counts and named values.

Invariants: what the head says is believed only so far as its signature holds; nothing raises for what the file holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from guardian.errors import JournalDamagedError, JournalError
from guardian.journal.anchor import Hint
from guardian.journal.checkpoint import Checkpoint, NoteError, open_note, origin_of
from guardian.journal.counts import mark_of
from guardian.journal.header import Header, digest_of
from guardian.journal.keys import KeyPlace
from guardian.journal.ledger import HEADER
from guardian.journal.note import read_note
from guardian.journal.notes import COOLING, NOTES, RETIRED, retired_keys
from guardian.journal.once import ONCE_BYTES
from guardian.journal.store import Store
from guardian.journal.verification.report import Part, Problems
from guardian.journal.waiting import WAITING_NAME

_LEAST_RECORD_BYTES: Final = 200
"""No record takes less of the file, so that an unsigned size can't keep a check busy for ever."""
_HINT: Final = "anchor"


@dataclass(frozen=True, slots=True)
class Front:
    """What the header and the head say."""

    journal_id: bytes | None
    """None where neither says it."""
    header: Header | None
    checkpoint: Checkpoint | None
    """The signed end; None where its signature does not hold."""
    size: int
    root: bytes | None
    chain: bytes | None
    frontier: bytes | None


def check_front(store: Store, problems: Problems) -> Front:
    """Check header and head."""
    data = _meta(store, HEADER)
    header = _header(data, problems)
    values = _head(store, problems)
    note = values[4] if values and isinstance(values[4], str) else ""
    checkpoint, claimed = _opened(note, header, problems), _unsigned(note)
    seen = checkpoint or claimed
    if seen is not None and data is not None and seen.header != digest_of(data):
        problems.add(Part.HEADER, "it is not the one that the head was signed with")
    if seen is not None and header is not None and seen.origin != origin_of(header.journal_id):
        problems.add(Part.HEADER, "it names another journal than the head")
    if checkpoint is not None:
        said = {"size": checkpoint.size, "root": checkpoint.root, "chain": checkpoint.chain}
        for column, value in zip(said, (values[0], values[1], values[3]), strict=True):
            if said[column] != value:
                problems.add(Part.HEAD, f"its {column} is not the one that was signed", column=column)
    journal_id = header.journal_id if header is not None else seen.journal_id if seen is not None else None
    frontier = values[2] if values and isinstance(values[2], bytes) else None
    if checkpoint is not None:
        return Front(journal_id, header, checkpoint, checkpoint.size, checkpoint.root, checkpoint.chain, frontier)
    root, chain = (value if isinstance(value, bytes) else None for value in (values[1:4:2] if values else (None, None)))
    return Front(journal_id, header, None, _bounded(store, values[0] if values else None), root, chain, frontier)


def check_small_tables(store: Store, problems: Problems, front: Front) -> Hint | None:
    """Check the counts, the named values, what was merged and what was seen; the hint that stands there."""
    for (name,) in _rows(store, "SELECT name FROM merged", Part.MERGED, problems):
        if not isinstance(name, str) or not WAITING_NAME.fullmatch(name):
            problems.add(Part.MERGED, f"{name} is no name of a waiting record")
    for tag, seq in _rows(store, "SELECT tag, seq FROM seen", Part.SEEN, problems):
        if not isinstance(tag, bytes) or not isinstance(seq, int) or not 0 <= seq < front.size:
            problems.add(Part.SEEN, f"it points to record {seq}, which is not there")
    for name, seq, day in _rows(store, "SELECT name, seq, day FROM once", Part.SEEN, problems):
        is_placed = seq is None or (isinstance(seq, int) and 0 <= seq < front.size)
        if not isinstance(name, bytes) or len(name) != ONCE_BYTES or not isinstance(day, int) or not is_placed:
            problems.add(Part.SEEN, f"it points a delivery to record {seq}, which is not there")
    _check_counts(store, problems, front.journal_id)
    values = dict(_rows(store, "SELECT name, value FROM meta", Part.META, problems))
    for name in sorted(values.keys() - {HEADER, _HINT, RETIRED, *NOTES}, key=str):
        problems.add(Part.META, f"something was added to it: {name}")
    for name in NOTES:
        note = values.get(name, b"0")
        if not isinstance(note, bytes) or not note.isdigit() or (name != COOLING and int(note[:20]) > front.size):
            problems.add(Part.META, f"its note {name} is no number of this journal's")
    if not _is_retired_note(values.get(RETIRED)):
        problems.add(Part.META, f"its note {RETIRED} is no list of keys")
    hint_bytes = values.get(_HINT)
    if hint_bytes is None:
        return None
    hint = Hint.from_bytes(hint_bytes) if isinstance(hint_bytes, bytes) else None
    if hint is None or hint.to_bytes() != hint_bytes:
        problems.add(Part.META, "what it says of the last checkpoint is damaged")
        return None
    return hint


def _header(data: bytes | None, problems: Problems) -> Header | None:
    if data is None:
        problems.add(Part.HEADER, "it is missing, or can't be read")
        return None
    try:
        header = Header.from_bytes(data)
    except (JournalError, OverflowError) as error:
        problems.add(Part.HEADER, error.what if isinstance(error, JournalError) else "damaged")
        return None
    if header.place not in set(KeyPlace):
        problems.add(Part.HEADER, "the journal's key is in a place that this version does not know")
    return header


def _head(store: Store, problems: Problems) -> tuple[Any, ...]:
    rows = _rows(store, "SELECT size, root, frontier, chain, note FROM head", Part.HEAD, problems)
    if len(rows) != 1:
        problems.add(Part.HEAD, "it is missing" if not rows else "there are several")
        return ()
    return rows[0]


def _opened(note: str, header: Header | None, problems: Problems) -> Checkpoint | None:
    if header is None:
        return None
    try:
        return open_note(note, header.vkey, header.pq_vkey)
    except ValueError as error:
        why = str(error) if isinstance(error, NoteError) else "malformed"
        problems.add(Part.HEAD, f"it is not signed by the journal's key: {why}", column="note")
        return None


def _unsigned(note: str) -> Checkpoint | None:
    """What a note says, signed or not."""
    try:
        return Checkpoint.parse(read_note(note, [])[0])
    except ValueError:
        return None


def _bounded(store: Store, size: object) -> int:
    try:
        most = store.path.stat().st_size // _LEAST_RECORD_BYTES
    except OSError:
        most = 0
    return min(max(size, 0), most) if isinstance(size, int) else most


def _meta(store: Store, name: str) -> bytes | None:
    try:
        rows = store.all("SELECT value FROM meta WHERE name = ?", (name,))
    except JournalDamagedError:
        return None
    return rows[0][0] if rows and isinstance(rows[0][0], bytes) else None


def _check_counts(store: Store, problems: Problems, journal_id: bytes | None) -> None:
    statement = "SELECT day, channel, outcome, n, mark FROM counts"
    for day, channel, outcome, n, mark in _rows(store, statement, Part.COUNTS, problems):
        is_typed = isinstance(n, int) and n > 0 and all(isinstance(each, str) for each in (day, channel, outcome))
        if not (is_typed and _is_day(day)):
            problems.add(Part.COUNTS, f"what it says of {day}, {channel}, {outcome} is no count")
        elif journal_id is not None and mark != mark_of(journal_id, day, channel, outcome, n):
            problems.add(Part.COUNTS, f"the count of {outcome} messages of {day} ({channel}) was changed")


def _is_retired_note(note: object) -> bool:
    try:
        retired_keys(note if isinstance(note, bytes) or note is None else b"")
    except ValueError:
        return False
    return True


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _rows(store: Store, statement: str, part: Part, problems: Problems) -> list[tuple[Any, ...]]:
    try:
        return store.all(statement)
    except JournalDamagedError:
        problems.add(part, "it can't be read: the file is damaged there")
        return []
