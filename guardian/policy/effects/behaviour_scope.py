"""At whom, where and when two versions of a policy look: tried on one message from everybody that either names.

The policies are given the same road for the comparison, one that every message takes, so that scope (channels, senders,
hours, days, conversation, mutes) and action alone decide.

Invariants: pure; every sender, every boundary of an hour and every mute that either version names is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Final

from guardian.detectors.base import Evidence
from guardian.finding import Finding, FindingKind
from guardian.inference.manifest import Manifest
from guardian.message import Channel, Message
from guardian.policy.base import Match, Mute, Policy
from guardian.policy.effects.sample import NOTHING
from guardian.policy.expression import Name
from guardian.policy.match import Matcher
from guardian.reading.base import Reading, ViewKind, exact_view
from guardian.tactics import GROUPS, RISK, TACTICS

Ranked = Callable[[Matcher, Evidence, Sequence[Finding]], tuple[int, int]]
"""How strongly a policy answers to a message: rank of the outcome, rank of the action."""

_STRANGER: Final = "somebody@elsewhere.example"
_FILLS: Final = ("a", "zq7", "x.y-1", "0", "")
"""What stands for the `*` of an address, one after another."""
_TEXT: Final = "x"
_DAY_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Cell:
    """Where one message stands."""

    channel: Channel
    sender: str | None
    at: datetime
    """By the owner's clock, without a zone."""
    is_ongoing: bool

    def evidence(self, scores: Mapping[str, float]) -> Evidence:
        """A message of one letter, standing there."""
        message = Message(
            _TEXT.encode(),
            channel=self.channel,
            sender=self.sender,
            context=("Hello.",) if self.is_ongoing else (),
        )
        view = exact_view(ViewKind.VISIBLE, "text", _TEXT)
        return Evidence(message, Reading((view,), (), size_bytes=len(_TEXT)), scores, judged_at=self.at)

    def words(self) -> str:
        """`incoming messages from bob@x.example on Sat at 22:00, in a conversation`."""
        sender = f" from {self.sender}" if self.sender and self.sender != _STRANGER else ""
        where = ", in a conversation" if self.is_ongoing else ""
        return f"{self.channel.value} messages{sender} on {self.at:%a} at {self.at:%H:%M}{where}"


def narrower_scope(before: Policy, after: Policy, today: date, manifest: Manifest | None, ranked: Ranked) -> str:
    """Where the later version looks away, or does less, in one line; empty where it does so nowhere.

    `today` and the days after it are what a mute counts on. Without a manifest nothing can match by `risk`.
    """
    for tactic in sorted({"", *(mute.tactic for mute in (*before.mutes, *after.mutes))}):
        comparison = _Comparison(before, after, tactic, manifest, ranked)
        for cell in _cells(before, after, today, comparison):
            if comparison.is_milder(cell):
                return _words(before, after, cell)
    return ""


class _Comparison:
    """Both versions on one road: a pattern, or the tactic that a mute names."""

    def __init__(self, before: Policy, after: Policy, tactic: str, manifest: Manifest | None, ranked: Ranked) -> None:
        match = Match(tactics=Name(tactic)) if tactic else Match(patterns=(".",))
        bare = [replace(policy, match=match, examples=(), prose="") for policy in (before, after)]
        self._before, self._after = (Matcher([policy], manifest, None, {}) for policy in bare)
        self._scores = {output.label: float(output.label == tactic) for output in manifest.outputs} if manifest else {}
        self._findings = _findings(tactic)
        self._ranked = ranked

    def is_open(self, cell: Cell) -> bool:
        """Whether the earlier version looks there."""
        return self._ranked(self._before, cell.evidence(self._scores), self._findings) > NOTHING

    def is_milder(self, cell: Cell) -> bool:
        """Whether the later version does less there."""
        evidence = cell.evidence(self._scores)
        before, after = (self._ranked(each, evidence, self._findings) for each in (self._before, self._after))
        return after < before


