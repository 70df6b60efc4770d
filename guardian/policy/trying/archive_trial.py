"""What policies would make of an archive: how many of its messages they match, and the first of them.

An archive was not written now and nobody mutes the past, so hours, days and mutes do not count here; channels, senders
and conversation do. A draft or a retired policy is tried as if it were active.

Invariants: only counts, ids and reasons are kept; a message that was not fully judged, and in whose rest nothing was
found, counts apart and in no rate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from guardian.calibration.interval import CONFIDENCE, rate_interval
from guardian.inspection import Inspection
from guardian.policy.base import Policy, Status
from guardian.policy.match import Matcher
from guardian.policy.trying.match_words import standing_words
from guardian.safe_text import safe_line
from guardian.verdict import PolicyMatch

MOST_SHOWN: Final = 10
"""Hits that are listed."""
_ID_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True, repr=False)
class Hit:
    """One message that a policy matched."""

    id: str
    """The message's name. Untrusted."""
    match: PolicyMatch


class HitCount:
    """What one policy made of the messages so far."""

    def __init__(self, policy: Policy) -> None:
        self.policy: Final = policy
        self.judged = 0
        """Messages on the policy's channels that count in its rate."""
        self.not_judged = 0
        self.set_aside = 0
        """Messages that it would have matched, but for its scope or a fine example; they count as judged."""
        self.hits = 0
        self.first: list[Hit] = []

    def add(self, inspection: Inspection, match: PolicyMatch) -> None:
        """One more message on the policy's channels."""
        if not match.matched and not (inspection.is_judged and inspection.coverage.complete):
            self.not_judged += 1
            return
        self.judged += 1
        self.set_aside += bool(match.excused) and not match.matched
        if match.matched:
            self.hits += 1
            if len(self.first) < MOST_SHOWN:
                self.first.append(Hit(inspection.evidence.message.id, match))

    def lines(self) -> Iterator[str]:
        """The count with its rate, and the first hits."""
        if not self.judged:
            why = "none was fully judged" if self.not_judged else "none is on its channels"
            yield f"{self.policy.id}: no messages to try it on: {why}"
            return
        low, high = (100 * rate for rate in rate_interval(self.hits, self.judged))
        words = f"{self.policy.id}: {self.hits:,} of {self.judged:,} messages match, {self._rate:.2f} %"
        words += f" ({CONFIDENCE:.0%} sure: {low:.2f} to {high:.2f} %)"
        words += f"; {self.set_aside:,} more set aside" if self.set_aside else ""
        words += f"; {self.not_judged:,} more not fully judged" if self.not_judged else ""
        yield words
        for hit in self.first:
            yield f"  {safe_line(hit.id, _ID_CHARACTERS)}: {standing_words(hit.match)}"
        if self.hits > len(self.first):
            yield f"  and {self.hits - len(self.first):,} more"

    def to_json(self) -> dict[str, Any]:
        """The same as JSON."""
        low, high = rate_interval(self.hits, self.judged)
        return {
            "policy": self.policy.id,
            "judged": self.judged,
            "not_judged": self.not_judged,
            "set_aside": self.set_aside,
            "hits": self.hits,
            "rate": self.hits / self.judged if self.judged else None,
            "interval": {"confidence": CONFIDENCE, "low": low, "high": high},
            "first": [
                {"message": hit.id, "action": hit.match.action.value, **hit.match.to_json()} for hit in self.first
            ],
        }

    @property
    def _rate(self) -> float:
        return 100 * self.hits / self.judged


class ArchiveTrial:
    """Counts what policies make of messages, one by one."""

    def __init__(self, policies: Sequence[Policy], matcher: Matcher) -> None:
        """`matcher` holds the policies as `for_archive` gives them."""
        self.counts: Final = tuple(map(HitCount, policies))
        self._by_id = {count.policy.id: count for count in self.counts}
        self._matcher = matcher

    def add(self, inspection: Inspection) -> None:
        """One more message."""
        for match in self._matcher.match(inspection.evidence, inspection.findings):
            self._by_id[match.id].add(inspection, match)


def for_archive(policy: Policy) -> Policy:
    """The policy as it looks at an archive."""
    return replace(policy, status=Status.ACTIVE, hours=(), days=(), mutes=())
