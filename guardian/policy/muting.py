"""Muting: one reason, or a whole policy, is not told for a while. For the command and the app alike.

Invariants: a mute always has an end; what would do nothing, or is there already, is refused; the file is changed as it
stands on disk, and the change is recorded like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from guardian.errors import PolicyError, UsageError
from guardian.events import Observer, ignore
from guardian.journal.journal import Journal
from guardian.policy.amend import Wish, amend
from guardian.policy.base import Mute, Policy
from guardian.policy.expression import ExpressionError, check_name, names
from guardian.policy.life.in_force import Compare
from guardian.policy.life.standing import InForce, policies_in_force
from guardian.policy.mute_lines import with_mute
from guardian.policy.on_disk import policy_on_disk
from guardian.policy.schema_scope import LONGEST_MUTE_DAYS
from guardian.policy.schema_values import KNOWN_TACTICS
from guardian.policy.scope_problems import can_mute
from guardian.policy.senders import check_sender_pattern
from guardian.settings import Settings


@dataclass(frozen=True, slots=True)
class Muted:
    """A mute that was written."""

    mute: Mute
    policy: str
    """The policy's id."""
    path: Path
    now: InForce
    """Whether it is in force already, or waits."""


def asked_mute(tactic: str, sender: str, days: int, why: str, today: date) -> Mute:
    """The mute that the owner asks for, from today on; `tactic` and `sender` may be empty. Raises UsageError."""
    try:
        tactic = check_name(tactic, KNOWN_TACTICS).id if tactic else ""
        sender = check_sender_pattern(sender) if sender else ""
    except ExpressionError as error:
        raise UsageError(f"--tactic: {error}", hint=error.hint) from None
    except ValueError as error:
        hint = 'such as "sister@x.example", "@x.example" or "*@*.x.example"'
        raise UsageError(f"--sender {error}", hint=hint) from None
    if not 1 <= days <= LONGEST_MUTE_DAYS:
        raise UsageError(f"--days must be 1 to {LONGEST_MUTE_DAYS}", hint="for longer, change the policy itself")
    return Mute(tactic, sender, today, today + timedelta(days=days), why)


def mute_policy(
    settings: Settings,
    policy_id: str,
    mute: Mute,
    observer: Observer = ignore,
    *,
    compare: Compare | None = None,
    journal: Journal | None = None,
) -> Muted:
    """Write the mute into the policy's file, and take it in force, or let it wait.

    `journal`: one that is open already. Raises PolicyError where there is no such policy, or the mute would do nothing;
    JournalError.
    """
    in_force = policies_in_force(settings, observer, compare=compare, journal=journal)
    policy, text = policy_on_disk(policy_id, settings, in_force.policies)
    _refuse(mute, policy)
    wish = Wish(policy.id, with_mute(text, mute), why=mute.why)
    now = amend(settings, wish, observer, compare=compare, journal=journal)
    return Muted(mute, policy.id, policy.path, now)


def _refuse(mute: Mute, policy: Policy) -> None:
    """Raise PolicyError where the mute would do nothing, or is there already."""
    if mute.tactic and not can_mute(policy, mute.tactic):
        named = ", ".join(names(policy.match.tactics)) if policy.match.tactics is not None else ""
        looks_for = f"it looks for {named}; " if named else ""
        hint = f"{looks_for}leave --tactic out to mute the whole policy"
        raise PolicyError(f"{policy.id} does not match by {mute.tactic}", hint=hint)
    for each in policy.mutes:
        same = (each.tactic, each.sender) == (mute.tactic, mute.sender)
        if same and each.since <= mute.since and each.until >= mute.until:
            raise PolicyError(f"{policy.id} has that mute already: {each}")