def _words(before: Policy, after: Policy, cell: Cell) -> str:
    if cell.channel not in after.channels:
        return f"it no longer looks at {cell.channel.value} messages"
    if after.effective_action is not before.effective_action:
        return f"its action becomes {after.effective_action.value}, and was {before.effective_action.value}"
    return f"it no longer does as much about {cell.words()}"


def _cells(before: Policy, after: Policy, today: date, comparison: _Comparison) -> Iterator[Cell]:
    """All cells that differ in one way from one where the earlier version looks; and those that mutes name."""
    mutes = [mute for mute in (*before.mutes, *after.mutes) if mute.until >= today]
    times = _times(before, after, _quiet_day(mutes, today))
    everybody = (None, _STRANGER, *_senders(before, after))
    is_same_time = (before.hours, before.days) == (after.hours, after.days) and not mutes
    for channel, is_ongoing in product(before.channels, (False, True)):
        cells = (Cell(channel, sender, at, is_ongoing) for sender, at in product(everybody, times))
        first = next(filter(comparison.is_open, cells), None)
        if first is None:
            continue
        open_cells = [first]
        if not is_same_time:
            open_cells = [cell for at in times if comparison.is_open(cell := replace(first, at=at))]
        yield from open_cells
        yield from (replace(first, sender=other) for other in everybody)
        by_weekday = {cell.at.weekday(): cell.at.time() for cell in reversed(open_cells)}
        for mute in mutes:
            whom = (first.sender, None, _STRANGER, *(_addresses(mute.sender) if mute.sender else ()))
            for day, other in product(_days_of(mute, today), whom):
                if day.weekday() in by_weekday:
                    at = datetime.combine(day, by_weekday[day.weekday()])
                    yield Cell(channel, other, at, is_ongoing)


def _findings(tactic: str) -> tuple[Finding, ...]:
    if not tactic or tactic == RISK.id:
        return ()
    found = next(t.id for t in TACTICS.values() if t.group == tactic) if tactic in GROUPS else tactic
    return (Finding("probe", found, 1.0, "", (), FindingKind.RULE),)


def _times(before: Policy, after: Policy, first: date) -> list[datetime]:
    """Of a week from a day on: midnight, and every begin and end of an hour's span. Between two of these times nothing
    changes for either version, so they stand for all."""
    ends = (minute for span in (*before.hours, *after.hours) for minute in (span.begin_minute, span.end_minute))
    minutes = {0, *(minute % _DAY_MINUTES for minute in ends)}
    days = [datetime.combine(first, time()) + timedelta(days=day) for day in range(7)]
    return [day + timedelta(minutes=minute) for day in days for minute in sorted(minutes)]


def _quiet_day(mutes: Sequence[Mute], today: date) -> date:
    """The first day, from today on, after all mutes have ended."""
    return max([today, *(mute.until + timedelta(days=1) for mute in mutes)])


def _days_of(mute: Mute, today: date) -> list[date]:
    """The first and the last week of what is left of a mute, and the day after it."""
    first = max(mute.since, today)
    left = (mute.until - first).days
    steps = sorted({*range(min(left, 6) + 1), *range(max(left - 6, 0), left + 2)})
    return [first + timedelta(days=step) for step in steps]


def _senders(before: Policy, after: Policy) -> list[str]:
    """Addresses that fall under what either version names."""
    named = [*before.senders_only, *after.senders_only, *before.senders_except, *after.senders_except]
    named += [mute.sender for mute in (*before.mutes, *after.mutes) if mute.sender]
    return [*dict.fromkeys(address for entry in dict.fromkeys(named) for address in _addresses(entry))]


def _addresses(entry: str) -> list[str]:
    """Some of the addresses that an entry means: an address, an @domain, or either with `*`."""
    whole = f"*{entry}" if entry.startswith("@") else entry
    return [*dict.fromkeys(whole.replace("*", fill) for fill in _FILLS)]
