"""What the journal's last verdicts say of the guardian: gathered in one pass, newest first.

Invariants: no text, no sender and no name of a message is kept of a record, but for the entries that drift is measured
on, which end with the pass; a record of another shape is passed over and counted; the pass stops at `LOOK_BACK_DAYS` or
`MOST_VERDICTS`, whichever comes first, and says which.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from guardian.errors import JournalDamagedError
from guardian.health.bounds import DAY_MS, LOOK_BACK_DAYS, MOST_VERDICTS
from guardian.health.run_facts import source_name
from guardian.journal.counts import unsealed_counts
from guardian.journal.feedback import LatestFeedback, Says
from guardian.journal.journal import Journal
from guardian.journal.record import Entry, Erased, Kind, Record, Unreadable
from guardian.journal.reports.tally import DayCounts, cells_of
from guardian.journal.scan import Scan
from guardian.policy.roads import margin_of
from guardian.verdict import Outcome

_ODD = (KeyError, TypeError, ValueError, AttributeError, OverflowError)
_WANTED = tuple(f'"kind":"{kind}"'.encode() for kind in (Kind.VERDICT, Kind.FEEDBACK, Kind.COUNTS, Kind.GAP))


@dataclass(frozen=True, slots=True)
class Judged:
    """What is kept of one verdict."""

    seq: int
    at_ms: int
    channel: str
    source: str
    outcome: str
    elapsed_ms: float
    margin: float | None
    """How far the nearest policy was from its threshold, in logit space; None where none looked."""


@dataclass(slots=True, repr=False)
class RecordFacts:
    """What one pass found."""

    until_ms: int
    verdicts: list[Judged] = field(default_factory=list)
    """Newest first."""
    counted: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    """Messages that were only counted, by noon of their day (ms since 1970), channel and outcome."""
    said: LatestFeedback = field(default_factory=LatestFeedback)
    gaps: list[tuple[int, int]] = field(default_factory=list)
    """Number and time of each record that says that something is missing."""
    unreadable: int = 0
    entries: list[Entry] = field(default_factory=list)
    """Verdicts and words on them as they stand, newest first: for drift alone."""
    unsealed: DayCounts = field(default_factory=dict)
    is_cut: bool = False
    """Whether there are more verdicts in these days than were looked at."""

    @property
    def since_ms(self) -> int:
        """Where the look back ends: four weeks, or at the oldest verdict where there were too many."""
        longest_ms = self.until_ms - LOOK_BACK_DAYS * DAY_MS
        return max(longest_ms, self.verdicts[-1].at_ms) if self.is_cut and self.verdicts else longest_ms

    def outcomes(self, since_ms: int) -> Counter[str]:
        """Messages by outcome since then, those that were only counted too."""
        found = Counter(verdict.outcome for verdict in self.verdicts if verdict.at_ms >= since_ms)
        for (noon_ms, _, outcome), count in self.counted.items():
            if noon_ms >= since_ms - DAY_MS // 2:
                found[outcome] += count
        return found

    def by_day(self, outcomes: Sequence[str], days: int) -> list[tuple[int, int]]:
        """(messages of these outcomes, all messages) of each of the last days (24 hours each), oldest first."""
        mine, every = [0] * days, [0] * days
        rows = [(verdict.at_ms, verdict.outcome, 1) for verdict in self.verdicts]
        rows += [(noon_ms, outcome, count) for (noon_ms, _, outcome), count in self.counted.items()]
        for at_ms, outcome, count in rows:
            day = (self.until_ms - min(at_ms, self.until_ms)) // DAY_MS
            if day < days:
                every[days - 1 - day] += count
                mine[days - 1 - day] += count * (outcome in outcomes)
        return list(zip(mine, every, strict=True))

    def words_on_flagged(self) -> tuple[int, Counter[Says]]:
        """How many were flagged, and what the owner said of them."""
        flagged = [verdict.seq for verdict in self.verdicts if verdict.outcome == Outcome.FLAGGED]
        said = (self.said.of(seq) for seq in flagged)
        return len(flagged), Counter(word.says for word in said if word is not None)


def read_records(journal: Journal, until_ms: int) -> RecordFacts:
    """One pass over the end of an unlocked journal. Raises JournalError."""
    facts = RecordFacts(until_ms)
    since_ms = until_ms - LOOK_BACK_DAYS * DAY_MS
    scan = Scan(journal, most_readers=0)
    for entry in scan.entries(0, journal.size, newest_first=True, where=_is_wanted):
        record = entry.record
        if isinstance(record, Unreadable):
            facts.unreadable += 1
        if not isinstance(record, Record):
            continue
        if record.at_ms < since_ms and not record.late:
            break
        if len(facts.verdicts) >= MOST_VERDICTS:
            facts.is_cut = True
            break
        _take(facts, entry, record, since_ms)
    try:
        facts.unsealed = unsealed_counts(journal.store, journal.id)
    except JournalDamagedError:
        facts.unreadable += 1
    _count(facts, facts.unsealed)
    return facts


def _is_wanted(_seq: int, data: bytes | Erased) -> bool:
    return isinstance(data, bytes) and any(kind in data for kind in _WANTED)


def _take(facts: RecordFacts, entry: Entry, record: Record, since_ms: int) -> None:
    if record.kind is Kind.FEEDBACK:
        facts.said.add(entry)
        facts.entries.append(entry)
    elif record.kind is Kind.COUNTS:
        _count(facts, {str(record.body.get("day")): record.body.get("counts", {})})
        facts.entries.append(entry)
    elif record.kind is Kind.GAP:
        facts.gaps.append((entry.seq, record.at_ms))
    elif record.kind is Kind.VERDICT and record.at_ms >= since_ms:
        try:
            facts.verdicts.append(_judged(entry.seq, record))
            facts.entries.append(entry)
        except _ODD:
            facts.unreadable += 1


def _count(facts: RecordFacts, counts: DayCounts) -> None:
    since = datetime.fromtimestamp(facts.until_ms / 1000 - LOOK_BACK_DAYS * 86_400, UTC).date()
    for cell in cells_of(counts):
        if cell.day >= since:
            facts.counted[cell.at_ms, cell.channel, cell.outcome] += cell.count


def _judged(seq: int, record: Record) -> Judged:
    """Raises KeyError, TypeError or ValueError for a body of another shape."""
    message, verdict = record.body["message"], record.body["verdict"]
    margins = [
        margin_of(float(row["score"]), float(row["threshold"])) for row in verdict["policies"] if row["score"] > 0
    ]
    return Judged(
        seq=seq,
        at_ms=record.at_ms,
        channel=str(message["channel"]),
        source=source_name(str(message["source"])),
        outcome=str(verdict["outcome"]),
        elapsed_ms=float(verdict["elapsed_ms"]),
        margin=min(margins, key=abs, default=None),
    )
