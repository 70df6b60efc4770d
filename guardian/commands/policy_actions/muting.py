"""What `policy mute` and `policy unmute` have in common: the policy as its file says it now, and changing the file."""

from __future__ import annotations

from collections.abc import Iterable

from guardian.commands.narration import narrate
from guardian.commands.policy_actions.changing import amended, tell_standing
from guardian.commands.policy_actions.own import own_policies
from guardian.policy.amend import Wish
from guardian.policy.base import Policy
from guardian.policy.on_disk import policy_on_disk
from guardian.safe_text import safe_line
from guardian.settings import Settings


def own_policy_on_disk(policy_id: str, settings: Settings) -> tuple[Policy, str]:
    """The policy and the text of its file. Raises PolicyError where there is none, or its file is broken."""
    return policy_on_disk(policy_id, settings, own_policies(settings))


def change(wish: Wish, said: Iterable[str], settings: Settings) -> None:
    """Take the new text of a policy's file in force, or let it wait; then say what was `said`, and which of the two.

    Raises PolicyError, JournalError.
    """
    policy_id, now = wish.policy, amended(settings, wish, narrate(verbose=False))
    for line in said:
        print(safe_line(line))
    tell_standing(policy_id, now)
