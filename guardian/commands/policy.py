"""`guardian policy ACTION`: the owner's policies.

Invariant: each action is one call of `run(args, settings)` in the file of its name under
`guardian/commands/policy_actions/`, and only that file is imported.
"""

from __future__ import annotations

import argparse
import importlib
import sys

from guardian.commands.asking import can_ask
from guardian.exits import ExitCode
from guardian.policy.life.standing import unexplained
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Do one of the actions. Raises PolicyError where the policies, or the one named, cannot be used."""
    module = importlib.import_module(f"guardian.commands.policy_actions.{args.action}")
    code = ExitCode(module.run(args, settings))
    if can_ask():
        _ask_for_reasons(settings)
    return code


def _ask_for_reasons(settings: Settings) -> None:
    """One line for each change that has no reason yet; on a terminal alone."""
    for policy_id, n in unexplained(settings).items():
        print(
            f"guardian: why was {policy_id}@{n} changed? guardian policy amend {policy_id} --why TEXT", file=sys.stderr
        )
