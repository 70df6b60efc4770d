"""`guardian model use NAME --as judge|assistant`: which of the owner's models does what.

Invariant: only the owner's settings file is changed, by the one way that `guardian config set` takes.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Final

from guardian.added_models.shelf import AddedModel, FileState, add_again, find, load_shelf, refuse_missing
from guardian.errors import ModelError
from guardian.exits import ExitCode
from guardian.judge.prompt_frames import FRAMES
from guardian.settings import Settings, find_key
from guardian.settings_write import remove_setting, write_setting

NOBODY: Final = "none"
_OTHER: Final = {"judge": "assistant", "assistant": "judge"}
_TAKEN_UP: Final = {
    "judge": "guardian serve takes that up with its next message, an app that is open at its next start",
    "assistant": "an app that is open takes that up at its next start",
}


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Write the setting. Raises ModelError where the model cannot be used so, SettingsError, OutputError.

    `args`: name (or `none`), role.
    """
    key = f"{args.role}.model"
    if args.name == NOBODY:
        remove_setting(settings.paths, key)
        print(f"there is no {args.role} now; {_TAKEN_UP[args.role]}")
    else:
        model = find(settings, args.name)
        _refuse_unfit(model, args.role)
        write_setting(settings.paths, key, model.name)
        print(f"{args.role} is now {model.name}; {_TAKEN_UP[args.role]}")
        if _serves_both(model, args.role, settings):
            print(
                f"guardian: the same file is your {_OTHER[args.role]}: as judge it is not asked about what it says as "
                "assistant, since no model is its own guard",
                file=sys.stderr,
            )
    variable = find_key(key).variable
    if os.environ.get(variable):
        print(f"guardian: {variable} is set in this shell, and outranks the settings file", file=sys.stderr)
    return ExitCode.CLEAN


def _refuse_unfit(model: AddedModel, role: str) -> None:
    refuse_missing(model)
    if model.file_state() is not FileState.UNCHANGED:
        how = f"the file of {model.name}, {model.path}, was changed since you added it"
        raise ModelError(how, hint=add_again(model))
    frame = FRAMES.get(model.frame)
    if frame is None:
        hint = f"add it again with one of {', '.join(FRAMES)}"
        raise ModelError(f"{model.name} has the frame {model.frame}, which there is not", hint=hint)
    if role == "assistant" and not frame.can_converse:
        raise ModelError(f"{model.name} was made as a guard, and can't talk", hint="use it as judge")


def _serves_both(model: AddedModel, role: str, settings: Settings) -> bool:
    """Whether the other role is played by the same file, under whatever name."""
    other = settings.assistant.model if role == "judge" else settings.judge.model
    there = load_shelf(settings).get(other)
    return there is not None and there.sha256 == model.sha256
