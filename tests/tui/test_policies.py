"""The Policies screen: every policy with its state, what needs its owner, and changes that show first what they do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from policies_rig import (
    OVERDUE,
    TODAY,
    TULIPS,
    UNTIL,
    a_hit,
    amendments,
    at_policies,
    listed,
    own_policies_only,
    said,
    say,
    write_policy,
)
from recorded_rig import record
from test_hostile import HOSTILE
from textual.pilot import Pilot
from textual.widgets import Input
from tui_driver import assert_safe_screen, drive, screen_text, until

from guardian.journal.feedback import Says
from guardian.policy.base import Status
from guardian.policy.life.standing import policies_in_force
from guardian.policy.load import load_policy_file
from guardian.settings import Settings
from tui.app import GuardianApp
from tui.screens.policies import PoliciesScreen
from tui.screens.policy_new import NewPolicySheet
from tui.screens.policy_sheets import ChangeSheet, ReasonSheet
from tui.widgets.editor import Editor
from tui.widgets.line_list import LineList
from tui.widgets.policy_hits import HitList

Make = Callable[..., GuardianApp]


@pytest.fixture
def garden(recorded_house: Settings) -> Settings:
    """A house with three policies of its owner's, and no starter policies."""
    write_policy(own_policies_only(recorded_house), TULIPS)
    return recorded_house


def policy_at(path: Path) -> Status:
    policy = load_policy_file(path).policy
    assert policy is not None
    return policy.status


def test_the_list_says_how_each_stands_and_puts_first_what_needs_the_owner(
    garden: Settings, make_recorded_app: Make
) -> None:
    hits = record(garden, [a_hit("small-print"), a_hit("small-print"), a_hit("gift-cards")])  # type: ignore[list-item]
    say(garden, hits[:1], Says.RIGHT)
    write_policy(garden, "id = 7\n", "torn.toml")
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await at_policies(pilot, app)
        await until(pilot, lambda: "1 / 0" in "\n".join(listed(app)), "the track record")
        rows = listed(app)
        assert [row.split()[0] for row in rows] == ["x", "●", "●", "●"]
        assert rows[0].startswith("x broken    torn.toml")
        assert "Tulips [review due, muted in part]" in rows[1]
        assert "overdue" in rows[1]
        assert "Small print" in rows[2]
        assert " 2 " in rows[2]
        assert "1 / 0" in rows[2]
        assert "Gift cards" in rows[3]
        assert " 1 " in rows[3]
        assert rows[3].endswith("you")
        needs = said(app, "#policy-needs")
        assert "torn: broken, enter mends it" in needs
        assert "tulips: review overdue, v" in needs
        assert "Its file can't be used:\n  line 1:" in said(app, "#policy-words")

    drive(app, story, size=(160, 48))


def test_a_policy_is_shown_in_full_and_its_hits_lead_to_the_messages(garden: Settings, make_recorded_app: Make) -> None:
    (seq,) = record(garden, [a_hit("tulips", "Tulips, two for one.")])  # type: ignore[list-item]
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await at_policies(pilot, app)
        await until(pilot, lambda: seq in app.book, "the alert")
        words = said(app, "#policy-words")
        for part in (
            "I buy no tulips.",
            "warns you",
            "pattern: (?i)tulips",
            "matched once in the last 30 days",
            f"1  this policy from gardener@x.example until {UNTIL}: he always writes of them",
            "1. status: active, so it looks",
            f"be read again by {OVERDUE}",
        ):
            assert part in words
        hits = app.screen.query_one(HitList)
        assert hits.chosen == str(seq)
        hits.focus()
        await pilot.press("enter")
        await until(pilot, lambda: type(app.screen).__name__ == "MessageScreen", "the message's page")

    drive(app, story, size=(160, 48))


@pytest.mark.long
def test_a_status_is_changed_on_a_sheet_that_shows_what_comes_of_it(garden: Settings, make_recorded_app: Make) -> None:
    path = garden.policies_dir / "tulips.toml"
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await at_policies(pilot, app)
        await pilot.press("space")
        await until(pilot, lambda: isinstance(app.screen, ChangeSheet), "the sheet")
        await until(pilot, lambda: 'status = "test"' in said(app, "#foreseen"), "what would change")
        assert "on trial" in said(app, "#foreseen")
        assert "It takes force at once." in said(app, "#foreseen")
        await pilot.press("escape")
        assert policy_at(path) is Status.ACTIVE
        await pilot.press("space")
        await until(pilot, lambda: isinstance(app.screen, ChangeSheet), "the sheet again")
        await pilot.press("enter")
        assert isinstance(app.screen, ChangeSheet)  # the first enter leads to the reason, and does nothing yet
        await pilot.press(*"often wrong", "enter")
        await until(pilot, lambda: isinstance(app.screen, PoliciesScreen), "the end of the sheet")
        await until(pilot, lambda: "◐ on trial" in "\n".join(listed(app)), "the new state in the list")

    drive(app, story, size=(120, 36))
    assert policy_at(path) is Status.TEST
    latest = amendments(garden, "tulips")[-1]
    assert (latest.why, latest.how) == ("often wrong", "amended")


