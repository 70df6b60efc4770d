"""How a policy's alerts fared: what its owner said of the last ones, right, wrong or unsure, and since when.

An alert is a recorded message that the policy matched, whatever its action. Only alerts of which the owner said
something count, so the record speaks of what was looked at; a word that was changed counts as it was last said.

Invariants: pure but for reading; nothing is changed by a record, however bad: a change is proposed and the owner asked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from itertools import islice
from typing import Any, Final

from guardian.journal.feedback import Says
from guardian.journal.opinion import as_it_counts
from guardian.journal.owner_words import LatestWords, may_be_word
from guardian.journal.record import Entry, Kind, Record
from guardian.journal.reports.view import Readable, local_time
from guardian.journal.verdict_record import matched_policies
from guardian.policy.base import Policy, Status

LAST: Final = 20
"""Judged alerts of a policy that count, newest first."""
WRONG_TO_PROPOSE: Final = 3
"""With so many of them wrong, status test is proposed."""
MOST_JUDGED: Final = 10_000
"""Judged alerts of all policies that are gone through."""
_ODD: Final = (KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """What the owner said of a policy's last judged alerts."""

    policy: str
    right: int = 0
    wrong: int = 0
    unsure: int = 0
    since_ms: int | None = None
    """When the oldest of these alerts was recorded; None where none was judged."""

    @property
    def judged(self) -> int:
        """How many alerts it is about, at most `LAST`."""
        return self.right + self.wrong + self.unsure

    @property
    def is_poor(self) -> bool:
        """Whether so many were wrong that the owner is to be asked."""
        return self.wrong >= WRONG_TO_PROPOSE

    def to_json(self) -> dict[str, Any]:
        """As it stands in the JSON of commands."""
        return {"right": self.right, "wrong": self.wrong, "unsure": self.unsure, "since_ms": self.since_ms}


def track_records(
    journal: Readable, policies: Collection[str] | None = None, *, start: int = 0
) -> dict[str, TrackRecord]:
    """The records of some policies, or of all that have judged alerts, by id. One pass, which parses what was judged.

    `policies` that have no judged alert have an empty record; what stands before `start` is not looked at. Raises
    JournalError.
    """
    said = LatestWords()  # newest first, for a word stands behind the verdict that it is about

    def is_judged(seq: int) -> bool:
        return said.of(seq).feedback is not None

    words: defaultdict[str, list[tuple[Says, int]]] = defaultdict(list)
    entries = journal.entries(start, newest_first=True, where=lambda _seq, data: may_be_word(data), also=is_judged)
    for policy, says, at_ms in islice(_judged(entries, said), MOST_JUDGED):
        wanted = policies is None or policy in policies
        if wanted and len(words[policy]) < LAST:
            words[policy].append((says, at_ms))
        if policies is not None and all(len(words[each]) >= LAST for each in policies):
            break
    return {policy: _record(policy, words[policy]) for policy in (words if policies is None else policies)}


def track_record_line(record: TrackRecord, zone: tzinfo | None = None) -> str:
    """`9 right, 2 wrong, 1 unsure of its last 12 judged alerts, since 2026-10-03`; safe."""
    if not record.judged or record.since_ms is None:
        return "you have judged none of its alerts yet"
    since = local_time(record.since_ms, zone)
    counts = f"{record.right} right, {record.wrong} wrong, {record.unsure} unsure"
    alerts = f"its last {record.judged} judged alerts" if record.judged > 1 else "its one judged alert"
    return f"{counts} of {alerts}" + (f", since {since:%Y-%m-%d}" if since is not None else "")


def proposed_for_test(policies: Iterable[Policy], records: dict[str, TrackRecord]) -> list[Policy]:
    """The policies to ask their owner about: those that still warn, and were often called wrong."""
    return [
        policy
        for policy in policies
        if policy.status is Status.ACTIVE and policy.id in records and records[policy.id].is_poor
    ]


def _judged(entries: Iterable[Entry], said: LatestWords) -> Iterator[tuple[str, Says, int]]:
    """Policy, word and time of each alert that was judged, newest first."""
    for entry in entries:
        said.add(entry)
        now, record = said.of(entry.seq), entry.record
        word = now.feedback
        if word is None or not isinstance(record, Record) or record.kind is not Kind.VERDICT:
            continue
        try:
            matched = matched_policies(as_it_counts(record, now.opinion))
        except _ODD:
            continue
        for policy in matched:
            yield policy, word.says, record.at_ms


def _record(policy: str, words: Iterable[tuple[Says, int]]) -> TrackRecord:
    words = list(words)
    counts = Counter(says for says, _ in words)
    since_ms = min((at_ms for _, at_ms in words), default=None)
    return TrackRecord(policy, counts[Says.RIGHT], counts[Says.WRONG], counts[Says.UNSURE], since_ms)
