"""How often policies matched lately, and by which messages: counted in the journal.

A hit is a recorded message that the policy matched, whatever its action. Invariants: pure but for reading; one pass,
newest first, that ends where the time does; no word of a message is kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from guardian.journal.opinion import LatestOpinions, as_it_counts
from guardian.journal.record import Kind, Record
from guardian.journal.reports.view import Readable
from guardian.journal.verdict_record import matched_policies
from guardian.verdict import Outcome

DAYS: Final = 30
"""What counts as lately."""
MOST_LAST: Final = 8
"""Messages of each policy that are named, newest first."""
DAY_MS: Final = 86_400_000
_VERDICT: Final = b'"kind":"verdict"'
_OPINION: Final = b'"kind":"opinion"'
_MATCHED: Final = b'"matched":true'
_ODD: Final = (KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Hit:
    """One message that a policy matched."""

    seq: int
    """Its number in the journal."""
    at_ms: int
    outcome: Outcome
    """Of the whole verdict."""


@dataclass(frozen=True, slots=True)
class Hits:
    """What one policy matched."""

    count: int = 0
    last: tuple[Hit, ...] = ()
    """The newest, at most `MOST_LAST`."""


def policy_hits(journal: Readable, since_ms: int) -> Mapping[str, Hits]:
    """The hits of every policy that had one since then, by id. Raises JournalError."""
    counts: Counter[str] = Counter()
    last: defaultdict[str, list[Hit]] = defaultdict(list)
    late = LatestOpinions()
    for entry in journal.entries(newest_first=True, where=_is_match, also=lambda seq: late.of(seq) is not None):
        late.add(entry)
        record = entry.record
        if not isinstance(record, Record) or record.kind is not Kind.VERDICT:
            continue
        if record.at_ms < since_ms - DAY_MS:  # records of a backlog stand a little out of order
            break
        if record.at_ms < since_ms:
            continue
        try:
            record = as_it_counts(record, late.of(entry.seq))
            matched = matched_policies(record)
            hit = Hit(entry.seq, record.at_ms, Outcome(record.body["verdict"]["outcome"]))
        except _ODD:
            continue
        for policy in matched:
            counts[policy] += 1
            if len(last[policy]) < MOST_LAST:
                last[policy].append(hit)
    return {policy: Hits(count, tuple(last[policy])) for policy, count in counts.items()}


def _is_match(_seq: int, data: bytes) -> bool:
    return (_VERDICT in data and _MATCHED in data) or _OPINION in data