@pytest.mark.long
def test_a_mute_is_taken_out_and_a_review_is_put_off(garden: Settings, make_recorded_app: Make) -> None:
    path = garden.policies_dir / "tulips.toml"
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        screen = await at_policies(pilot, app)
        for key, is_done in (("x", lambda each: not each.mutes), ("v", lambda each: not each.is_overdue)):
            await pilot.press(key)
            await until(pilot, lambda: isinstance(app.screen, ChangeSheet), "the sheet")
            if key == "v":
                await pilot.press("enter")
            await until(pilot, lambda: app.screen.query_one("#why").has_focus, "the line for the reason")
            await pilot.press("enter")
            await until(pilot, lambda done=is_done: done(screen.chosen()), f"what {key} does")  # type: ignore[misc]

    drive(app, story, size=(120, 36))
    policy = load_policy_file(path).policy
    assert policy is not None
    assert not policy.mutes
    assert policy.review_by is not None
    assert policy.review_by > TODAY


@pytest.mark.long
def test_a_change_made_in_the_file_is_followed_and_its_reason_is_asked(
    garden: Settings, make_recorded_app: Make
) -> None:
    record(garden, [a_hit("tulips")])  # type: ignore[list-item]
    policies_in_force(garden)
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await at_policies(pilot, app)
        write_policy(garden, TULIPS.replace('action = "warn"', 'action = "notice"'))
        await until(pilot, lambda: "why?" in "\n".join(listed(app)), "the change")
        assert "tulips: changed, and you gave no reason, a asks" in said(app, "#policy-needs")
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, ReasonSheet), "the question")
        assert '+action = "notice"' in screen_text(app)
        await pilot.press(*"too loud", "enter")
        await until(pilot, lambda: "why?" not in "\n".join(listed(app)), "the end of the question")

    drive(app, story, size=(120, 36))
    assert amendments(garden, "tulips")[-1].why == "too loud"


@pytest.mark.long
def test_a_new_policy_begins_on_trial_and_opens_in_the_editor(garden: Settings, make_recorded_app: Make) -> None:
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await at_policies(pilot, app)
        await pilot.press("plus")
        await until(pilot, lambda: isinstance(app.screen, NewPolicySheet), "the sheet")
        await pilot.press(*"Roses are sold", "enter")
        assert isinstance(app.screen, NewPolicySheet)  # an example is missing
        app.screen.query_one("#new-flag", Editor).load_text("Roses, red and cheap, today only.")
        app.screen.query_one("#new-why").focus()
        await pilot.press("enter")
        await until(pilot, lambda: type(app.screen).__name__ == "PolicyEditorScreen", "the editor")

    drive(app, story, size=(120, 36))
    made = load_policy_file(garden.policies_dir / "roses-are-sold.toml").policy
    assert made is not None
    assert made.status is Status.TEST
    assert [(each.text, each.flag) for each in made.examples] == [("Roses, red and cheap, today only.", True)]


def test_a_policy_is_opened_from_anywhere(garden: Settings, make_recorded_app: Make) -> None:
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        app.open_policy("small-print")
        await until(pilot, lambda: type(app.screen).__name__ == "PolicyEditorScreen", "the editor")
        assert app.current_mode == "policies"
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, PoliciesScreen), "the list")
        assert app.screen.query_one("#policy-list", LineList).chosen == "small-print"

    drive(app, story, size=(120, 36))


@pytest.mark.long
def test_a_filter_keeps_what_has_the_words_and_escape_shows_all(garden: Settings, make_recorded_app: Make) -> None:
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await at_policies(pilot, app)
        await pilot.press("slash", *"muted tul")
        await until(pilot, lambda: len(listed(app)) == 1, "the one that is muted")
        app.screen.query_one("#policy-filter", Input).value = "nothing of the kind"
        await until(pilot, lambda: not listed(app), "none")
        assert "no policy has these words; esc shows all" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: len(listed(app)) == 3, "all")

    drive(app, story)


def test_without_a_journal_what_is_not_known_is_a_dash(garden: Settings, make_recorded_app: Make) -> None:
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await at_policies(pilot, app)
        if garden.paths.journal_file.exists():  # settling began one
            return
        assert all(" - " in row for row in listed(app))
        assert "not known" in said(app, "#policy-words")

    drive(app, story)


@pytest.mark.long
@pytest.mark.parametrize("size", [(160, 48), (80, 24), (40, 20)])
def test_hostile_titles_reasons_and_file_names_are_shown_as_visible_escapes(
    garden: Settings, make_recorded_app: Make, size: tuple[int, int]
) -> None:
    import tomlkit

    for number, (text, _) in enumerate(HOSTILE):
        document = tomlkit.parse(TULIPS.replace('id = "tulips"', f'id = "hostile-{number}"'))
        line = "".join(char for char in text if char.isprintable() or char in "\u202e\u2066\U000e0041")[:100] or "x"
        document["title"], document["why"], document["prose"] = line, text[:1900] + "x", text[:1900]
        write_policy(garden, document.as_string(), f"hostile-{number}.toml")
    write_policy(garden, "id = \x1b]52;c;eA==\x07\n", "[red]\u202e\x1b]8;;x[bold].toml")
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await at_policies(pilot, app)
        for _ in range(len(listed(app))):
            assert_safe_screen(app)
            await pilot.press("j")
        await pilot.press("space")
        await until(pilot, lambda: isinstance(app.screen, ChangeSheet), "the sheet")
        await pilot.pause(0.2)
        assert_safe_screen(app)

    drive(app, story, size=size)
