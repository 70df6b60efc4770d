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


class When(StrEnum):
    """When a policy wants the judge, the owner's language model, where one is installed: its key `judge`."""

    UNDECIDED = "undecided"
    """Where rules and encoder leave it undecided (`guardian.judge.undecided`)."""
    ALWAYS = "always"
    NEVER = "never"


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


class Day(StrEnum):
    """A day of the week, in the order of `datetime.weekday`."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Turns(StrEnum):
    """Where in a conversation a message must stand for a policy to look at it."""

    FIRST = "first"
    """It begins one: no earlier turns are known."""
    ONGOING = "ongoing"
    """It has earlier turns."""


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """A span of the day by the owner's clock: the begin belongs to it, the end does not."""

    begin_minute: int
    """Minutes after midnight, 0 to 1,439."""
    end_minute: int
    """Minutes after midnight, 0 to 1,440 (24:00); before the begin where the span runs past midnight."""

    @property
    def runs_past_midnight(self) -> bool:
        """Whether its end is on the day after its begin."""
        return self.end_minute < self.begin_minute

    def __str__(self) -> str:
        return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (self.begin_minute, self.end_minute))


@dataclass(frozen=True, slots=True, order=True)
class Mute:
    """The owner's word that one reason, from one sender, is not to be told for a while."""

    tactic: str
    """Id of a tactic, a group or `risk`; empty: the whole policy, patterns and examples too."""
    sender: str
    """As in `Policy.senders_except`; empty: from anybody."""
    since: date
    """Its first day."""
    until: date
    """Its last day."""
    why: str = ""
    """The owner's reason; may be empty."""

    def is_in_force(self, on: date) -> bool:
        """Whether it holds on a day."""
        return self.since <= on <= self.until

    def __str__(self) -> str:
        """`urgency from sister@x.example until 2026-12-21`."""
        sender = f" from {self.sender}" if self.sender else ""
        return f"{self.tactic or 'this policy'}{sender} until {self.until.isoformat()}"


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy of the owner. In which order its scope is decided, `guardian.policy.scope` says."""

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
    """Whose messages it does not look at. Lower case: whole addresses (`billing@bank.example`), domains
    (`@bank.example`), or either with `*` for any characters."""
    keep_text: bool
    """Whether the journal may keep the text of a message that this policy matched."""
    path: Path
    senders_only: tuple[str, ...] = ()
    """Whose messages alone it looks at, written as in `senders_except`, which goes before; empty: everybody's."""
    hours: tuple[Hours, ...] = ()
    """When it looks, by the owner's clock; empty: all day."""
    days: tuple[Day, ...] = ()
    """On which days it looks; empty: every day. What runs past midnight belongs to the day on which it began."""
    conversation: Turns | None = None
    """Which messages of a conversation it looks at; None: all."""
    mutes: tuple[Mute, ...] = ()
    """In the order of the file, past and future ones too."""
    judge: When = When.UNDECIDED
    """When the judge is asked for its opinion."""
    judge_may_soften: bool = False
    """Whether an opinion may turn `flagged` into `unsure` where no rule and no pattern stands behind the match."""

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
