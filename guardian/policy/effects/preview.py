"""What a change of a policy would do: the version in force and the draft, tried on what was judged before.

Both are tried now, on the same stored messages, with the same model and thresholds, so that only the policy makes the
difference. What can't be told of a message (its text was not kept, another model judged it) is counted and said.

Rates: alerts a week are counted over the time that the journal covers, with the exact Poisson interval; on the bank
the share of ordinary messages has the exact binomial one (`guardian.calibration.interval`).

Invariants: nothing is recorded, nothing takes force; no text is kept of a message that is not shown.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from guardian.calibration.interval import CONFIDENCE, count_interval, rate_interval
from guardian.policy.base import Policy, Status
from guardian.policy.effects.sample import Sample, answer
from guardian.policy.match import Matcher
from guardian.policy.replay import Left, Stored, bank_samples, untold_roads
from guardian.policy.trying.bench import Bench
from guardian.verdict import PolicyMatch

MOST_SHOWN: Final = 10
"""Newly flagged messages that are shown, and newly clear ones, newest first."""
NOT_TOLD: Final = "text_not_kept"
"""Why a stored message was not counted, besides `Left`: the policy might match by what is not known of it."""
_TIMED: Final = 200
"""Messages on which matching is timed."""
_WEEK_MS: Final = 7 * 86_400_000
_LEAST_MS: Final = 86_400_000
"""Time that counts at least: a rate by the week from an hour's messages would be nonsense."""


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """One message on which the two versions differ."""

    stored: Stored
    match: PolicyMatch
    """What the version says of it that matches."""

    def to_json(self) -> dict[str, Any]:
        """As it stands in a preview's JSON: no word of the message."""
        return {"seq": self.stored.seq, "score": round(self.match.score, 4), "because": list(self.match.because)}


@dataclass(frozen=True, slots=True)
class Share:
    """So many of the bank's ordinary messages."""

    matched: int
    of: int

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the true one lies."""
        return rate_interval(self.matched, self.of)

    def to_json(self) -> dict[str, Any]:
        """Counts and interval."""
        low, high = self.interval
        return {"matched": self.matched, "of": self.of, "low": round(low, 6), "high": round(high, 6)}


@dataclass(frozen=True, slots=True)
class Span:
    """The stored messages that were asked for."""

    since_ms: int
    until_ms: int
    left: Mapping[Left, int] = field(default_factory=dict)
    """Verdicts that could not be used."""
    only_counted: int = 0
    """Clean messages of which nothing was kept."""
    in_one_hour: int = 0
    """The most messages that one hour recorded."""

    @property
    def weeks(self) -> float:
        """How long it is, at least a day."""
        return max(self.until_ms - self.since_ms, _LEAST_MS) / _WEEK_MS


@dataclass(frozen=True, slots=True, repr=False)
class Preview:
    """What a change would do."""

    policy: str
    is_new: bool
    """Nothing of this id is in force."""
    is_same: bool
    """The draft is what is in force already."""
    as_if_active: bool
    """The draft's status is draft, and it was tried as if it were active."""
    span: Span
    messages: int
    """Stored messages that both versions could be told of."""
    untold: int
    """Stored messages that one of them could not be told of."""
    before: int
    """How many the version in force matches."""
    after: int
    newly_flagged: int
    newly_clear: int
    changed_strength: int
    """Messages that both match, and about which the draft does more or less."""
    flagged_shown: tuple[Shown, ...]
    clear_shown: tuple[Shown, ...]
    bank_before: Share
    bank_after: Share
    added_ms: float
    """What matching one message costs more, at the median; below 0: less. Passes of the model are not in it."""

    def a_week(self, count: int) -> tuple[float, float, float]:
        """Alerts a week, with their interval, where so many were counted."""
        low, high = count_interval(count)
        return count / self.span.weeks, low / self.span.weeks, high / self.span.weeks

    def to_json(self) -> dict[str, Any]:
        """The counts: as they stand in an amendment, and with the messages shown (by number) as --json prints them."""
        rates = {"before": self.a_week(self.before), "after": self.a_week(self.after)}
        return {
            "policy": self.policy,
            "is_new": self.is_new,
            "as_if_active": self.as_if_active,
            "days": round(self.span.weeks * 7, 2),
            "messages": self.messages,
            "left_out": {**{left.value: n for left, n in self.span.left.items() if n}, NOT_TOLD: self.untold},
            "only_counted": self.span.only_counted,
            "matched": {"before": self.before, "after": self.after},
            "newly_flagged": self.newly_flagged,
            "newly_clear": self.newly_clear,
            "changed_strength": self.changed_strength,
            "alerts_a_week": {name: dict(zip(_RATE, map(_rounded, rate), strict=True)) for name, rate in rates.items()},
            "confidence": CONFIDENCE,
            "bank": {"before": self.bank_before.to_json(), "after": self.bank_after.to_json()},
            "added_ms": round(self.added_ms, 4),
            "shown": {
                "newly_flagged": [shown.to_json() for shown in self.flagged_shown],
                "newly_clear": [shown.to_json() for shown in self.clear_shown],
            },
        }


