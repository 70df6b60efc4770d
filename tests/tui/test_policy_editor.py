"""The page on which a policy is edited, driven by keys, on real files, with the real model and a real journal."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from editor_rig import Make, change, judged, listed, looked_at, opened, shown, with_examples, words_of, words_said
from journal_rig import begun
from recorded_rig import record
from textual.pilot import Pilot
from tui_driver import assert_safe_screen, drive, until

from guardian.assembly import Assembled
from guardian.policy.life.amendments import read_amendments
from guardian.settings import Settings
from tui.app import GuardianApp
from tui.screens.editor_sheets import ChoiceSheet, CompletionSheet, WhySheet
from tui.screens.policy_editor import PolicyEditorScreen
from tui.widgets.findings_list import PartName
from tui.widgets.key_list import KeyList
from tui.widgets.policy_findings import Part


@pytest.fixture
def settings(recorded_house: Settings) -> Settings:
    """A house of the test's own."""
    return recorded_house


@pytest.fixture
def file(settings: Settings) -> Path:
    """The file of the policy that is edited."""
    return with_examples(settings)


@pytest.mark.long
def test_the_page_says_what_is_wrong_how_the_examples_fare_and_what_it_would_do(
    make_recorded_app: Make, settings: Settings, parts: Assembled, file: Path
) -> None:
    record(settings, [judged(parts, "You can pay with gift cards."), judged(parts, "Send a voucher, now.")])

    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        await looked_at(pilot, screen)
        tested = [line.split()[:4] for line in listed(screen, Part.TESTS)]
        channels = ("[incoming]", "[ai_output]")
        assert tested == [["✓", *each, on] for each in (("1", "flag"), ("2", "fine")) for on in channels]
        assert "would newly flag 0, no longer 0" in listed(screen, Part.PREVIEW)[0]
        change(screen, "(?i)gift ?cards?", "(?i)voucher")
        await until(pilot, lambda: not screen.findings.found.is_tried, "that what is shown is late")
        await looked_at(pilot, screen)
        preview = listed(screen, Part.PREVIEW)
        assert "the last 2 recorded messages: would newly flag 1, no longer 1" in preview[0]
        assert any(line.startswith("+") and "voucher" in line for line in preview)
        assert any(line.startswith("−") and "gift cards" in line for line in preview)
        assert any("fails" in line or "unproven" in line for line in listed(screen, Part.TESTS))
        assert "+patterns = ['(?i)voucher']" in listed(screen, Part.CHANGES)
        assert "voucher" not in file.read_text(), "nothing takes force by being typed"

    drive(make_recorded_app(), story, size=(140, 44))


@pytest.mark.long
def test_a_problem_is_underlined_at_its_place_and_told_at_the_cursor(make_recorded_app: Make, file: Path) -> None:
    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        change(screen, '"warn"', '"wran"')
        await until(pilot, lambda: screen.findings.found.problems, "the problem")
        await pilot.pause()
        (listed_as,) = [line for line in listed(screen, Part.PROBLEMS) if "action" in line]
        assert listed_as.startswith('7:10 error: "action" must be one of log, notice, warn, hold')
        strip = screen.editor.render_line(6)
        underlined = "".join(each.text for each in strip if each.style is not None and each.style.underline)
        assert underlined == '"wran"'
        screen.editor.move_cursor((0, 0))
        await pilot.pause()
        assert words_of(screen, "#editor-place") == "line 1, column 1"
        await pilot.hover(screen.editor, offset=(screen.editor.gutter_width + 11, 6))
        await until(pilot, lambda: "line 7: error" in words_of(screen, "#editor-place"), "what the mouse is over")
        await pilot.hover(screen.editor, offset=(screen.editor.gutter_width + 1, 1))
        await until(pilot, lambda: "error" not in words_of(screen, "#editor-place"), "that it is not any more")
        await pilot.press("f8")
        await until(pilot, lambda: screen.editor.cursor_location == (6, 9), "the cursor on the problem")
        assert "line 7: error" in words_of(screen, "#editor-place")
        assert 'did you mean "warn"?' in words_of(screen, "#editor-place")

    drive(make_recorded_app(), story, size=(120, 36))


def test_enter_on_a_problem_goes_to_its_place(make_recorded_app: Make, file: Path) -> None:
    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        change(screen, '"high"', '"hihg"')
        await until(pilot, lambda: screen.findings.found.problems, "the problem")
        screen.editor.move_cursor((0, 0))
        await pilot.press("tab")
        listing = screen.query_one(KeyList)
        assert listing.has_focus
        listing.highlighted = 1
        await pilot.press("enter")
        await until(pilot, lambda: screen.editor.cursor_location == (5, 11), "the place")
        assert screen.editor.has_focus

    drive(make_recorded_app(), story, size=(120, 36))


