"""From one record to the next: what is written for a record, and how a record is read back.

Invariants: pure but for fresh random keys; a record that does not open, or is not what its leaf commits to, is answered
as `Unreadable`, never as an exception and never as something else.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from guardian.journal.checkpoint import Checkpoint, origin_of
from guardian.journal.encoding import padded, unpadded
from guardian.journal.fields import commitments, fields_digest, leaf_data
from guardian.journal.keys_in_hand import Keys
from guardian.journal.record import SCHEMA, Entry, Erased, Record, Unreadable
from guardian.journal.seal import SealError, record_bound, seal, unseal
from guardian.journal.secret import Secret
from guardian.journal.store import Head, Row, Wrap
from guardian.journal.tree import Frontier, leaf_hash

NO_CHAIN: Final = bytes(32)
"""The chain of keys before the first one."""


@dataclass(frozen=True, slots=True)
class End:
    """Where the next record goes."""

    frontier: Frontier
    chain: bytes

    @classmethod
    def empty(cls) -> End:
        """The end of a journal without records."""
        return cls(Frontier.empty(), NO_CHAIN)


def next_link(chain: bytes, wrap_seq: int, epoch: int, wrapped: bytes) -> bytes:
    """The chain over all sealed keys, one key on."""
    data = b"guardian/wrap/v1\0" + chain + wrap_seq.to_bytes(8) + epoch.to_bytes(4) + wrapped
    return hashlib.sha256(data).digest()


def add_record(keys: Keys, end: End, record: Record, public: bytes) -> tuple[Row, Wrap, End]:
    """What is written for `record` at `end`, and the end behind it. Raises ValueError for what JSON cannot hold."""
    journal_id, seq, root = keys.header.journal_id, end.frontier.size, end.frontier.root
    record_key = Secret.fresh()
    sealed = seal(record_key, padded(record.to_bytes()), record_bound(journal_id, seq, root, SCHEMA))
    sealed_sha256 = hashlib.sha256(sealed).digest()
    fields = fields_digest(commitments(record, record_key))
    leaf = leaf_hash(leaf_data(journal_id, seq, SCHEMA, fields, sealed_sha256, public))
    wrapped = keys.wrapper.wrap(record_key, seq)
    chain = next_link(end.chain, seq, keys.wrapper.epoch, wrapped)
    row = Row(seq, SCHEMA, root, public, fields, sealed, sealed_sha256, leaf)
    return row, Wrap(seq, keys.wrapper.epoch, wrapped, chain), End(end.frontier.add(leaf), chain)


def signed_head(keys: Keys, end: End, now_ms: int, *, post_quantum: bool = False) -> Head:
    """The head behind `end`, signed."""
    frontier = end.frontier
    origin = origin_of(keys.header.journal_id)
    checkpoint = Checkpoint(origin, frontier.size, frontier.root, end.chain, keys.digest, now_ms)
    note = keys.signer.sign(checkpoint, post_quantum=post_quantum)
    return Head(frontier.size, frontier.root, frontier.to_bytes(), end.chain, note)


def record_key(keys: Keys, wrap: Wrap) -> Secret:
    """The key of one record. Raises SealError where it was forgotten, or does not open."""
    if wrap.epoch != keys.wrapper.epoch:
        raise SealError("sealed under another master key")
    return keys.wrapper.unwrap(wrap.wrapped, wrap.seq)


def unsealed(keys: Keys, row: Row, wrap: Wrap) -> bytes:
    """A record's canonical JSON. Raises SealError, ValueError."""
    if row.sealed is None:
        raise SealError("forgotten")
    try:
        bound = record_bound(keys.header.journal_id, row.seq, row.root, row.schema)
    except OverflowError as error:  # a schema that no two bytes hold: somebody wrote it into the file
        raise SealError("no record of this journal's") from error
    return unpadded(unseal(record_key(keys, wrap), row.sealed, bound))


def read_entry(keys: Keys, row: Row, wrap: Wrap) -> Entry:
    """What stands in one place of the journal."""
    return Entry(row.seq, row.leaf, _content(keys, row, wrap))


def _content(keys: Keys, row: Row, wrap: Wrap) -> Record | Erased | Unreadable:
    if row.sealed is None and not wrap.wrapped:
        return Erased()
    try:
        return Record.from_bytes(unsealed(keys, row, wrap))
    except SealError:
        return Unreadable("its seal does not open")
    except ValueError:
        return Unreadable("its content is not a record")


def disproof(keys: Keys, row: Row, wrap: Wrap) -> str:
    """Why a record, once opened, is not what its leaf commits to; empty where it is, or was forgotten."""
    if row.sealed is None and not wrap.wrapped:
        return ""
    try:
        key = record_key(keys, wrap)
        record = Record.from_bytes(unsealed(keys, row, wrap))
    except SealError:
        return "its seal does not open"
    except ValueError:
        return "its content is not a record"
    return "" if fields_digest(commitments(record, key)) == row.fields else "its fields are not those committed to"
