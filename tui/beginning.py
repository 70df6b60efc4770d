"""What an app that was just started asks itself: is this the first time, and has a quiet week come to its end?

Invariants: looks at names of files alone, so that it may run on the painting thread; a summary is shown once.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from guardian.settings import Settings
from tui.messages import Reach

if TYPE_CHECKING:
    from tui.app import GuardianApp
    from tui.records import Records
    from tui.state import HouseState

QUIET_DAYS: Final = 7
LOOK_AGAIN_S: Final = 0.2


def begin(app: GuardianApp) -> None:
    """Follow the journal and open the house; the first time, the owner is asked before."""
    if app.records is None:
        app.open_house()
        return
    if app.first_alert is not None:
        show_when_open(app, app.first_alert)
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


def show_when_open(app: GuardianApp, key: int) -> None:
    """Open an alert, once, as soon as the journal can be read: a click on a notification asks for it."""
    is_shown = False

    def look(state: HouseState) -> None:
        nonlocal is_shown
        if is_shown or state.reach is not Reach.OPEN:
            return
        if app.screen.is_modal:  # the sheet that asked for the passphrase, which is about to go
            app.set_timer(LOOK_AGAIN_S, lambda: look(app.state))
            return
        is_shown = True
        from tui.screens.message import MessageScreen

        app.seen.see(key)
        app.push_screen(MessageScreen(key))

    app.watch(app, "state", look)


def quiet_until(today: date) -> str:
    """The day on which a quiet week that begins now ends, as the setting has it."""
    return (today + timedelta(days=QUIET_DAYS)).isoformat()


def show_quiet_summary(app: GuardianApp, records: Records) -> None:
    """After a quiet time: what came in it. Closing the sheet ends the quiet time for good."""
    until = app.settings.alerts.quiet_until_day
    if until is None or date.today() < until:
        return
    from tui.screens.summary import SummarySheet

    app.push_screen(SummarySheet(records, (until - timedelta(days=QUIET_DAYS)).isoformat()))
