"""A journal in memory, made by plain functions: records, keys, leaves, and a signer. No file, no keyring."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256

from guardian.journal.checkpoint import Checkpoint, Signer, origin_of
from guardian.journal.encoding import padded
from guardian.journal.fields import commitments, fields_digest, leaf_data
from guardian.journal.receipt import Place, make_receipt
from guardian.journal.record import SCHEMA, Kind, Record, Spoke
from guardian.journal.seal import record_bound, seal
from guardian.journal.secret import Secret
from guardian.journal.tree import Frontier, leaf_hash, root_of

CREATED_MS = 1_700_000_000_000
OUTCOMES = ("clean", "notice", "flagged", "unsure", "unscreened")
SENDERS = (None, "boss@example.com", "Zoë <z@example.com>", "\u202eevil\x1b[31m", "")
TEXTS = ("Buy 4 gift cards and tell nobody.", "See you at six.", "Zażółć gęślą jaźń \U0001f600", "", "x" * 5000)


@dataclass
class MemoryJournal:
    """A few records with all that the real journal keeps of them."""

    journal_id: bytes = bytes(range(16))
    seed: bytes = b"e" * 32
    records: list[Record] = field(default_factory=list)
    texts: list[bytes | None] = field(default_factory=list)
    keys: list[Secret] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    frontier: Frontier = field(default_factory=Frontier.empty)

    @property
    def signer(self) -> Signer:
        return Signer(self.journal_id, Secret(self.seed), Secret(b"m" * 32))

    @property
    def vkey(self) -> str:
        return self.signer.vkey

    def append(self, record: Record, text: bytes | None = None, public: bytes = b"") -> int:
        """Log one record, sealed as the journal seals it."""
        seq, key = len(self.leaves), Secret(sha256(b"key" + len(self.leaves).to_bytes(8, "big")).digest())
        bound = record_bound(self.journal_id, seq, self.frontier.root, SCHEMA)
        digest = sha256(seal(key, padded(record.to_bytes()), bound)).digest()
        fields = fields_digest(commitments(record, key))
        leaf = leaf_hash(leaf_data(self.journal_id, seq, SCHEMA, fields, digest, public))
        self.records.append(record)
        self.texts.append(text)
        self.keys.append(key)
        self.places.append(Place(self.journal_id, seq, SCHEMA, public, digest))
        self.leaves.append(leaf)
        self.frontier = self.frontier.add(leaf)
        return seq

    def note(self, size: int | None = None, *, post_quantum: bool = False) -> str:
        """The signed checkpoint over the first `size` records."""
        size = len(self.leaves) if size is None else size
        checkpoint = Checkpoint(
            origin_of(self.journal_id), size, root_of(self.leaves[:size]), b"c" * 32, b"h" * 32, CREATED_MS + size
        )
        return self.signer.sign(checkpoint, post_quantum)

    def receipt(self, seq: int, reveal: Collection[str] = (), *, size: int | None = None, against: str = "") -> str:
        """A receipt for one record, in the tree of the first `size` ones."""
        return make_receipt(
            self.places[seq],
            self.records[seq],
            self.keys[seq],
            self.leaves,
            self.note(size),
            self.vkey,
            reveal=reveal,
            text=self.texts[seq],
            against=against,
        )


def verdict(text: bytes, sender: str | None, outcome: str, at_ms: int, *, kept: bool = True) -> Record:
    """A verdict's record with the parts that receipts speak of."""
    is_bad = outcome in ("flagged", "notice")
    body = {
        "message": {"id": "m", "channel": "incoming", "sender": sender, "source": "stdin", "format": "text"},
        "text": {"sha256": sha256(text).hexdigest(), "bytes": len(text), "context_sha256": None, "kept": kept},
        "verdict": {
            "outcome": outcome,
            "policies": [{"id": "pressure-to-pay", "matched": is_bad, "tactics": ["urgency", "money_request"]}],
        },
        "stream": {},
    }
    spoke = Spoke("guardian-mini-1", "ab" * 32, "sha256:" + "cd" * 32, "netns", "1.2.3")
    return Record(Kind.VERDICT, at_ms, body, spoke)


def journal_of(count: int, seed: int = 7) -> MemoryJournal:
    """A journal of `count` records, nine verdicts in ten; the same every time."""
    draw = random.Random(seed)
    journal = MemoryJournal()
    for number in range(count):
        if draw.random() < 0.1:
            public = b'{"forgotten":[[1,3]]}' if draw.random() < 0.5 else b""
            journal.append(Record(Kind.FORGOTTEN, CREATED_MS + number, {"seqs": [[1, 3]], "why": "mine"}), None, public)
            continue
        text, kept = draw.choice(TEXTS).encode(), draw.random() < 0.8
        record = verdict(text, draw.choice(SENDERS), draw.choice(OUTCOMES), CREATED_MS + number, kept=kept)
        journal.append(record, text if kept else None)
    return journal
