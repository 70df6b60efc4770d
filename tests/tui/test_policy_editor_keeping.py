"""What becomes of what was written on the page of a policy: kept, discarded, or there again after a crash."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from editor_rig import Make, change, judged, keep, looked_at, opened, shown, with_examples, words_said
from journal_rig import begun
from recorded_rig import record
from textual.pilot import Pilot
from tui_driver import drive, until

from guardian.assembly import Assembled
from guardian.policy.life.amendments import read_amendments
from guardian.policy.unsaved import put_aside, unsaved_text
from guardian.settings import Settings
from tui.screens.editor_sheets import ChoiceSheet
from tui.screens.policy_editor import PolicyEditorScreen


@pytest.fixture
def settings(recorded_house: Settings) -> Settings:
    """A house of the test's own."""
    return recorded_house


@pytest.fixture
def file(settings: Settings) -> Path:
    """The file of the policy that is edited."""
    return with_examples(settings)


@pytest.mark.long
def test_what_is_kept_is_in_force_with_its_reason_and_preview(
    make_recorded_app: Make, settings: Settings, parts: Assembled, file: Path
) -> None:
    record(settings, [judged(parts, "You can pay with gift cards.")])

    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        change(screen, '"warn"', '"notice"')
        await looked_at(pilot, screen)
        await keep(pilot, screen, "a notice will do")
        assert "kept; gift-cards: in force" in words_said(screen)
        assert not screen.is_changed

    drive(make_recorded_app(), story, size=(120, 36))
    assert 'action = "notice"' in file.read_text()
    assert unsaved_text(settings, "gift-cards") is None
    with begun(settings) as journal:
        latest = read_amendments(journal, "gift-cards")[-1]
    assert (latest.n, latest.how, latest.why) == (2, "amended", "a notice will do")
    assert latest.preview is not None
    assert latest.preview["messages"] == 1


@pytest.mark.slow
def test_without_a_reason_it_counts_and_is_asked_for_later(
    make_recorded_app: Make, settings: Settings, file: Path
) -> None:
    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        change(screen, '"warn"', '"notice"')
        await keep(pilot, screen)

    drive(make_recorded_app(), story)
    with begun(settings) as journal:
        latest = read_amendments(journal, "gift-cards")[-1]
    assert (latest.how, latest.why) == ("edited", "")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param('"warn"', '"wran"', "must be one of", marks=pytest.mark.slow),
        ('id = "gift-cards"', 'id = "others"', "must stay gift-cards"),
        pytest.param("[match]", "[match", "it can't be kept: line", marks=pytest.mark.slow),
    ],
)
def test_what_is_no_policy_of_that_id_can_not_be_kept(
    make_recorded_app: Make, file: Path, old: str, new: str, said: str
) -> None:
    before = file.read_text()

    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        change(screen, old, new)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: words_said(screen).startswith("!"), "the refusal")
        assert said in words_said(screen)
        assert screen.is_changed

    drive(make_recorded_app(), story, size=(120, 36))
    assert file.read_text() == before


def test_a_text_that_can_not_be_written_is_not_lost_and_its_place_is_told(
    make_recorded_app: Make, settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def full(source: Path, target: Path) -> None:
        if Path(target).name == file.name and Path(target).parent == file.parent:
            raise OSError(28, "No space left on device")
        replace(source, target)

    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        change(screen, '"warn"', '"notice"')
        await pilot.pause()
        monkeypatch.setattr(os, "replace", full)
        await keep(pilot, screen, "softer")
        assert "no space left on device; what you wrote is still here, and in" in words_said(screen)
        assert 'action = "notice"' in screen.editor.policy_text

    drive(make_recorded_app(), story, size=(200, 36))
    unsaved = unsaved_text(settings, "gift-cards")
    assert unsaved is not None
    assert 'action = "notice"' in unsaved.text
    assert oct(unsaved.path.stat().st_mode)[-3:] == "600"
    assert 'action = "warn"' in file.read_text()


def test_leaving_with_something_to_keep_asks_first(make_recorded_app: Make, settings: Settings, file: Path) -> None:
    before = file.read_text()

    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        change(screen, '"warn"', '"notice"')
        await until(pilot, lambda: unsaved_text(settings, "gift-cards") is not None, "the private copy")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceSheet), "the question")
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen, "the text again")
        assert 'action = "notice"' in screen.editor.policy_text
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceSheet), "the question again")
        await pilot.press("j", "enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, PolicyEditorScreen | ChoiceSheet), "left")
        await until(pilot, lambda: unsaved_text(settings, "gift-cards") is None, "the private copy gone")

    drive(make_recorded_app(), story)
    assert file.read_text() == before


def test_without_changes_escape_leaves_at_once(make_recorded_app: Make, file: Path) -> None:
    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is not screen, "left")

    drive(make_recorded_app(), story)


def test_what_was_being_written_when_the_app_ended_is_offered_again(
    make_recorded_app: Make, settings: Settings, file: Path
) -> None:
    async def crash(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        change(screen, '"warn"', '"notice"')
        await until(pilot, lambda: unsaved_text(settings, "gift-cards") is not None, "the private copy")

    drive(make_recorded_app(), crash)

    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceSheet), "the offer")
        await pilot.press("enter")
        await until(pilot, lambda: screen.is_changed, "the text")
        assert 'action = "notice"' in screen.editor.policy_text

    drive(make_recorded_app(), story)


def test_a_broken_policy_can_be_opened_and_mended(make_recorded_app: Make, settings: Settings, file: Path) -> None:
    good = file.read_text()
    file.write_text(good.replace('"warn"', '"wran"'))

    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        await until(pilot, lambda: screen.findings.found.problems, "the problem")
        change(screen, '"wran"', '"hold"')
        await keep(pilot, screen, "mended")
        assert "in force" in words_said(screen)

    drive(make_recorded_app(), story, size=(120, 36))
    assert 'action = "hold"' in file.read_text()


@pytest.mark.slow
def test_a_text_kept_aside_is_told_from_the_file_that_changed_since(
    make_recorded_app: Make, settings: Settings, file: Path
) -> None:
    text = file.read_text()
    put_aside(settings, "gift-cards", text, text.replace('"warn"', '"notice"'))
    file.write_text(text.replace('"high"', '"low"'))
    os.utime(file)

    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceSheet), "the offer")
        await pilot.press("enter")
        await until(pilot, lambda: screen.is_changed, "the text")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "changed meanwhile" in shown(pilot), "the question")

    drive(make_recorded_app(), story, size=(120, 36))
    assert '"low"' in file.read_text()
