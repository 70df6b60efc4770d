"""`guardian pack ACTION`: policies from others, and for others, by file.

Invariant: each action is one call of `run(args, settings)` in the file of its name under
`guardian/commands/pack_actions/`, and only that file is imported.
"""

from __future__ import annotations

import argparse
import importlib

from guardian.exits import ExitCode
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Do one of the actions. Raises PolicyError where a pack is refused or a policy cannot be changed."""
    module = importlib.import_module(f"guardian.commands.pack_actions.{args.action}")
    return ExitCode(module.run(args, settings))
