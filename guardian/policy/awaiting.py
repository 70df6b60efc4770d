"""Policies that wait for their owner's word: what `guardian policy review` asks about, and the app says.

Three kinds: those whose alerts were often called wrong (proposed for status test), those whose review is due, and
changes whose reason was never given. Invariant: nothing is changed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from guardian.journal.journal import Journal
from guardian.journal.scan import Scan
from guardian.policy.amend import without_reason
from guardian.policy.base import Policy
from guardian.policy.effects.track_record import TrackRecord, proposed_for_test, track_records
from guardian.policy.life.amendments import Amendment
from guardian.policy.life.standing import record_amendments
from guardian.settings import Settings


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for the owner."""

    for_test: Sequence[tuple[Policy, TrackRecord]]
    overdue: Sequence[Policy]
    unexplained: Sequence[Amendment]
    records: Mapping[str, TrackRecord]
    """How the judged alerts of every policy fared; empty without a journal."""

    def __bool__(self) -> bool:
        return bool(self.for_test or self.overdue or self.unexplained)


def is_overdue(policy: Policy, today: date) -> bool:
    """Whether its owner wanted to have looked at it again by now."""
    return policy.is_in_force and policy.review_by is not None and policy.review_by < today


def waiting_for_owner(policies: Sequence[Policy], settings: Settings, journal: Journal | None, today: date) -> Waiting:
    """What waits; without a journal only the reviews that are due. Raises JournalError, PolicyError."""
    overdue = [policy for policy in policies if is_overdue(policy, today)]
    if journal is None:
        return Waiting((), overdue, (), {})
    record_amendments(settings, journal)
    records = track_records(Scan(journal))
    for_test = [(policy, records[policy.id]) for policy in proposed_for_test(policies, records)]
    return Waiting(for_test, overdue, without_reason(journal), records)
