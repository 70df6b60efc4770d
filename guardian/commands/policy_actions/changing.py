"""What the actions that change policies have in common: the change itself, and saying what came of it."""

from __future__ import annotations

import sys

from guardian.assembly import comparing
from guardian.events import Observer
from guardian.policy.amend import Wish, amend
from guardian.policy.life.cooling import this_moment
from guardian.policy.life.standing import InForce, left_words
from guardian.safe_text import safe_line, safe_text
from guardian.settings import Settings


def amended(settings: Settings, wish: Wish, observer: Observer) -> InForce:
    """Take a wish in force, or let it wait. Raises PolicyError, JournalError."""
    with comparing(settings) as compare:
        return amend(settings, wish, observer, compare=compare)


def tell_standing(policy_id: str, now: InForce, *, is_new: bool) -> None:
    """Say whether the policy's latest text is in force, or how long it waits."""
    pending = now.pending.get(policy_id)
    if pending is not None:
        left = left_words(pending, now.cooling_hours, this_moment())
        why = safe_line(pending.why_milder) or "it could not be compared with the one in force"
        print(f"{policy_id}: the earlier version stays in force for {left} more: {why}")
    elif is_new:
        print(f"{policy_id}: in force, policies {now.policies.sha256[:19]}")
    else:
        print(f"{policy_id}: nothing to take in force, the file says what is in force already")


def print_diff(diff: str) -> None:
    """A difference on standard output."""
    if diff:
        sys.stdout.write(safe_text(diff) + "\n")
