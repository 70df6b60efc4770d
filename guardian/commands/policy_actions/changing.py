"""What the actions that change policies have in common: the change itself, and saying what came of it."""

from __future__ import annotations

import sys

from guardian.assembly import comparing
from guardian.events import Observer
from guardian.policy.amend import Wish, amend
from guardian.policy.editing import force_words
from guardian.policy.life.standing import InForce
from guardian.safe_text import safe_text
from guardian.settings import Settings


def amended(settings: Settings, wish: Wish, observer: Observer) -> InForce:
    """Take a wish in force, or let it wait. Raises PolicyError, JournalError."""
    with comparing(settings) as compare:
        return amend(settings, wish, observer, compare=compare)


def tell_standing(policy_id: str, now: InForce) -> None:
    """Say whether the policy's latest text is in force, or how long it waits."""
    is_new = policy_id in now.changed and policy_id not in now.pending
    print(force_words(policy_id, now) + (f", policies {now.policies.sha256[:19]}" if is_new else ""))


def print_diff(diff: str) -> None:
    """A difference on standard output."""
    if diff:
        sys.stdout.write(safe_text(diff) + "\n")
