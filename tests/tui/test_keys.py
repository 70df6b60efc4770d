"""Keys, help and palette come from one table."""

from __future__ import annotations

from collections.abc import Callable

from textual.pilot import Pilot
from tui_driver import drive, screen_text, until

from guardian.verdict import Outcome
from tui.app import GuardianApp
from tui.keys import KEY_GROUPS
from tui.screens.help import MEANINGS, help_words
from tui.screens.sheet import Sheet
from tui.widgets.alert_list import AlertList
from tui.widgets.inbox import InboxPane

ALL = [binding for group in KEY_GROUPS for binding in group.bindings]


def test_every_binding_has_an_id_a_label_and_a_tooltip_of_its_own() -> None:
    assert all(binding.id and binding.description and binding.tooltip for binding in ALL)
    assert len({binding.id for binding in ALL}) == len(ALL)


def test_the_help_names_every_key_that_works_here_and_every_outcome(make_app: Callable[..., GuardianApp]) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await pilot.pause()
        here = {active.binding.id for active in app.screen.active_bindings.values()}
        words = help_words(app.screen).plain
        for binding in ALL:
            if binding.id in here:
                assert f"{binding.description}: {binding.tooltip}" in words
        assert {"app.help", "app.notices", "inbox.filter"} <= here
        for outcome, meaning in MEANINGS.items():
            assert f"{outcome.value:<12}{meaning}" in words

    drive(app, story)
    assert set(MEANINGS) == set(Outcome)


def test_every_action_of_a_screen_stands_in_the_palette_wherever_one_is(make_app: Callable[..., GuardianApp]) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        titles = {command.title for command in app.get_system_commands(app.screen)}
        for group in KEY_GROUPS:
            for binding in group.bindings:
                if group.screen or group.title == "Everywhere":
                    title = f"{group.title}: {binding.description}" if group.screen else binding.description
                    assert title in titles

    drive(app, story)


def test_a_palette_command_does_what_its_key_does(make_app: Callable[..., GuardianApp]) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        commands = {command.title: command.callback for command in app.get_system_commands(app.screen)}
        await commands["Inbox: Filter"]()
        await until(pilot, lambda: app.screen.query_one("#filter").has_focus, "the filter line")
        await commands["Help"]()
        await until(pilot, lambda: isinstance(app.screen, Sheet), "the help")

    drive(app, story)


def test_help_opens_and_closes_and_comes_back_to_the_list(make_app: Callable[..., GuardianApp]) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await pilot.press("escape", "question_mark")
        assert isinstance(app.screen, Sheet)
        assert "Everywhere" in screen_text(app)
        await pilot.press("q")  # closes the sheet, not the app
        assert not isinstance(app.screen, Sheet)
        await pilot.press("1")
        assert app.screen.query_one(InboxPane).is_on_screen
        assert not app.screen.query_one(AlertList).display  # nothing in it yet
        await pilot.press("q")
        await until(pilot, lambda: app._exit, "the end")

    drive(app, story)
