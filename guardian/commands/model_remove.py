"""`guardian model remove NAME`: take a model off the owner's list. Its file is not touched."""

from __future__ import annotations

import argparse

from guardian.added_models.shelf import find, remove
from guardian.commands.model_words import used_as
from guardian.errors import ModelError
from guardian.exits import ExitCode
from guardian.safe_text import safe_line
from guardian.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Remove it. Raises ModelError where there is none of that name, or it is in use; OutputError.

    `args`: name.
    """
    model = find(settings, args.name)
    roles = used_as(model.name, settings)
    if roles:
        hint = f"guardian model use none --as {roles[0]} ends that"
        raise ModelError(f"{model.name} is your {' and your '.join(roles)}", hint=hint)
    remove(settings, model.name)
    print(f"{model.name} is off your list; its file stays: {safe_line(str(model.path))}")
    return ExitCode.CLEAN
