"""The history of a policy: its versions with what each changed, and the way back to one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from policies_rig import TULIPS, amendments, at_policies, listed, own_policies_only, said, write_policy
from textual.pilot import Pilot
from tui_driver import drive, until

from guardian.policy.amend import Wish, amend
from guardian.settings import Settings
from tui.app import GuardianApp
from tui.diffing import diff_content
from tui.screens.policy_history import HistoryScreen
from tui.screens.policy_sheets import ChangeSheet
from tui.widgets.line_list import LineList


@pytest.mark.long
def test_a_version_is_gone_back_to_with_a_reason_after_its_change_was_shown(
    recorded_house: Settings, make_recorded_app: Callable[..., GuardianApp]
) -> None:
    house = own_policies_only(recorded_house)
    path = write_policy(house, TULIPS)
    amend(house, Wish("tulips", TULIPS, why="to begin with"))
    amend(house, Wish("tulips", TULIPS.replace('"warn"', '"notice"'), why="too \x1b[31mloud[/bold]"))
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        screen = await at_policies(pilot, app)
        screen.query_one("#policy-list", LineList).choose("tulips")
        await pilot.press("h")
        await until(pilot, lambda: isinstance(app.screen, HistoryScreen), "the history")
        await until(pilot, lambda: listed(app, "#history-list"), "the versions")
        newest = listed(app, "#history-list")[0]
        assert "amended" in newest
        assert "too \\x1b[31mloud[/bold]" in newest
        words = said(app, "#history-words")
        assert '-action = "warn"' in words
        assert '+action = "notice"' in words
        await pilot.press("R")  # the latest: nothing to go back to
        assert isinstance(app.screen, HistoryScreen)
        await pilot.press("j", "R")
        await until(pilot, lambda: isinstance(app.screen, ChangeSheet), "the sheet")
        await until(pilot, lambda: '+action = "warn"' in said(app, "#foreseen"), "what would change")
        assert 'action = "notice"' in path.read_text()
        await until(pilot, lambda: app.screen.query_one("#why").has_focus, "the line")
        await pilot.press(*"missed one", "enter")
        await until(pilot, lambda: "went back" in "\n".join(listed(app, "#history-list")), "the new version")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen, "the policies")

    drive(app, story, size=(120, 36))
    assert path.read_text() == TULIPS
    latest = amendments(house, "tulips")[-1]
    assert (latest.how, latest.why) == ("restored", "missed one")


def test_a_difference_marks_the_words_that_changed_and_keeps_its_signs() -> None:
    shown = diff_content('--- a\n+++ b\n@@ -1 +1 @@\n same\n-action = "warn" now\n+action = "notice" now\n+more')
    lines = shown.plain.split("\n")
    assert lines == ["@@ -1 +1 @@", " same", '-action = "warn" now', '+action = "notice" now', "+more"]
    marked = [shown.plain[span.start : span.end] for span in shown.spans if "underline" in str(span.style)]
    assert marked == ["warn", "notice"]


def test_a_difference_of_a_strangers_file_is_safe_and_no_markup() -> None:
    shown = diff_content("-a [/bold]\x1b]52;c;x\x07\n+b [/bold]\u202e\n" + "+" + "x " * 5_000)
    assert "\x1b" not in shown.plain
    assert "\u202e" not in shown.plain
    assert "[/bold]" in shown.plain
