"""What the actions have in common: the owner's policies, and JSON that is safe on a terminal.

Invariant: problems of files that had to be left out are told on standard error, so a missing policy is never silent.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from guardian.assembly import comparing
from guardian.errors import CellError, ModelError
from guardian.policy.base import Policy
from guardian.policy.life.standing import InForce, policies_in_force
from guardian.policy.load import PolicySet
from guardian.settings import Settings

_JSON_VERSION = 1


def own_policies(settings: Settings) -> PolicySet:
    """The policies in force; the starter policies are put into the owner's own folder first, once."""
    return own_in_force(settings).policies


def own_in_force(settings: Settings) -> InForce:
    """The policies in force, and what waits to take their place. Raises PolicyError."""
    try:
        with comparing(settings) as compare:
            return policies_in_force(settings, compare=compare)
    except (ModelError, CellError):  # without a model what it would have to compare waits; doctor says what is wrong
        return policies_in_force(settings)


def tell_problems(policies: PolicySet) -> None:
    """Every problem that kept a file out, on standard error."""
    for problem in policies.problems:
        sys.stderr.write(problem.to_line() + "\n")


def policy_row(policy: Policy) -> dict[str, Any]:
    """A policy as a listing prints it in JSON."""
    return {
        "id": policy.id,
        "status": policy.status.value,
        "action": policy.action.value,
        "severity": policy.severity.value,
        "channels": [channel.value for channel in policy.channels],
        "title": policy.title,
        "file": str(policy.path),
    }


def print_json(value: dict[str, Any]) -> None:
    """JSON in ASCII, so that nothing in it can reach a terminal raw."""
    sys.stdout.write(json.dumps({"v": _JSON_VERSION, **value}, indent=2) + "\n")
