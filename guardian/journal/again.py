"""Knows a verdict that is in the journal already, so that screening a folder twice does not fill the journal twice.

A message counts as seen again where everything is the same: its name and place, sender, channel, bytes, what was said
of it, and who said it. What comes through a pipe has no name, so it is always new.

Invariants: what stands in the file is a keyed hash and a number, which say nothing without the key; a false entry can't
hide a message, since the record that it points to is opened and compared.
"""

from __future__ import annotations

import hmac
from typing import Final

from guardian.journal.encoding import canonical_bytes
from guardian.journal.journal import Journal
from guardian.journal.ledger import Placed
from guardian.journal.once import kept
from guardian.journal.record import Record
from guardian.journal.seal import derived
from guardian.verdict import Outcome

_PURPOSE: Final = b"guardian/seen/v1"
_TAG_BYTES: Final = 16


def seen_at(journal: Journal, record: Record) -> Placed | None:
    """Where the same verdict on the same message stands; None where it is new. Raises JournalError."""
    if not _has_name(record):
        return None
    for (seq,) in journal.store.all("SELECT seq FROM seen WHERE tag = ?", (_tag(journal, record),)):
        if isinstance(seq, int) and 0 <= seq < journal.size:
            entry = journal.entry(seq)
            if isinstance(entry.record, Record) and _same(entry.record) == _same(record):
                return Placed(entry.seq, entry.leaf)
    return None


def placed_once(journal: Journal, once: bytes, record: Record) -> Placed | None:
    """Where the record of a delivery stands; None where it has no name, or nothing but that it could not be judged, and
    `record` says more. Raises JournalError."""
    known = kept(journal.store, once)
    if known is None or known.seq is None or not 0 <= known.seq < journal.size:
        return None
    entry = journal.entry(known.seq)
    is_open = isinstance(entry.record, Record) and _outcome(entry.record) == Outcome.UNSCREENED
    return None if is_open and _outcome(record) != Outcome.UNSCREENED else Placed(entry.seq, entry.leaf)


def _outcome(record: Record) -> object:
    verdict = record.body.get("verdict")
    return verdict.get("outcome") if isinstance(verdict, dict) else None


def remember(journal: Journal, record: Record, seq: int) -> None:
    """Note where a verdict goes, inside the transaction that puts it there."""
    if _has_name(record):
        journal.store.run("INSERT OR REPLACE INTO seen VALUES (?, ?)", (_tag(journal, record), seq))


def _has_name(record: Record) -> bool:
    return bool(record.body["message"]["id"])


def _tag(journal: Journal, record: Record) -> bytes:
    key = derived(journal.keys.seed, journal.id, _PURPOSE).reveal()
    return hmac.digest(key, _same(record), "sha256")[:_TAG_BYTES]


def _same(record: Record) -> bytes:
    if "message" not in record.body:
        return b""
    message, verdict = record.body["message"], record.body["verdict"]
    names = [message[name] for name in ("id", "source", "sender", "channel")]
    said = [verdict["outcome"], verdict["action"], [row["id"] for row in verdict["policies"] if row["matched"]]]
    return canonical_bytes([names, record.body["text"]["sha256"], said, record.spoke.to_json()])
