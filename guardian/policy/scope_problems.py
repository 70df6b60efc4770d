"""What `policy check` says of a policy's scope and mutes: what is over, and what does nothing.

Invariant: as in `guardian.policy.lint`, nothing here keeps a policy out of force.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from guardian.policy.base import Policy
from guardian.policy.expression import names
from guardian.policy.position import Place, Positions
from guardian.policy.problem import Level
from guardian.tactics import GROUPS, TACTICS


def scope_problems(policy: Policy, positions: Positions, today: date) -> Iterator[tuple[Level, str, Place, str, str]]:
    """Level, code, place, message and hint of each."""
    yield from _senders(policy, positions)
    yield from _mutes(policy, positions, today)


def can_mute(policy: Policy, tactic: str) -> bool:
    """Whether the policy can match by this tactic, or by one of this group."""
    named = names(policy.match.tactics) if policy.match.tactics is not None else ()
    return any(name == tactic or _is_in(name, tactic) or _is_in(tactic, name) for name in named)


def _senders(policy: Policy, positions: Positions) -> Iterator[tuple[Level, str, Place, str, str]]:
    excepted = set(policy.senders_except)
    for index, sender in enumerate(policy.senders_except):
        if set(sender) <= {"*", "@"}:
            message = f"senders.except[{index + 1}] excepts everybody, so the policy never looks"
            hint = 'to switch it off write status = "draft"'
            yield Level.WARNING, "never-matches", positions.value(["senders", "except", index]), message, hint
    for index, sender in enumerate(policy.senders_only):
        if sender in excepted:
            message = f"senders.only[{index + 1}] is excepted too, and except goes before only"
            place = positions.value(["senders", "only", index])
            yield Level.WARNING, "only-is-excepted", place, message, "take it out of one of them"


def _mutes(policy: Policy, positions: Positions, today: date) -> Iterator[tuple[Level, str, Place, str, str]]:
    for index, mute in enumerate(policy.mutes):
        if mute.until < today:
            place = positions.value(["mutes", index, "until"])
            message = f"mute {index + 1} is over since {mute.until.isoformat()}"
            yield Level.INFO, "mute-is-over", place, message, f"guardian policy unmute {policy.id} --over"
        elif mute.tactic and not can_mute(policy, mute.tactic):
            place = positions.value(["mutes", index, "tactic"])
            message = f"mute {index + 1} is of {mute.tactic}, by which the policy does not match, so it does nothing"
            yield Level.WARNING, "unused-mute", place, message, "leave tactic out to mute the whole policy"


def _is_in(tactic: str, group: str) -> bool:
    return group in GROUPS and tactic in TACTICS and TACTICS[tactic].group == group
