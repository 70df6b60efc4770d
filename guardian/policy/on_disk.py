"""One policy by its id: in a set, and as its file on disk says it now.

Invariant: what is to be changed is the file as it stands on disk, never an older version that is still in force, so a
change that waits is not lost.
"""

from __future__ import annotations

from guardian.errors import PolicyError
from guardian.policy.base import Policy
from guardian.policy.load import LoadedFile, PolicySet, load_policies
from guardian.policy.problem import did_you_mean, quoted
from guardian.settings import Settings


def file_of(policy_id: str, policies: PolicySet) -> LoadedFile:
    """The file of one policy. Raises PolicyError for an unknown id."""
    for file in policies.files:
        if file.policy is not None and file.policy.id == policy_id:
            return file
    hint = did_you_mean(policy_id, (policy.id for policy in policies.policies)) or "see guardian policy list"
    raise PolicyError(f"no policy has the id {quoted(policy_id)}", hint=hint)


def policy_on_disk(policy_id: str, settings: Settings, in_force: PolicySet) -> tuple[Policy, str]:
    """The policy and the text of its file. Raises PolicyError where there is none, or its file is broken."""
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
