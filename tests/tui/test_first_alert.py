"""Promise of a click on a notification: the app opens at that alert, which counts as seen then."""

from __future__ import annotations

from collections.abc import Callable

from recorded_rig import a_record, record
from textual.pilot import Pilot
from tui_driver import drive, until

from guardian.settings import Settings
from tui.app import GuardianApp
from tui.screens.message import MessageScreen

MakeApp = Callable[..., GuardianApp]


def test_the_app_opens_at_the_alert_that_was_clicked(recorded_house: Settings, make_recorded_app: MakeApp) -> None:
    first, second = record(recorded_house, [a_record(name="one"), a_record(name="two")])
    app = make_recorded_app()
    app.first_alert = first

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, MessageScreen), "the message")
        assert isinstance(app.screen, MessageScreen)
        assert app.screen.key == first
        assert app.seen.is_seen(first)
        assert not app.seen.is_seen(second)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, MessageScreen), "the list behind it")

    drive(app, story)
