"""The app judges by the policies as they are on disk; what is broken stands above everything until it is mended."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from policies_rig import at_policies, listed, said
from textual.pilot import Pilot
from tui_driver import POLICIES, assert_safe_screen, drive, until

from guardian.assembly import load_owner_policies
from guardian.events import CalibrationProblem, PoliciesChanged, PolicyProblem
from guardian.message import Message
from guardian.settings import Settings, load_settings
from guardian.verdict import Outcome
from tui.app import GuardianApp
from tui.opening import unrecorded_gate
from tui.state import HouseState, Phase
from tui.widgets.banner import Banner, banner_words
from tui.widgets.line_list import LineList

TULIPS = """
id = "tulips"
title = "Tulips"
why = "I buy no tulips."
since = 2026-11-21
channels = ["incoming"]
severity = "high"
action = "warn"
status = "active"

[match]
patterns = ['(?i)tulips']
"""


@pytest.fixture
def living(tmp_path: Path) -> Settings:
    """A house whose policies may be edited."""
    folder = tmp_path / "policies"
    shutil.copytree(POLICIES, folder)
    env = {"GUARDIAN_HOME": str(tmp_path / "home"), "GUARDIAN_MODEL_THREADS": "1"}
    return load_settings(env, {"policies_dir": str(folder)})


def outcome_of(app: GuardianApp, text: str) -> Outcome:
    """What the app's gate says of a message now."""
    return app.bridge.assembled.gate.screen(Message(text.encode())).verdict.outcome


@pytest.mark.long
def test_an_edit_takes_force_while_the_app_runs(living: Settings) -> None:
    app = GuardianApp(living, (), unrecorded_gate, with_journal=False)

    async def story(pilot: Pilot[None]) -> None:
        screen = await at_policies(pilot, app)
        assert app.state.policies == 2
        before = app.state.policy_set
        assert outcome_of(app, "Tulips, two for one.") is not Outcome.FLAGGED

        (living.policies_dir / "tulips.toml").write_text(TULIPS)
        await until(pilot, lambda: app.state.policies == 3, "the new policy")
        assert app.state.policy_set == load_owner_policies(living).sha256 != before
        await until(pilot, lambda: "3 policies" in said(app, "#status"), "their number")
        await until(pilot, lambda: len(listed(app)) == 3, "the new policy in the list")
        assert outcome_of(app, "Tulips, three for one.") is Outcome.FLAGGED
        screen.query_one("#policy-list", LineList).choose("tulips")
        (living.policies_dir / "gift-cards.toml").unlink()
        await until(pilot, lambda: len(listed(app)) == 2, "the list without the one that is gone")
        assert screen.query_one("#policy-list", LineList).chosen == "tulips"  # the cursor stays where it was

    drive(app, story)


@pytest.mark.long
def test_a_broken_file_stands_above_everything_until_it_is_mended(living: Settings) -> None:
    app = GuardianApp(living, (), unrecorded_gate, with_journal=False)
    path = living.policies_dir / "gift-cards.toml"
    good = path.read_text()

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.phase is Phase.READY, "the model")
        assert not app.screen.query_one(Banner).display
        path.write_text(good.replace('action = "warn"', 'action = "wanr"'))
        await until(pilot, lambda: app.screen.query_one(Banner).display, "the banner")
        shown = said(app, "#banner").splitlines()
        assert shown[0].startswith("! gift-cards.toml:1:1: warning: its last good version (number 1) stays in force")
        assert shown[1].startswith("! gift-cards.toml:")
        assert 'did you mean "warn"?' in shown[1]
        assert app.state.policies == 2
        assert outcome_of(app, "Please send me gift cards.") is Outcome.FLAGGED  # by the last good version
        await pilot.press("3")
        await until(pilot, lambda: app.current_mode == "policies", "the policies")
        assert app.screen.query_one(Banner).display

        path.write_text(good)
        await until(pilot, lambda: not app.screen.query_one(Banner).display, "the end of the banner")
        assert app.state.policies == 2

    drive(app, story)


def test_a_hostile_file_name_reaches_the_banner_without_markup_and_safe(make_app: Callable[..., GuardianApp]) -> None:
    app = make_app()

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.phase is Phase.READY, "the gate")
        app.state = app.state.with_event(PolicyProblem("[/bold][red]\x1b]52;c;x\x07\u202e.toml:1:1: error: no"))
        await until(pilot, lambda: "[/bold][red]" in said(app, "#banner"), "the words as they are")
        assert_safe_screen(app)

    drive(app, story)


def test_the_banner_is_short_and_says_how_much_it_leaves_out() -> None:
    def lines(*problems: str) -> list[str]:
        return [line.plain for line in banner_words(list(problems))]

    assert lines() == []
    assert lines("a", "b") == ["! a", "! b"]
    assert lines("a", "b", "c", "d") == ["! a", "! b", "! 2 more; press 3 to read them"]


def test_what_is_wrong_now_takes_the_place_of_what_was_wrong() -> None:
    state = HouseState()
    for event in (PolicyProblem("a"), CalibrationProblem("c"), PoliciesChanged("sha256:1", 7, ("b",))):
        state = state.with_event(event)
    assert (state.policies, state.policy_set, state.problems) == (7, "sha256:1", ("b", "c"))
