"""What messages are held against: one value, so that nothing of it can change without the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from guardian.explanation import Explainer
from guardian.policy.match import Matcher
from guardian.verdict import PolicyMatch


@dataclass(frozen=True, slots=True, repr=False)
class Rules:
    """The owner's policies, ready to be asked."""

    matcher: Matcher
    explainer: Explainer
    policy_set: str
    """`sha256:<hex>` of the policies in force."""
    records: Mapping[str, str] = field(default_factory=dict)
    """How the owner judged each policy's last alerts, in words, by policy id."""

    def with_records(self, matches: Sequence[PolicyMatch]) -> tuple[PolicyMatch, ...]:
        """The matches, those that matched with their policy's record."""
        records = self.records
        return tuple(replace(each, record=records.get(each.id, "")) if each.matched else each for each in matches)
