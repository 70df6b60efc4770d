"""Counts what a filter asks for: by week, outcome, channel, tactic, sender and policy.

Invariants: the same entries give the same statistics; messages that were only counted enter outcomes, channels and
weeks, and nothing else, for nothing else is known of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from guardian.journal.feedback import Says
from guardian.journal.filters.matching import Filter
from guardian.journal.opinion import as_it_counts
from guardian.journal.record import Entry, Kind, Record
from guardian.journal.reports.facts import EntryFacts, sender_of
from guardian.journal.reports.statistics import Group, Precision, Statistics
from guardian.journal.reports.view import Readable, Selector, View, local_time
from guardian.journal.verdict_record import matched_policies, tactics_of
from guardian.policy.senders import address_of
from guardian.verdict import Outcome

MOST_SENDERS: Final = 10
MOST_WEEKS: Final = 520
"""Ten years; what lies before is left out of the weeks (and only there), lest a clock that was wrong once fill them."""

DayCounts = Mapping[str, Mapping[str, Mapping[str, int]]]
"""{day (ISO, UTC): {channel: {outcome: n}}}."""


def gather(journal: Readable, wanted: Filter, unsealed: DayCounts, zone: tzinfo | None = None) -> Statistics:
    """The statistics of what a filter asks for. `unsealed` are counts that no record holds yet; weeks are those of
    `zone` (None: this machine's)."""
    tally, selector = Tally(zone), Selector(wanted)

    def where(seq: int, data: bytes) -> bool:
        return _COUNTS in data or selector.where(seq, data)

    for entry in journal.entries(newest_first=True, where=where, also=selector.also):
        for cell in cells_of(_counts_of(entry)):
            tally.add_cell(cell, wanted)
        view = selector.take(entry)
        if view is not None:
            tally.add(view)
    for cell in cells_of(unsealed):
        tally.add_cell(cell, wanted)
    return tally.statistics()


@dataclass(frozen=True, slots=True)
class DayCell:
    """Messages of one day, channel and outcome that were only counted, as a filter sees them (`facts.Facts`).

    They stand at noon of their day (UTC). What a filter asks of senders, words, policies or tactics is not known.
    """

    day: date
    channel: str
    outcome: str
    count: int
    kind: Kind = Kind.COUNTS
    seq: None = None
    policies: None = None
    tactics: None = None
    senders: None = None
    says: None = None
    mark: None = None
    words: None = None

    @property
    def at_ms(self) -> int:
        """Noon of the day."""
        return round(datetime.combine(self.day, time(12), tzinfo=UTC).timestamp() * 1000)


def cells_of(counts: DayCounts) -> Iterator[DayCell]:
    """The cells of a count that can be read; what has another shape is passed over."""
    try:
        for day_text, channels in counts.items():
            day = date.fromisoformat(day_text)
            for channel, outcomes in channels.items():
                for outcome, count in outcomes.items():
                    if (
                        isinstance(count, int)
                        and 0 < count < 2**53
                        and outcome in _OUTCOMES
                        and 1971 <= day.year < 9000
                    ):
                        yield DayCell(day, str(channel), outcome, count)
    except (AttributeError, TypeError, ValueError):
        return


class Tally:
    """Counts entries of any order, one by one."""

    def __init__(self, zone: tzinfo | None = None) -> None:
        self._zone = zone
        self._entries = self._verdicts = self._counted = self._erased = self._unreadable = 0
        self._weeks: defaultdict[date, Counter[str]] = defaultdict(Counter)
        self._cells: Counter[tuple[str, str]] = Counter()
        self._groups: dict[str, _Groups] = {name: _Groups() for name in _GROUPINGS}
        self._said: Counter[Says] = Counter()

    def add(self, view: View) -> None:
        """Count one entry."""
        facts = EntryFacts(view.entry, view.said)
        record = as_it_counts(view.record, view.opinion) if view.record is not None else None
        self._entries += 1
        self._erased += view.kind == "erased"
        self._unreadable += view.kind == "unreadable"
        if record is None or facts.outcome not in _OUTCOMES or facts.channel is None or facts.policies is None:
            return
        moment = local_time(record.at_ms, self._zone)
        monday = _monday(moment.date()) if moment is not None else None
        self._verdicts += 1
        self._count(monday, facts.channel, facts.outcome, 1)
        says = view.feedback.says if view.feedback is not None else None
        self._said.update([says] if says is not None else [])
        sender = address_of(sender_of(record))
        names = {
            "outcomes": [facts.outcome],
            "channels": [facts.channel],
            "tactics": tactics_of(record),
            "senders": [sender] if sender else [],
            "policies": matched_policies(record),
        }
        for grouping, found in names.items():
            for name in dict.fromkeys(found):
                self._groups[grouping].add(name, monday, 1, says)

    def add_cell(self, cell: DayCell, wanted: Filter) -> None:
        """Count messages of one day that were only counted, where a filter asks for them."""
        if not wanted.lets_through(cell):
            return
        self._counted += cell.count
        monday = _monday(cell.day)
        self._count(monday, cell.channel, cell.outcome, cell.count)
        self._groups["outcomes"].add(cell.outcome, monday, cell.count)
        self._groups["channels"].add(cell.channel, monday, cell.count)

    def statistics(self) -> Statistics:
        """What it adds up to."""
        mondays = _mondays(self._weeks)
        outcomes, channels, tactics, senders, policies = (self._groups[name].groups(mondays) for name in _GROUPINGS)
        return Statistics(
            entries=self._entries,
            verdicts=self._verdicts,
            counted=self._counted,
            erased=self._erased,
            unreadable=self._unreadable,
            mondays=mondays,
            outcomes=tuple(sorted(outcomes, key=lambda group: _OUTCOMES.index(group.name))),
            channels=channels,
            tactics=tactics,
            senders=senders[:MOST_SENDERS],
            policies=policies,
            by_channel={
                channel: {outcome: self._cells[channel, outcome] for outcome in _OUTCOMES}
                for channel in sorted({channel for channel, _ in self._cells})
            },
            by_week=tuple(dict(self._weeks[monday]) if monday in self._weeks else {} for monday in mondays),
            precision=_precision(self._said),
        )

    def _count(self, monday: date | None, channel: str, outcome: str, count: int) -> None:
        self._cells[channel, outcome] += count
        if monday is not None:
            self._weeks[monday][outcome] += count


class _Groups:
    """The groups of one kind, while they are counted."""

    def __init__(self) -> None:
        self._weeks: defaultdict[str, Counter[date | None]] = defaultdict(Counter)
        self._said: defaultdict[str, Counter[Says]] = defaultdict(Counter)

    def add(self, name: str, monday: date | None, count: int, says: Says | None = None) -> None:
        self._weeks[name][monday] += count
        if says is not None:
            self._said[name][says] += 1

    def groups(self, mondays: Sequence[date]) -> tuple[Group, ...]:
        """Most frequent first; of the same frequency, by name."""
        groups = [
            Group(name, weeks.total(), tuple(weeks[monday] for monday in mondays), _precision(self._said[name]))
            for name, weeks in self._weeks.items()
        ]
        return tuple(sorted(groups, key=lambda group: (-group.total, group.name)))


def _precision(said: Mapping[Says, int]) -> Precision:
    return Precision(said.get(Says.RIGHT, 0), said.get(Says.WRONG, 0), said.get(Says.UNSURE, 0))


def _counts_of(entry: Entry) -> DayCounts:
    record = entry.record
    if not isinstance(record, Record) or record.kind is not Kind.COUNTS:
        return {}
    return {str(record.body.get("day", "")): record.body.get("counts", {})}


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _mondays(weeks: Iterable[date]) -> tuple[date, ...]:
    known = sorted(weeks)
    if not known:
        return ()
    count = min((known[-1] - known[0]).days // 7 + 1, MOST_WEEKS)
    return tuple(known[-1] - timedelta(weeks=back) for back in reversed(range(count)))


_COUNTS: Final = b'"kind":"counts"'
_OUTCOMES: Final = tuple(outcome.value for outcome in Outcome)
_GROUPINGS: Final = ("outcomes", "channels", "tactics", "senders", "policies")
