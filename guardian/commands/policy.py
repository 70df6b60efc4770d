"""`guardian policy ACTION`: the owner's policies.

Invariant: each action is one call of `run(args, settings)` in the file of its name under
`guardian/commands/policy_actions/`, and only that file is imported.
"""

from __future__ import annotations

import argparse
import importlib

from guardian.exits import ExitCode
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Do one of the actions. Raises PolicyError where the policies, or the one named, cannot be used."""
    module = importlib.import_module(f"guardian.commands.policy_actions.{args.action}")
    return ExitCode(module.run(args, settings))