@pytest.mark.long
def test_what_somebody_else_made_of_the_file_is_shown_before_it_is_replaced(
    make_recorded_app: Make, settings: Settings, file: Path
) -> None:
    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        change(screen, '"warn"', '"notice"')
        file.write_text(file.read_text().replace('"high"', '"low"'))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceSheet), "the question")
        page = shown(pilot)
        assert '+severity = "low"' in page
        assert "changed meanwhile" in page
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen, "the text")
        assert '"low"' in file.read_text()
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceSheet), "the question again")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WhySheet), "the question why")
        await pilot.press("enter")
        await until(pilot, lambda: words_said(screen).startswith("kept"), "kept")

    drive(make_recorded_app(), story, size=(120, 36))
    assert 'severity = "high"' in file.read_text()
    with begun(settings) as journal:
        texts = [each.version.text for each in read_amendments(journal, "gift-cards")]
    assert 'severity = "low"' in texts[-2], "what they wrote stands in the history"


def test_a_file_with_dangerous_characters_is_drawn_safely_and_stays_as_it_is(
    make_recorded_app: Make, settings: Settings, file: Path
) -> None:
    """Each of these stood for a line end, or a command, somewhere: ECMA-48, UAX 9, and `str.splitlines`."""
    hostile = "\n# \x1b]52;c;eA==\x07 \x9b31m \u202e\u2066 \u2028 \u2029 \x85 \x0b \x0c \x1c \U000e0041 \r end\n"
    hostile += "# [/b] [@click=app.quit]x\n"
    file.write_bytes(file.read_bytes() + hostile.encode())
    text = file.read_bytes().decode()

    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        assert screen.editor.policy_text == text
        screen.editor.move_cursor(screen.editor.document.end)
        await until(pilot, lambda: screen.findings.found.problems, "what is wrong with it")
        assert_safe_screen(cast(GuardianApp, pilot.app))
        assert "]52;c;eA==" in shown(pilot)
        screen.editor.insert("#\x1b\u2028")
        assert screen.editor.policy_text == text + "#\x1b\u2028"
        assert screen.editor.document.line_count == text.count("\n") + 1
        await pilot.press("ctrl+z")
        assert screen.editor.policy_text == text

    drive(make_recorded_app(), story, size=(140, 36))


def test_completion_writes_a_key_or_a_tactic(make_recorded_app: Make, file: Path) -> None:
    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        text = screen.editor.policy_text
        screen.editor.move_cursor((text[: text.index("patterns")].count("\n"), 0))
        screen.editor.insert("tactics = [fla]\n")
        screen.editor.move_cursor((screen.editor.cursor_location[0] - 1, len("tactics = [fla")))
        await pilot.press("ctrl+@")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompletionSheet), "what can stand here")
        assert "Flatters you" in shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: 'tactics = ["flattery"]' in screen.editor.policy_text, "the tactic")

    drive(make_recorded_app(), story, size=(120, 36))


def test_a_terminal_that_can_not_be_lent_says_so(
    make_recorded_app: Make, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "true")

    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        await pilot.press("ctrl+e")
        await until(pilot, lambda: words_said(screen), "the words")
        assert "can't be lent" in words_said(screen)

    drive(make_recorded_app(), story, size=(120, 36))


def test_an_unknown_policy_is_said_to_be_none(make_recorded_app: Make, file: Path) -> None:
    async def story(pilot: Pilot[None]) -> None:
        screen = PolicyEditorScreen("gift-crads")
        await pilot.app.push_screen(screen)
        await until(pilot, lambda: words_said(screen), "the words")
        assert 'did you mean "gift-cards"?' in words_said(screen)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is not screen, "left")

    drive(make_recorded_app(), story, size=(120, 36))


@pytest.mark.long
@pytest.mark.parametrize("size", [pytest.param((80, 24), marks=pytest.mark.slow), (40, 20)])
def test_where_there_is_little_room_one_part_is_shown_at_a_time(
    make_recorded_app: Make, file: Path, size: tuple[int, int]
) -> None:
    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        await looked_at(pilot, screen)
        assert "nothing is wrong with it" in shown(pilot)
        await pilot.press("f6", "f6")
        await until(pilot, lambda: "✓ 1 flag" in shown(pilot), "the tests")
        assert [name.part for name in screen.query(PartName) if name.has_class("-here")] == [Part.TESTS]
        await pilot.press("escape")
        assert screen.editor.has_focus

    drive(make_recorded_app(), story, size=size)
