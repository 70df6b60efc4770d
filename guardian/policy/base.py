"""A policy as the rest of the house sees it: frozen, checked, and free of its file's syntax.

Invariants: a `Policy` only exists if its file passed every check of `guardian.policy.load`, so its patterns
compile, its tactics are known and its numbers are in range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from guardian.message import Channel
from guardian.policy.expression import Expression
from guardian.verdict import Action, Severity

DEFAULT_RARITY = 1000
"""Examples match at most one ordinary message in this many, unless the policy says otherwise."""


class Status(StrEnum):
    """Where a policy stands in its life."""

    DRAFT = "draft"
    """Being written: looks at nothing."""
    TEST = "test"
    """On trial: looks, but its action is lowered to at most a notice."""
    ACTIVE = "active"
    """In force."""
    RETIRED = "retired"
    """Kept for the record: looks at nothing."""


@dataclass(frozen=True, slots=True)
class Example:
    """One text by which the owner shows what is meant."""

    text: str
    flag: bool
    """True: such a text is to be flagged. False: such a text is fine."""


@dataclass(frozen=True, slots=True)
class Match:
    """What a policy looks for, besides its examples."""

    tactics: Expression | None = None
    thresholds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """The owner's own threshold per tactic id, between 0 and 1; the model's where absent: as shipped, or as the
    owner calibrated it."""
    patterns: tuple[str, ...] = ()
    """RE2 patterns, searched in every view of the message."""
    rarity: int = DEFAULT_RARITY
    """The examples may match at most one in this many ordinary messages of the reference bank."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy of the owner."""

    id: str
    title: str
    why: str
    """The owner's reason, in the owner's words."""
    since: date
    review_by: date | None
    channels: tuple[Channel, ...]
    severity: Severity
    action: Action
    status: Status
    prose: str
    """The policy in full sentences; for the owner, and for the judge where one is installed."""
    match: Match
    examples: tuple[Example, ...]
    """In the order of the file; `example:K` counts from 1."""
    senders_except: tuple[str, ...]
    """Lower case: whole addresses (`billing@bank.example`) or domains (`@bank.example`)."""
    keep_text: bool
    """Whether the journal may keep the text of a message that this policy matched."""
    path: Path

    @property
    def is_in_force(self) -> bool:
        """Whether the policy looks at messages at all."""
        return self.status in (Status.TEST, Status.ACTIVE)

    @property
    def effective_action(self) -> Action:
        """The action, lowered to at most a notice while the policy is on trial."""
        if self.status is Status.TEST and self.action in (Action.WARN, Action.HOLD):
            return Action.NOTICE
        return self.action

    def looks_at(self, channel: Channel) -> bool:
        """Whether the policy is in force on a channel."""
        return self.is_in_force and channel in self.channels
