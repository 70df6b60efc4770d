"""What an app that was just started asks itself: is this the first time, and has a quiet week come to its end?

Invariants: looks at names of files alone, so that it may run on the painting thread; a summary is shown once.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from guardian.settings import Settings

if TYPE_CHECKING:
    from tui.app import GuardianApp
    from tui.records import Records

QUIET_DAYS: Final = 7


def begin(app: GuardianApp) -> None:
    """Follow the journal and open the house; the first time, the owner is asked before."""
    if app.records is None:
        app.open_house()
        return
    app.records.follow()
    if is_first_run(app.settings):
        app.set_up()
    else:
        app.open_house()
        show_quiet_summary(app, app.records)


def is_first_run(settings: Settings) -> bool:
    """Whether there are neither policies nor a journal yet. A folder that was named for this run was chosen."""
    paths = settings.paths
    is_own = settings.policies_dir == paths.policies
    return is_own and not paths.policies.exists() and not paths.journal_file.exists()


def quiet_until(today: date) -> str:
    """The day on which a quiet week that begins now ends, as the setting has it."""
    return (today + timedelta(days=QUIET_DAYS)).isoformat()


def show_quiet_summary(app: GuardianApp, records: Records) -> None:
    """After a quiet time: what came in it. Closing the sheet ends the quiet time for good."""
    until = app.settings.app.quiet_until_day
    if until is None or date.today() < until:
        return
    from tui.screens.summary import SummarySheet

    app.push_screen(SummarySheet(records, (until - timedelta(days=QUIET_DAYS)).isoformat()))
