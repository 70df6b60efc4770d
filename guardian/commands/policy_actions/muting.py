"""What `policy mute` and `policy unmute` have in common: the policy as its file says it now, and changing the file.

Invariant: what is changed is the file as it stands on disk, never an older version that is still in force, so a change
that waits is not lost.
"""

from __future__ import annotations

from collections.abc import Iterable

from guardian.commands.narration import narrate
from guardian.commands.policy_actions.changing import amended, tell_standing
from guardian.commands.policy_actions.own import file_of, own_policies
from guardian.errors import PolicyError
from guardian.policy.amend import Wish
from guardian.policy.base import Policy
from guardian.policy.load import load_policies
from guardian.safe_text import safe_line
from guardian.settings import Settings


def policy_on_disk(policy_id: str, settings: Settings) -> tuple[Policy, str]:
    """The policy and the text of its file. Raises PolicyError where there is none, or its file is broken."""
    in_force = own_policies(settings)
    disk = load_policies(settings.policies_dir)
    if not any(policy.id == policy_id for policy in disk.policies):
        path = file_of(policy_id, in_force).path
        for problem in disk.problems:
            if problem.file == path:
                raise PolicyError(problem.to_line(), hint="mend the file first")
    file = file_of(policy_id, disk)
    if file.policy is None or file.source is None:
        raise PolicyError(f"{file.path}: cannot be used")
    return file.policy, file.source.text


def change(wish: Wish, said: Iterable[str], settings: Settings) -> None:
    """Take the new text of a policy's file in force, or let it wait; then say what was `said`, and which of the two.

    Raises PolicyError, JournalError.
    """
    policy_id, now = wish.policy, amended(settings, wish, narrate(verbose=False))
    for line in said:
        print(safe_line(line))
    tell_standing(policy_id, now, is_new=policy_id in now.changed)
