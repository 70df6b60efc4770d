"""What must be true of a journal after any fault: nothing acknowledged is gone, nothing stands twice, all opens."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from fault_diary import Said
from fault_lives import ask, settings_of

from guardian.errors import JournalError
from guardian.events import ignore
from guardian.journal.counts import unsealed_counts
from guardian.journal.journal import Journal
from guardian.journal.keys_in_hand import Keys
from guardian.journal.opening import open_journal, open_or_begin
from guardian.journal.record import Entry, Erased, Kind, Record, Unreadable
from guardian.journal.store import Store
from guardian.journal.verification.here import verify_here
from guardian.journal.verification.verify import verify_store


@dataclass(frozen=True)
class Found:
    """What stands in a journal."""

    entries: list[Entry]
    tokens: Counter[str]
    counted: int
    epoch: int
    wrong: list[str]
    """What `guardian journal verify --full` says is wrong."""


def find(home: Path) -> Found:
    """Open a journal as the next command does, bring in what waits, and read all of it."""
    journal = open_or_begin(settings_of(home), ignore, ask=ask)
    try:
        journal.unlock()
        journal.merge_waiting()
        assert journal.waiting == 0
        return _found(journal)
    finally:
        journal.close()


def _found(journal: Journal) -> Found:
    entries = list(journal.entries())
    assert len(entries) == journal.size, "rows are missing"
    assert [entry.seq for entry in entries] == list(range(len(entries)))
    tokens = Counter(token for entry in entries if (token := token_of(entry)))
    days = [*unsealed_counts(journal.store, journal.id).values(), *(_counts(entry) for entry in entries)]
    counted = sum(n for channels in days for outcomes in channels.values() for n in outcomes.values())
    report = verify_store(journal.store, anchor=journal.anchor(), keys=journal.keys)
    return Found(entries, tokens, counted, journal.header.epoch, [problem.line() for problem in report.problems])


def token_of(entry: Entry) -> str:
    """The token of the record that stands there; empty where it has none."""
    record = entry.record
    if not isinstance(record, Record):
        return ""
    if record.kind is Kind.FEEDBACK:
        return str(record.body["note"])
    return str(record.body["message"]["id"]) if record.kind is Kind.VERDICT else ""


def _counts(entry: Entry) -> dict[str, dict[str, int]]:
    record = entry.record
    return record.body["counts"] if isinstance(record, Record) and record.kind is Kind.COUNTS else {}


def first_look(home: Path) -> list[str]:
    """What `guardian journal verify` says is wrong, before anything else has opened the journal."""
    paths = settings_of(home).paths
    if not paths.journal_file.exists() or _is_empty(paths.journal_file):
        return []
    return [problem.line() for problem in verify_here(paths).problems]


def _is_empty(file: Path) -> bool:
    store = Store(file)
    try:
        return store.is_new
    finally:
        store.close()


def troubles(found: Found, said: Said) -> list[str]:
    """Everything that a fault did and must not do, in words; empty where all is well."""
    return [*_lost(found, said), *_odd(found, said), *found.wrong]


def _lost(found: Found, said: Said) -> list[str]:
    lines = []
    for token in sorted(said.acknowledged):
        place = said.placed.get(token)
        if place is not None and place[0] in said.forgetting:
            continue
        if found.tokens[token] != 1:
            lines.append(f"acknowledged record {token} stands {found.tokens[token]} times")
    for token, (seq, leaf) in said.placed.items():
        if seq >= len(found.entries) or found.entries[seq].leaf.hex() != leaf:
            lines.append(f"acknowledged record {token} is not at {seq}")
    if found.counted < said.counted:
        lines.append(f"{said.counted} messages were counted, and {found.counted} stand")
    if found.epoch < said.epoch:
        lines.append(f"the key was renewed to epoch {said.epoch}, and is of {found.epoch}")
    return lines


def _odd(found: Found, said: Said) -> list[str]:
    lines = [f"record {token} stands twice" for token, times in found.tokens.items() if times > 1]
    lines += [f"record {token} came from nowhere" for token in found.tokens.keys() - said.begun]
    for entry in found.entries:
        match entry.record:
            case Unreadable(why):
                lines.append(f"record {entry.seq} can't be read: {why}")
            case Erased() if entry.seq not in said.forgetting:
                lines.append(f"record {entry.seq} was erased, and nobody asked for it")
            case Record(kind=Kind.GAP) as gap:
                lines.append(f"record {entry.seq} speaks of a gap: {gap.body['why']}")
            case Record() if entry.seq in said.forgotten:
                lines.append(f"record {entry.seq} was forgotten, and stands again")
    if found.counted > said.counting:
        lines.append(f"{said.counting} messages were there, and {found.counted} are counted")
    return lines


def keys_of(home: Path) -> Keys | None:
    """The journal's keys; None where there is no journal, or it does not open."""
    paths = settings_of(home).paths
    if not paths.journal_file.exists():
        return None
    try:
        with open_journal(settings_of(home), ask=ask) as journal:
            return journal.keys
    except JournalError:
        return None
