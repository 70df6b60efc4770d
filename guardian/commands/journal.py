"""`guardian journal ACTION`: the record.

Invariant: each action is one call of `run(args, settings)` in the file of its name under
`guardian/commands/journal_actions/`, and only that file is imported.
"""

from __future__ import annotations

import argparse
import importlib

from guardian.exits import ExitCode
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Do one of the actions. Raises JournalError where the journal cannot be used."""
    module = importlib.import_module(f"guardian.commands.journal_actions.{args.action}")
    return ExitCode(module.run(args, settings))