_RATE: Final = ("rate", "low", "high")


def _rounded(value: float) -> float:
    return round(value, 3)


def as_tried(draft: Policy, before: Policy | None) -> Policy:
    """The draft as it is tried: one whose status is draft as if it were active, unless that takes a policy away."""
    is_draft = draft.status is Status.DRAFT and (before is None or not before.is_in_force)
    return replace(draft, status=Status.ACTIVE) if is_draft else draft


def preview(
    before: Policy | None,
    draft: Policy,
    others: Sequence[Policy],
    messages: Iterable[tuple[Stored, Sample]],
    span: Callable[[], Span],
    bench: Bench,
) -> Preview:
    """What `draft` in the place of `before` (None: nothing) would do.

    `messages` come newest first, each with its sample, which has what is known of its text; `span` is asked when they
    are all through. `others` are the other policies in force, for what matching costs.
    """
    tried = as_tried(draft, before)
    rows = bench.embeddings([policy for policy in (before, tried, *others) if policy is not None])
    pair = _Pair(before, tried, *(bench.matcher([p] if p is not None else [], rows) for p in (before, tried)))
    timed: list[Sample] = []
    for stored, sample in messages:
        pair.add(stored, sample)
        if len(timed) < _TIMED:
            timed.append(sample)
    ordinary = list(bank_samples(bench.bank, bench.manifest, tried.channels))
    shares = [Share(sum(_matches(matcher, each) for each in ordinary), len(ordinary)) for matcher in pair.matchers]
    without, with_draft = ([*others, *([p] if p is not None else [])] for p in (before, tried))
    return Preview(
        policy=draft.id,
        is_new=before is None,
        is_same=before is not None and replace(before, path=draft.path) == draft,
        as_if_active=tried is not draft,
        span=span(),
        messages=pair.told,
        untold=pair.untold,
        before=pair.counts["before"],
        after=pair.counts["after"],
        newly_flagged=pair.counts["flagged"],
        newly_clear=pair.counts["clear"],
        changed_strength=pair.counts["strength"],
        flagged_shown=tuple(pair.flagged),
        clear_shown=tuple(pair.clear),
        bank_before=shares[0],
        bank_after=shares[1],
        added_ms=_added_ms(bench.matcher(without, rows), bench.matcher(with_draft, rows), timed or ordinary[:_TIMED]),
    )


class _Pair:
    """Both versions, and what they made of the messages so far."""

    def __init__(self, before: Policy | None, after: Policy, then: Matcher, now: Matcher) -> None:
        self._policies = before, after
        self.matchers = then, now
        self.counts: Counter[str] = Counter()
        self.told = self.untold = 0
        self.flagged: list[Shown] = []
        self.clear: list[Shown] = []

    def add(self, stored: Stored, sample: Sample) -> None:
        """Try one more message."""
        matches = [answer(matcher, sample.evidence, sample.findings) for matcher in self.matchers]
        if not all(_is_told(*each, sample) for each in zip(self._policies, matches, strict=True)):
            self.untold += 1
            return
        self.told += 1
        then, now = (match if match is not None and match.matched else None for match in matches)
        self.counts["before"] += then is not None
        self.counts["after"] += now is not None
        if then is None and now is not None:
            self._show("flagged", self.flagged, Shown(stored, now))
        elif then is not None and now is None:
            self._show("clear", self.clear, Shown(stored, then))
        elif then is not None and now is not None:
            self.counts["strength"] += then.action is not now.action

    def _show(self, kind: str, shown: list[Shown], one: Shown) -> None:
        self.counts[kind] += 1
        if len(shown) < MOST_SHOWN:
            shown.append(one)


def _is_told(policy: Policy | None, match: PolicyMatch | None, sample: Sample) -> bool:
    """Whether what is known of a message decides whether a policy matches it."""
    if policy is None or match is None or match.matched or match.excused:
        return True
    return not untold_roads(policy, sample)


def _matches(matcher: Matcher, sample: Sample) -> bool:
    match = answer(matcher, sample.evidence, sample.findings)
    return match is not None and match.matched


def _added_ms(without: Matcher, with_draft: Matcher, samples: Sequence[Sample]) -> float:
    """How much longer matching takes at the median, each message timed on both in turn."""
    differences = [_took_ms(with_draft, sample) - _took_ms(without, sample) for sample in samples]
    return statistics.median(differences) if differences else 0.0


def _took_ms(matcher: Matcher, sample: Sample) -> float:
    began = time.perf_counter()
    matcher.match(sample.evidence, sample.findings)
    return (time.perf_counter() - began) * 1000
