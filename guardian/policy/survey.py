"""Every policy of the owner's at a glance: how it stands, what it wants of its owner, how often it matched.

Invariants: a broken file is named as broken even where its last good version is in force; what can't be told without
the journal is told as unknown, never as nought; nothing is changed but what settling the files always does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final

from guardian.journal.journal import Journal
from guardian.journal.opening import now_ms
from guardian.journal.scan import Scan
from guardian.policy.awaiting import is_overdue, waiting_for_owner
from guardian.policy.base import Mute, Policy, Status
from guardian.policy.effects.hits import DAY_MS, DAYS, Hits, policy_hits
from guardian.policy.effects.track_record import TrackRecord
from guardian.policy.life.cooling import this_moment
from guardian.policy.life.in_force import Compare
from guardian.policy.life.standing import InForce, left_words, policies_in_force, unexplained
from guardian.policy.life.state import Pending
from guardian.policy.load import SUFFIX, LoadedFile
from guardian.policy.problem import Level, Problem
from guardian.safe_text import safe_line
from guardian.settings import Settings

YOURS: Final = "yours"
"""Who wrote a policy of which nobody else is known."""
_LAST_GOOD: Final = "last-good"


class Standing(StrEnum):
    """How a policy stands, in words for its owner."""

    BROKEN = "broken"
    """Its file can't be used; its last good version is in force, where there is one."""
    IN_FORCE = "in force"
    ON_TRIAL = "on trial"
    DRAFT = "draft"
    RETIRED = "retired"


_STANDINGS: Final = {
    Status.ACTIVE: Standing.IN_FORCE,
    Status.TEST: Standing.ON_TRIAL,
    Status.DRAFT: Standing.DRAFT,
    Status.RETIRED: Standing.RETIRED,
}


@dataclass(frozen=True, slots=True, repr=False)
class Surveyed:
    """One policy. Words from its file are not yet safe for a terminal; those of `troubles` and `waits` are."""

    id: str
    policy: Policy | None
    """The version in force; None where there is none."""
    path: Path
    standing: Standing
    troubles: tuple[str, ...] = ()
    """What is wrong with its file, in lines."""
    waits: str = ""
    """How long what its owner changed still waits (cooling-off), and why; empty where nothing does."""
    mutes: tuple[Mute, ...] = ()
    """Those that hold today."""
    wants_reason: int = 0
    """Number of its version that its owner gave no reason for; 0 where there is none."""
    is_poor: bool = False
    """Whether so many of its alerts were called wrong that its owner is asked whether to put it on trial."""
    is_overdue: bool = False
    hits: Hits | None = None
    """Of the last `DAYS` days; None where the journal can't be read."""
    track: TrackRecord | None = None
    """How its judged alerts fared; None where the journal can't be read."""
    came_from: str = YOURS

    @property
    def title(self) -> str:
        """Its title; the name of its file where that can't be read."""
        return self.policy.title if self.policy is not None else self.path.name

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to know of it at once, each in a word or two; safe for a terminal."""
        whole = any(not mute.tactic and not mute.sender for mute in self.mutes)
        found = {
            "why?": self.wants_reason,
            "often wrong": self.is_poor,
            "review due": self.is_overdue,
            "a change waits": self.waits,
            "muted": whole,
            "muted in part": self.mutes and not whole,
        }
        return tuple(words for words, is_so in found.items() if is_so)

    @property
    def needs(self) -> int:
        """How much it needs its owner: 0 broken, 1 wants a word, 2 review overdue, 3 nothing, 4 looks at nothing."""
        if self.standing is Standing.BROKEN:
            return 0
        if self.wants_reason or self.is_poor:
            return 1
        if self.is_overdue:
            return 2
        return 3 if self.standing in (Standing.IN_FORCE, Standing.ON_TRIAL) else 4


@dataclass(frozen=True, slots=True, repr=False)
class Survey:
    """All of them, those first that need their owner most, then by hits."""

    policies: tuple[Surveyed, ...]
    cooling_hours: int = 0
    has_journal: bool = False
    """Whether hits and track records could be counted."""

    def of(self, policy_id: str) -> Surveyed | None:
        """One of them."""
        return next((each for each in self.policies if each.id == policy_id), None)

    @property
    def needing(self) -> tuple[Surveyed, ...]:
        """Those that need a word of their owner's."""
        return tuple(each for each in self.policies if each.needs <= 2)


def survey(
    settings: Settings,
    today: date,
    *,
    journal: Journal | None = None,
    compare: Compare | None = None,
    came_from: Mapping[str, str] | None = None,
) -> Survey:
    """Look at all policies. `came_from`: who wrote a policy, by its id, where it was not its owner.

    Raises PolicyError where the folder can't be read, JournalError where the journal that is given can't be.
    """
    now = policies_in_force(settings, compare=compare, journal=journal)
    policies = now.policies.policies
    waiting = waiting_for_owner(policies, settings, journal, today)
    hits = policy_hits(Scan(journal), now_ms() - DAYS * DAY_MS) if journal is not None else None
    wanting = {**unexplained(settings), **{each.policy: each.n for each in waiting.unexplained}}
    poor = {policy.id for policy, _ in waiting.for_test}
    found = []
    for file in now.policies.files:
        each = _surveyed(file, now, today)
        found.append(
            replace(
                each,
                wants_reason=wanting.get(each.id, 0),
                is_poor=each.id in poor,
                hits=hits.get(each.id, Hits()) if hits is not None else None,
                track=waiting.records.get(each.id, TrackRecord(each.id)) if journal is not None else None,
                came_from=(came_from or {}).get(each.id, YOURS),
            )
        )
    found.sort(key=lambda each: (each.needs, -(each.hits.count if each.hits else 0), each.title.casefold(), each.id))
    return Survey(tuple(found), now.cooling_hours, journal is not None)


def _surveyed(file: LoadedFile, now: InForce, today: date) -> Surveyed:
    policy = file.policy
    policy_id = policy.id if policy is not None else file.path.name.removesuffix(SUFFIX)
    errors = [each for each in file.problems if each.level is Level.ERROR and each.code != _LAST_GOOD]
    is_broken = policy is None or bool(errors)
    pending = now.pending.get(policy_id)
    return Surveyed(
        id=policy_id,
        policy=policy,
        path=file.path,
        standing=Standing.BROKEN if is_broken or policy is None else _STANDINGS[policy.status],
        troubles=tuple(map(_trouble, errors)),
        waits=_waits(pending, now.cooling_hours) if pending is not None else "",
        mutes=tuple(mute for mute in policy.mutes if mute.is_in_force(today)) if policy is not None else (),
        is_overdue=policy is not None and is_overdue(policy, today),
    )


def _trouble(problem: Problem) -> str:
    hint = f" ({problem.hint})" if problem.hint else ""
    return safe_line(f"line {problem.line}: {problem.message}{hint}")


def _waits(pending: Pending, hours: int) -> str:
    what = "its deletion" if not pending.version.sha256 else "your change"
    why = safe_line(pending.why_milder) or "it could not be compared yet"
    return f"{what} takes force in {left_words(pending, hours, this_moment())}: {why}"
