"""`guardian source ACTION`: where live messages come from.

Invariant: each action is one call of `run(args, settings)` in the file of its name under
`guardian/commands/source_actions/`, and only that file is imported.
"""

from __future__ import annotations

import argparse
import importlib

from guardian.exits import ExitCode
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Do one of the actions. Raises SourcesError where the file of sources, or the one named, cannot be used."""
    module = importlib.import_module(f"guardian.commands.source_actions.{args.action}")
    return ExitCode(module.run(args, settings))
