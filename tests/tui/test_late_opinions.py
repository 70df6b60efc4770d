"""What the owner's judge says late: an alert that is raised interrupts like a new one; its page shows what counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from recorded_rig import a_record, record
from textual.pilot import Pilot
from textual.widgets import Static
from tui_driver import drive, until

from guardian.finding import Finding, FindingKind
from guardian.journal.opening import now_ms
from guardian.journal.opinion import opinion_record
from guardian.journal.record import Record
from guardian.journal.reports.past_verdict import past_verdict
from guardian.judge.base import Label, Opinion
from guardian.second_opinion import Changed, SecondOpinion
from guardian.settings import Settings
from guardian.verdict import Action, Outcome, PolicyMatch, Severity
from tui.app import GuardianApp
from tui.messages import Reach
from tui.screens.message import MessageScreen
from tui.widgets.notice_bar import NoticeBar
from tui.widgets.text_view import TextView

MakeApp = Callable[..., GuardianApp]
LOOKED = PolicyMatch("far-island", "The far island", "I want to know.", Severity.HIGH, Action.NONE, 0.0, 0.5, False)


def quiet_record() -> Record:
    """A message of which only a notice was said."""
    return a_record("Come to the island.", Outcome.UNSURE, sender="ann@example.org", policies=(LOOKED,))


def raising(seq: int, of: Record) -> Record:
    """The judge's late word on it: flagged."""
    before = past_verdict(of)
    match = replace(LOOKED, matched=True, action=Action.WARN, because=("judge",))
    opinion = Opinion("far-island", Label.YES, True, 3.0)
    say = "is what your policy 'The far island' asks to flag, as your judge (tiny) reads it"
    now = replace(
        before,
        outcome=Outcome.FLAGGED,
        action=Action.WARN,
        policies=(match,),
        findings=(Finding("judge", "policy:far-island", 0.95, say, (), FindingKind.JUDGE),),
        judge=SecondOpinion("tiny", "ef" * 32, (opinion,), True, Changed.RAISED),
    )
    return opinion_record(seq, before, now, at_ms=now_ms(), program="0")


async def opened(pilot: Pilot[None], app: GuardianApp) -> None:
    await until(pilot, lambda: app.state.reach is Reach.OPEN and app.notices._journal_id is not None, "the journal")


def bar(app: GuardianApp) -> str:
    shown = app.screen.query_one(NoticeBar)
    return str(app.screen.query_one("#notices", Static).content) if not shown.has_class("-nothing") else ""


def test_a_late_raise_interrupts_like_a_new_alert_even_where_the_milder_one_was_seen(
    recorded_house: Settings, make_recorded_app: MakeApp
) -> None:
    first = quiet_record()
    (seq,) = record(recorded_house, [first])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await opened(pilot, app)
        await until(pilot, lambda: seq in app.book, "the message")
        app.seen.see(seq)
        await pilot.press("5")
        assert (bar(app), app.notices.count) == ("", 0)
        record(recorded_house, [raising(seq, first)])
        await until(pilot, lambda: "ann@example.org" in bar(app), "the notice")
        alert = app.book.get(seq)
        assert alert is not None
        assert (alert.outcome, alert.is_raised_late, app.notices.count) == (Outcome.FLAGGED, True, 1)
        app.seen.see(seq)
        await pilot.pause()
        assert (bar(app), app.notices.count) == ("", 0)

    drive(app, story)


def test_what_was_raised_before_the_app_was_opened_and_seen_does_not_ring_again(
    recorded_house: Settings, make_recorded_app: MakeApp
) -> None:
    first = quiet_record()
    (seq,) = record(recorded_house, [first])
    record(recorded_house, [raising(seq, first)])

    async def see(pilot: Pilot[None]) -> None:
        await opened(pilot, app)
        await until(pilot, lambda: seq in app.book, "the message")
        app.seen.see(seq)
        await pilot.pause()

    async def again(pilot: Pilot[None]) -> None:
        await opened(pilot, app)
        await until(pilot, lambda: seq in app.book, "the message")
        assert (bar(app), app.notices.count) == ("", 0)

    for story in (see, again):
        app = make_recorded_app()
        drive(app, story)


def test_the_page_of_a_message_shows_the_verdict_that_counts_when_the_judge_speaks(
    recorded_house: Settings, make_recorded_app: MakeApp
) -> None:
    first = quiet_record()
    (seq,) = record(recorded_house, [first])
    app = make_recorded_app()

    def reasons() -> str:
        return "".join(view.plain for view in app.screen.query("#said-reasons").results(TextView))

    async def story(pilot: Pilot[None]) -> None:
        await opened(pilot, app)
        await until(pilot, lambda: seq in app.book, "the message")
        app.push_screen(MessageScreen(seq))
        await until(pilot, lambda: isinstance(app.screen, MessageScreen) and "unsure" in reasons(), "the page")
        record(recorded_house, [raising(seq, first)])
        await until(pilot, lambda: "as your judge (tiny) reads it" in reasons(), "the judge's word")
        assert "flagged" in reasons()

    drive(app, story, size=(120, 36))
