"""A digest: what the journal holds of some days, in the order in which it deserves to be read.

What was not judged comes first, then what is missing, then what was flagged. Nothing is concluded from what did not
come: a message that never passed Guardian is in no digest.

Invariants: the journal is read, never written, but for changes of policies that were not recorded yet; an item holds
a message's text only where that was asked for, and then as it stands in the journal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final

from guardian.alerts.alert import Alert, alert_of_view
from guardian.digest.span import Span
from guardian.journal.counts import todays_counts
from guardian.journal.filters.query import parse_filter
from guardian.journal.record import Kind
from guardian.journal.reports.tally import gather
from guardian.journal.reports.view import View, select
from guardian.journal.scan import Scan
from guardian.journal.verdict_record import text_of
from guardian.policy.awaiting import waiting_for_owner
from guardian.policy.effects.track_record import track_record_line
from guardian.safe_text import safe_line
from guardian.verdict import Outcome, Severity

if TYPE_CHECKING:
    from guardian.journal.filters.matching import Filter
    from guardian.journal.journal import Journal
    from guardian.journal.reports.statistics import Statistics
    from guardian.policy.base import Policy
    from guardian.settings import Settings

NOT_JUDGED: Final = (Outcome.UNSCREENED, Outcome.UNSURE)
"""In the order in which they are told."""
MOST_TEXT_CHARACTERS: Final = 4_000
"""Of one message; guardian journal show has all."""
_SEVERITIES: Final = tuple(Severity)
_TITLE_CHARACTERS: Final = 60
_WHY_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True, repr=False)
class Item:
    """One message that is named."""

    alert: Alert
    text: str | None = None
    """The beginning of it as it was recorded, untrusted; None where it was not asked for or not kept."""
    left_out: int = 0
    """Characters of it that are not in `text`."""


@dataclass(frozen=True, slots=True, repr=False)
class Digest:
    """What there is to tell."""

    span: Span
    made: datetime
    with_text: bool
    outcomes: Mapping[Outcome, int]
    """Every outcome with its number; what was only counted is in it."""
    by_channel: Mapping[str, Mapping[str, int]]
    """{channel: {outcome: n}}."""
    not_judged: tuple[Item, ...]
    """Unscreened ones first, then those that were judged in part; newest first."""
    reasons: tuple[tuple[str, int], ...]
    """Why, most frequent first."""
    flagged: tuple[Item, ...]
    """The gravest first, of the same gravity the newest."""
    notices: tuple[Item, ...]
    """Newest first."""
    missing: tuple[str, ...]
    """What the journal says is missing from it, one safe line each."""
    unspoken: int
    """Flagged ones of which the owner has said nothing."""
    waiting_records: int
    """Verdicts that wait for the journal's key, and so are in no number here."""
    policies: tuple[tuple[str, int], ...]
    """Titles of the policies that matched, most frequent first."""
    often_wrong: tuple[str, ...]
    """Policies that still warn and were often called wrong, each with its record."""
    tasks: tuple[str, ...]
    """What else waits for the owner's word, one safe line each."""
    zone: tzinfo | None = None
    """Of the days and times; None is this machine's."""

    @property
    def screened(self) -> int:
        """Messages in all."""
        return sum(self.outcomes.values())


def make_digest(
    journal: Journal,
    settings: Settings,
    policies: Sequence[Policy],
    span: Span,
    now: datetime,
    *,
    with_text: bool = False,
) -> Digest:
    """The digest of an unlocked journal. `now`: by the owner's clock, naive for this machine's own zone.

    Raises JournalError, PolicyError.
    """
    wanted = parse_filter(span.filter, now)
    counts, trouble = todays_counts(journal)
    statistics = gather(Scan(journal), wanted, counts, now.tzinfo)
    found = _found(journal, wanted, with_text=with_text)
    waiting = waiting_for_owner(policies, settings, journal, now.date())
    titles = {policy.id: policy.title for policy in policies}
    outcomes = dict.fromkeys(Outcome, 0)
    outcomes |= {Outcome(group.name): group.total for group in statistics.outcomes}
    return Digest(
        span=span,
        made=now,
        with_text=with_text,
        outcomes=outcomes,
        by_channel=statistics.by_channel,
        not_judged=tuple(item for outcome in NOT_JUDGED for item in found.of(outcome)),
        reasons=_reasons(found),
        flagged=tuple(sorted(found.of(Outcome.FLAGGED), key=_gravity, reverse=True)),
        notices=tuple(found.of(Outcome.NOTICE)),
        missing=(*found.missing, *([trouble] if trouble else [])),
        unspoken=sum(not item.alert.says for item in found.of(Outcome.FLAGGED)),
        waiting_records=journal.waiting,
        policies=_matched(statistics, titles),
        often_wrong=tuple(f"{_title(policy)}: {track_record_line(record)}" for policy, record in waiting.for_test),
        tasks=(
            *(f"{_title(policy)} was to be reviewed by {policy.review_by}" for policy in waiting.overdue),
            *(f"{safe_line(each.policy)}: {each.how}, no reason given yet" for each in waiting.unexplained),
        ),
        zone=now.tzinfo,
    )


@dataclass(slots=True, repr=False)
class _Found:
    """What is named one by one."""

    items: dict[Outcome, list[Item]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def of(self, outcome: Outcome) -> list[Item]:
        return self.items.get(outcome, [])


def _found(journal: Journal, wanted: Filter, *, with_text: bool) -> _Found:
    """Newest first."""
    found = _Found()
    for view in select(Scan(journal), wanted):
        _take(view, found, with_text=with_text)
    return found


def _take(view: View, found: _Found, *, with_text: bool) -> None:
    record = view.record
    if record is not None and record.kind is Kind.GAP:
        found.missing.append(safe_line(str(record.body.get("why", "")), _WHY_CHARACTERS))
    alert = alert_of_view(view)
    if alert is None or record is None or alert.outcome is Outcome.CLEAN:
        return
    raw = text_of(record) if with_text else None
    found.items.setdefault(alert.outcome, []).append(Item(alert) if raw is None else _item_with_text(alert, raw))


def _item_with_text(alert: Alert, raw: bytes) -> Item:
    """Messages may be long, and there may be many of them: no more is kept than is shown."""
    text = raw.decode("utf-8", "replace")
    return Item(alert, text[:MOST_TEXT_CHARACTERS], max(len(text) - MOST_TEXT_CHARACTERS, 0))


def _reasons(found: _Found) -> tuple[tuple[str, int], ...]:
    why = Counter(item.alert.reason or "no reason was kept" for each in NOT_JUDGED for item in found.of(each))
    return tuple(why.most_common())


def _gravity(item: Item) -> tuple[int, int, int]:
    return _SEVERITIES.index(item.alert.severity), item.alert.at_ms, item.alert.key


def _matched(statistics: Statistics, titles: Mapping[str, str]) -> tuple[tuple[str, int], ...]:
    return tuple(
        (safe_line(titles.get(group.name, group.name), _TITLE_CHARACTERS), group.total) for group in statistics.policies
    )


def _title(policy: Policy) -> str:
    return safe_line(policy.title, _TITLE_CHARACTERS)
