"""`guardian model list|add|use|test|remove|verify|card`: the embedded model, and language models of the owner's own.

Invariant: one action, one file beside this one, and only that file is imported.
"""

from __future__ import annotations

import argparse
import importlib

from guardian.exits import ExitCode
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Do one of the actions. Raises ModelError where the model cannot be used; more in the action's own file."""
    code: ExitCode = importlib.import_module(f"guardian.commands.model_{args.action}").run(args, settings)
    return code
