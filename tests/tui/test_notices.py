"""Promises of the notices: what is told, for how long, and that it is listed until it was seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest
from recorded_rig import a_record, record
from textual.pilot import Pilot
from textual.widgets import Static
from tui_driver import assert_safe_screen, drive, screen_text, until

from guardian.alerts.alert import Alert
from guardian.settings import Settings
from guardian.settings_live import AlertSettings
from guardian.verdict import Outcome, Severity
from tui.app import GuardianApp
from tui.messages import Reach
from tui.notice_board import STAY_S, NoticeBoard, burst_line, is_listed, is_told
from tui.screens.notices import NoticesSheet
from tui.widgets.notice_bar import NoticeBar

MakeApp = Callable[..., GuardianApp]


def an_alert(key: int, outcome: Outcome = Outcome.FLAGGED, severity: Severity = Severity.LOW, **other: Any) -> Alert:
    """An alert; `other` sets further fields. Those that no notice looks at are empty."""
    empty = {each.name: () for each in fields(Alert)}
    named = {"sender": f"s{key}@example.org", "name": "", "reason": "Urgency", "policies": ("pressure-to-pay",)}
    said = {"key": key, "at_ms": key, "outcome": outcome, "severity": severity, "feedback": None, "mark": None}
    said["opinion"] = None
    values = {**empty, **named, **said, **other}
    return Alert(**{each.name: values[each.name] for each in fields(Alert)})


HOSTILE = (
    "\x1b]52;c;bmFtZQ==\x07",
    "\x1b[2J\x1b[31m",
    "\x9b31m",
    "[@click=app.quit]press[/]",
    "[/bold] [red",
    "\u202eevil\u2028",
    "\U000e0041\ud800",
    "a\nb\r\tc\x00",
)
"""What a sender may call themselves."""

# --- the board --------------------------------------------------------------------------------------------------

# level, and the outcomes that are told and listed at it
LEVELS = [
    ("flagged", {Outcome.FLAGGED}, {Outcome.FLAGGED}),
    ("notice", set(Outcome) - {Outcome.CLEAN}, set(Outcome) - {Outcome.CLEAN}),
    ("none", set(), {Outcome.FLAGGED}),
]


@pytest.mark.parametrize(("level", "told", "listed"), LEVELS)
def test_the_level_decides_what_is_told_and_flagged_ones_are_always_listed(
    level: str, told: set[Outcome], listed: set[Outcome]
) -> None:
    rules = AlertSettings(interrupt=level)  # type: ignore[arg-type]
    assert {each for each in Outcome if is_told(an_alert(1, each), rules)} == told
    assert {each for each in Outcome if is_listed(an_alert(1, each), rules)} == listed


def test_a_grave_notice_stays_and_a_mild_one_leaves_by_itself() -> None:
    board = NoticeBoard()
    board.post(an_alert(1, severity=Severity.HIGH), 0.0)
    board.post(an_alert(2, Outcome.NOTICE), 0.0)
    assert "(and 1 more)" in board.line(STAY_S - 1)
    assert board.next_change_s() == STAY_S
    assert "s1@example.org" in board.line(STAY_S)
    assert board.next_change_s() is None
    assert board.is_grave
    assert board.line(1e9)
    board.take_down([1])
    assert (board.line(1e9), board.is_grave) == ("", False)


# outcomes, policies of each -> the one line
BURSTS: list[tuple[Sequence[Outcome], Sequence[tuple[str, ...]], str]] = [
    ([Outcome.FLAGGED] * 3, [("pressure-to-pay",)] * 3, "3 flagged, mostly Pressure to pay"),
    ([Outcome.FLAGGED] * 3, [("a",), ("b",), ("c",)], "3 flagged"),
    (
        [Outcome.NOTICE, Outcome.FLAGGED, Outcome.UNSURE],
        [("a",), ("a",), ()],
        "1 flagged, 1 unsure, 1 notice, mostly A",
    ),
    ([Outcome.UNSCREENED] * 4, [()] * 4, "4 unscreened"),
]


@pytest.mark.parametrize(("outcomes", "policies", "line"), BURSTS)
def test_a_burst_is_one_line(outcomes: Sequence[Outcome], policies: Sequence[tuple[str, ...]], line: str) -> None:
    several = [an_alert(n, o, policies=p) for n, (o, p) in enumerate(zip(outcomes, policies, strict=True))]
    assert burst_line(several).endswith(line)
    board = NoticeBoard()
    for alert in several:
        board.post(alert, 0.0)
    assert board.line(1.0) == burst_line(several)


# --- in the app -------------------------------------------------------------------------------------------------


async def opened(pilot: Pilot[None], app: GuardianApp) -> None:
    await until(pilot, lambda: app.state.reach is Reach.OPEN and app.notices._journal_id is not None, "the journal")


def words(app: GuardianApp, selector: str) -> str:
    return str(app.screen.query_one(selector, Static).content)


def bar(app: GuardianApp) -> str:
    shown = app.screen.query_one(NoticeBar)
    return words(app, "#notices") if shown.display and not shown.has_class("-nothing") else ""


@pytest.mark.long
def test_what_comes_is_told_without_taking_the_keys_and_stays_until_seen(
    recorded_house: Settings, make_recorded_app: MakeApp
) -> None:
    record(recorded_house, [a_record(outcome=Outcome.CLEAN)])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await opened(pilot, app)
        assert bar(app) == ""
        await pilot.press("5")
        focused = app.focused
        (seq,) = record(recorded_house, [a_record(sender="ann@example.org")])
        await until(pilot, lambda: "ann@example.org" in bar(app), "the notice")
        assert app.focused is focused
        assert app.screen.query_one(NoticeBar).has_class("-grave")
        assert "1 not seen" in words(app, "#unseen")
        await pilot.press("3")
        assert "ann@example.org" in bar(app), "on every screen"
        app.seen.see(seq)
        await pilot.pause()
        assert (bar(app), app.notices.count) == ("", 0)

    drive(app, story)


def test_what_comes_before_an_empty_chair_is_not_seen_until_somebody_touches_the_keys(
    recorded_house: Settings, make_recorded_app: MakeApp
) -> None:
    record(recorded_house, [a_record(outcome=Outcome.CLEAN)])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await opened(pilot, app)
        (seq,) = record(recorded_house, [a_record()])
        await until(pilot, lambda: app.notices._waits_for_eyes == seq, "the preview, as the list follows the newest")
        assert app.notices.count == 1
        await pilot.press("g")
        assert app.seen.is_seen(seq)
        assert app.notices.count == 0

    drive(app, story)


def test_a_burst_in_the_app_is_one_line(recorded_house: Settings, make_recorded_app: MakeApp) -> None:
    record(recorded_house, [a_record(outcome=Outcome.CLEAN)])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await opened(pilot, app)
        record(recorded_house, [a_record(name=f"{n}.txt", text=f"Pay now {n}") for n in range(7)])
        await until(pilot, lambda: "7 flagged, mostly Pressure to pay" in bar(app), "the one line")

    drive(app, story)


def test_what_was_seen_is_seen_after_a_restart_and_the_rest_is_not(
    recorded_house: Settings, make_recorded_app: MakeApp
) -> None:
    first, second, third = record(recorded_house, [a_record(name=f"{n}.txt") for n in range(3)])
    app = make_recorded_app()

    async def first_run(pilot: Pilot[None]) -> None:
        await opened(pilot, app)
        await until(pilot, lambda: app.seen.is_seen(third), "the newest, whose message the inbox shows")
        app.seen.see(first)

    drive(app, first_run)
    app = make_recorded_app()

    async def second_run(pilot: Pilot[None]) -> None:
        await opened(pilot, app)
        assert [app.seen.is_seen(seq) for seq in (first, second, third)] == [True, False, True]
        assert app.notices.count == 1
        assert "flagged" in bar(app), "a grave one is told again"

    drive(app, second_run)


def test_in_a_quiet_time_nothing_interrupts_and_everything_is_listed(
    recorded_house: Settings, make_recorded_app: MakeApp
) -> None:
    record(recorded_house, [a_record(outcome=Outcome.CLEAN)])
    app = make_recorded_app()
    until_day = (date.today() + timedelta(days=3)).isoformat()
    app.settings = replace(app.settings, alerts=replace(app.settings.alerts, quiet_until=until_day))

    async def story(pilot: Pilot[None]) -> None:
        await opened(pilot, app)
        record(recorded_house, [a_record(), a_record(text="Pay at once")])
        await until(pilot, lambda: app.notices.count == 2, "both in the list")
        assert bar(app) == ""
        assert app.state.quiet.startswith("quiet until ")
        assert app.state.quiet in screen_text(app)
        await pilot.press("n")
        assert "your quiet time" in words(app, "#notices-words")

    drive(app, story)


def test_the_list_closes_without_changing_anything_and_is_emptied_by_word(
    recorded_house: Settings, make_recorded_app: MakeApp
) -> None:
    record(recorded_house, [a_record(name=f"{n}.txt") for n in range(3)])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await opened(pilot, app)
        await until(pilot, lambda: app.notices.count == 2, "the newest was shown, and two are left")
        await pilot.press("n")
        assert isinstance(app.screen, NoticesSheet)
        await pilot.press("escape")
        assert app.notices.count == 2
        await pilot.press("n", "a")
        await until(pilot, lambda: app.notices.count == 0, "nothing left")
        assert "You have seen everything" in words(app, "#notices-words")

    drive(app, story)


def test_hostile_senders_and_names_are_harmless_in_bar_and_list(make_app: MakeApp) -> None:
    from guardian.safe_text import safe_line

    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        for number, text in enumerate(HOSTILE, 1):
            line = safe_line(text, 120)
            alert = an_alert(-number, severity=Severity.HIGH, sender=line, name=line, reason=line)
            app.notices.seen.see(1 - number)
            app.book.add([alert])
            app.notices._board.post(alert, 0.0)
            app.notices._list([alert.key])
            app.notices._show()
            await pilot.pause()
            assert_safe_screen(app)
        await pilot.press("n")
        assert_safe_screen(app)

    drive(app, story)


def test_the_journal_read_for_the_first_time_is_no_burst_of_news(
    recorded_house: Settings, make_recorded_app: MakeApp
) -> None:
    record(recorded_house, [a_record(outcome=Outcome.NOTICE, name=f"{n}.txt") for n in range(5)])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await opened(pilot, app)
        await until(pilot, lambda: len(app.book) == 5, "all of them")
        assert bar(app) == ""

    drive(app, story)
