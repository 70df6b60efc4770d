"""What the owner sets inside the app: in force at once, and kept in their settings file by the core's own writer.

Invariants: the file is written at the desk; what can't be kept is said, and still holds until the app is left.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from textual import events
from textual.message import Message as AppMessage

from guardian.errors import GuardianError
from guardian.safe_text import safe_line

if TYPE_CHECKING:
    from tui.app import GuardianApp
    from tui.desk import Job

_SECTIONS: Final = ("app", "alerts")


def keep(app: GuardianApp, name: str, value: str) -> None:
    """Set a setting of the sections `app` and `alerts`, such as `app.theme`, now and for later. Empty: its default
    counts again."""
    section, _, last = name.partition(".")
    if section not in _SECTIONS:
        raise ValueError("the app sets its own settings only")
    mine: Any = replace(getattr(app.settings, section), **{last: value})  # the writer holds it against its rule
    app.settings = replace(app.settings, **{section: mine})
    app.notices.look_at_settings()
    paths = app.settings.paths

    def work(_job: Job) -> AppMessage | None:
        from guardian.settings_write import remove_setting, write_setting

        try:
            if value:
                write_setting(paths, name, value)
            else:
                remove_setting(paths, name)
        except GuardianError as error:
            line = safe_line(error.line())

            def say() -> None:
                app.notify(f"this holds until you leave: {line}", severity="warning", markup=False)

            return events.Callback(callback=say)
        return None

    app.desk.do(f"keep {name}", work, app)
