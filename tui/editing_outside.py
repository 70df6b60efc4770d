"""The owner's own editor over the app, on a private copy of a text; the app is back behind it as it was.

Invariants: what the owner wrote is given back or put where its place is told, never lost; the terminal is the app's
again, whatever the editor did to it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from textual.app import SuspendNotSupported

from guardian.commands.policy_actions.editor import find_editor, kept_apart, private_copy, run_editor
from guardian.errors import PolicyError
from guardian.policy.source import SourceError, read_source
from guardian.safe_text import safe_line

if TYPE_CHECKING:
    from tui.app import GuardianApp

_NAME: Final = "policy.toml"


def edit_outside(app: GuardianApp, text: str, name: str = _NAME) -> str:
    """What the owner made of a text in the editor of $VISUAL or $EDITOR. To be called on the painting thread.

    Raises PolicyError where there is no editor, this terminal can't be lent to one, or what it left can't be read.
    """
    command = find_editor(os.environ)
    with private_copy(app.settings.paths.runtime, name, text) as copy:
        try:
            with app.suspend():
                trouble = run_editor(command, copy)
        except SuspendNotSupported:
            message = "this terminal can't be lent to another program"
            raise PolicyError(message, hint="edit it here, or with guardian policy edit") from None
        try:
            written = read_source(copy).text
        except SourceError as error:
            raise PolicyError(f"what your editor left {error.message}", hint=_where(kept_apart(copy, text))) from None
    if trouble:
        app.notify(f"{safe_line(trouble)}; this is what it had saved", severity="warning", markup=False)
    return written


def _where(apart: object) -> str:
    return f"it is in {apart}" if apart is not None else ""
