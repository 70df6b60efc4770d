"""The Health screen: what was measured, what is breached first and in words, and the keys that measure again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from recorded_rig import a_record, record
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Static
from tui_driver import assert_safe_screen, drive, screen_text, until, write_inbox

from guardian.health import canary_texts
from guardian.health.base import Block, Health, Reading, Standing
from guardian.health.canaries import CanaryRun, look_at_canaries
from guardian.policy.trying.bench import Bench
from guardian.settings import Settings
from tui.app import GuardianApp
from tui.health_words import health_content
from tui.house_watch import HouseWatch
from tui.state import Phase
from tui.widgets.status_line import status_words

NOW_MS = 1_795_000_000_000


def page(app: GuardianApp) -> str:
    """What the page says, however far it is scrolled."""
    for readings in app.screen.query("#readings").results(Static):
        return getattr(readings.content, "plain", str(readings.content))
    return ""


def flat(app: GuardianApp) -> str:
    """The same on one line: words may be folded anywhere."""
    return " ".join(page(app).split())


async def arrive(app: GuardianApp, pilot: Pilot[None]) -> None:
    """On the Health screen, with a round of canaries made and the model's file hashed."""
    await until(pilot, lambda: app.state.phase is Phase.READY and app.house.canaries and app.house.files, "the house")
    await pilot.press("5")
    await until(pilot, lambda: "as pinned" in flat(app) and "found," in flat(app), "the readings")


def test_it_shows_what_was_measured_in_blocks(make_recorded_app: Callable[..., GuardianApp], tmp_path: Path) -> None:
    app = make_recorded_app(write_inbox(tmp_path / "inbox", [("a.txt", "Send me gift cards."), ("b.txt", "Lunch?")]))

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.screened == 2, "two verdicts")
        await arrive(app, pilot)
        shown = page(app)
        for title in ("Screening", "Model and wall", "Canaries", "Policies", "Scores and alerts", "Judge", "Journal"):
            assert f"\n{title}\n" in shown
        assert "of 2 verdicts in this run" in shown
        assert "17 of 17 found, 12 of 12 left alone" in flat(app)
        assert "last sign of life just now" in shown
        assert_safe_screen(app)

    drive(app, story, (120, 36))


def test_what_the_journal_holds_is_in_it(
    make_recorded_app: Callable[..., GuardianApp], recorded_house: Settings
) -> None:
    record(recorded_house, [a_record(elapsed_ms=31.0) for _ in range(3)])
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await arrive(app, pilot)
        assert "31 ms, of the last 3 recorded verdicts" in flat(app)
        assert "records, open" in page(app)
        assert "last screened" in status_words(app.state).plain

    drive(app, story, (160, 48))


@pytest.mark.long
@pytest.mark.parametrize("size", [(160, 40), (80, 24), (40, 20)])
def test_every_row_can_be_reached_in_any_terminal(make_app: Callable[..., GuardianApp], size: tuple[int, int]) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await arrive(app, pilot)
        await until(pilot, lambda: max(map(len, page(app).splitlines())) <= size[0] - 2, "words folded to the width")
        await until(pilot, lambda: "disk space" in page(app), "the last row")
        is_below = "disk space" not in screen_text(app)
        assert app.screen.query_one("#health-page").show_vertical_scrollbar is is_below
        await pilot.press("G")
        await until(pilot, lambda: "disk space" in screen_text(app), "the last row on the screen")

    drive(app, story, size)


def test_a_silent_canary_is_red_here_and_in_the_status_line(
    make_app: Callable[..., GuardianApp], monkeypatch: pytest.MonkeyPatch
) -> None:
    dull = replace(canary_texts.MUST_SING[0], text="Lunch at noon?")

    def one_dull(bench: Bench, at_ms: int) -> CanaryRun:
        return look_at_canaries(bench, at_ms, [dull])

    monkeypatch.setattr("guardian.health.canaries.look_at_canaries", one_dull)
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.house.canaries, "a round")
        assert "x 1 of 1 canaries wrong, press 5" in status_words(app.state).plain
        await pilot.press("5")
        await until(pilot, lambda: "wrong canary" in flat(app), "the readings")
        first = page(app).splitlines()[0]
        assert first.startswith("x ")
        assert "canaries" in first
        assert "“deadline” must be found: silent" in flat(app)

    drive(app, story, (120, 36))


@pytest.mark.long
def test_c_makes_a_round_and_v_hashes_again(make_app: Callable[..., GuardianApp]) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await arrive(app, pilot)
        round_before, files_before = app.house.canaries, app.house.files
        await pilot.press("c", "v")
        await until(pilot, lambda: app.house.canaries is not round_before, "a new round")
        await until(pilot, lambda: app.house.files is not files_before, "a new hash")

    drive(app, story)


@pytest.mark.long
def test_canaries_are_no_messages(make_recorded_app: Callable[..., GuardianApp], recorded_house: Settings) -> None:
    app = make_recorded_app(own_gate=True)

    async def story(pilot: Pilot[None]) -> None:
        await arrive(app, pilot)
        assert len(app.book) == 0
        assert app.bridge.verdicts == 0
        assert app.house.tally.facts().outcomes == {}

    drive(app, story)
    assert not recorded_house.paths.journal_file.exists()


def test_e_writes_the_report_to_a_private_file(
    make_recorded_app: Callable[..., GuardianApp], recorded_house: Settings
) -> None:
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await arrive(app, pilot)
        await pilot.press("e")
        folder = recorded_house.paths.state / "copied"
        await until(pilot, lambda: folder.exists() and list(folder.iterdir()), "the file")
        (path,) = folder.iterdir()
        await until(pilot, lambda: "Model and wall" in path.read_text(), "the words")
        assert path.stat().st_mode & 0o777 == 0o600

    drive(app, story)


@pytest.mark.long
def test_a_stop_is_on_the_page_at_once(make_app: Callable[..., GuardianApp]) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await arrive(app, pilot)
        app.bridge.stop()
        await until(pilot, lambda: "STOPPED: model is down: the thread that screens has ended" in flat(app), "the news")
        assert "screening thread" in page(app).splitlines()[0]

    drive(app, story, (120, 36))


def test_a_model_that_comes_up_again_is_tried_at_once(make_app: Callable[..., GuardianApp]) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await arrive(app, pilot)
        before = app.house.canaries
        app.state = replace(app.state, restarts=app.state.restarts + 1)
        await until(pilot, lambda: app.house.canaries is not before, "a new round")

    drive(app, story)
    assert isinstance(app.house, HouseWatch)


def test_words_of_strangers_are_safe_and_parsed_as_no_markup() -> None:
    hostile = "[/bold]\x1b]52;c;x\x07\u202e"
    reading = Reading("b", hostile, hostile, Standing.BREACHED, hostile, hostile)
    content = health_content(Health(NOW_MS, (Block("one", hostile, (reading,)),)), 80)
    assert isinstance(content, Content)
    assert "[/bold]" in content.plain
    assert not set("\x1b\x07\u202e") & set(content.plain)
