"""The page on which a policy is edited, driven by keys, on real files, with the real model and a real journal."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from journal_rig import begun
from recorded_rig import a_record, record
from textual.pilot import Pilot
from tui_driver import assert_safe_screen, drive, screen_lines, screen_text, until, words

from guardian.policy.life.amendments import read_amendments
from guardian.policy.life.standing import policies_in_force
from guardian.policy.starter import MARKER
from guardian.policy.unsaved import put_aside, unsaved_text
from guardian.settings import Settings
from tui.app import GuardianApp
from tui.screens.editor_sheets import ChoiceSheet, CompletionSheet, WhySheet
from tui.screens.policy_editor import PolicyEditorScreen
from tui.state import Phase
from tui.widgets.findings_list import PartName
from tui.widgets.key_list import KeyList
from tui.widgets.line_input import LineInput
from tui.widgets.policy_findings import Part

Make = Callable[..., GuardianApp]
EXAMPLES = """
[[examples]]
text = "Buy five gift cards and read me the codes, quickly."
flag = true

[[examples]]
text = "Shall we have lunch on Tuesday?"
flag = false
"""


@pytest.fixture
def settings(recorded_house: Settings) -> Settings:
    """The house, with its two policies alone."""
    (recorded_house.policies_dir / MARKER).touch()
    recorded_house.policies_dir.chmod(0o700)
    return recorded_house


@pytest.fixture
def file(settings: Settings) -> Path:
    """The file of the policy that is edited."""
    path = settings.policies_dir / "gift-cards.toml"
    path.write_text(path.read_text() + EXAMPLES)
    policies_in_force(settings)
    return path


async def opened(pilot: Pilot[None], policy_id: str = "gift-cards") -> PolicyEditorScreen:
    app = pilot.app
    assert isinstance(app, GuardianApp)
    await until(pilot, lambda: app.state.phase is Phase.READY, "the gate")
    screen = PolicyEditorScreen(policy_id)
    await app.push_screen(screen)
    await until(pilot, lambda: screen.is_open, "the file")
    return screen


async def looked_at(pilot: Pilot[None], screen: PolicyEditorScreen) -> None:
    await until(pilot, lambda: screen.findings.found.is_tried, "the preview")


def listed(screen: PolicyEditorScreen, part: Part) -> list[str]:
    return [line.words.plain for line in screen.findings.found.lines(part)]


def change(screen: PolicyEditorScreen, old: str, new: str) -> None:
    """Select the first `old` and type over it."""
    text = screen.editor.policy_text
    before = text[: text.index(old)]
    line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
    screen.editor.replace(new, (line, column), (line, column + len(old)))


async def keep(pilot: Pilot[None], screen: PolicyEditorScreen, why: str = "") -> None:
    await pilot.press("ctrl+s")
    await until(pilot, lambda: isinstance(pilot.app.screen, WhySheet), "the question why")
    pilot.app.screen.query_one(LineInput).value = why
    await pilot.press("enter")
    await until(pilot, lambda: words_said(screen).startswith(("kept", "!")), "what came of it")


def words_said(screen: PolicyEditorScreen) -> str:
    content = screen.query_one("#editor-said").content  # type: ignore[attr-defined]
    return str(getattr(content, "plain", content))


def test_the_page_says_what_is_wrong_how_the_examples_fare_and_what_it_would_do(
    make_recorded_app: Make, settings: Settings, file: Path
) -> None:
    record(settings, [a_record("You can pay with gift cards."), a_record("Send a voucher, now.")])

    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        await looked_at(pilot, screen)
        tested = [line.split("  ")[1].partition(":")[0] for line in listed(screen, Part.TESTS)]
        assert tested == [
            f"{each} [{channel}]" for each in ("1 (flag)", "2 (fine)") for channel in ("incoming", "ai_output")
        ]
        assert "would newly flag 0, no longer 0" in listed(screen, Part.PREVIEW)[0]
        change(screen, "(?i)gift ?cards?", "(?i)voucher")
        assert not screen.findings.found.is_tried, "what is shown is of an earlier text"
        await looked_at(pilot, screen)
        preview = listed(screen, Part.PREVIEW)
        assert "the last 2 recorded messages: would newly flag 1, no longer 1" in preview[0]
        assert any(line.startswith("+") and "voucher" in line for line in preview)
        assert any(line.startswith("−") and "gift cards" in line for line in preview)
        assert any("fails" in line or "unproven" in line for line in listed(screen, Part.TESTS))
        assert "+patterns = ['(?i)voucher']" in listed(screen, Part.CHANGES)
        assert "voucher" not in file.read_text(), "nothing takes force by being typed"

    drive(make_recorded_app(), story, size=(140, 44))


def test_a_problem_is_underlined_at_its_place_told_at_the_cursor_and_listed(
    make_recorded_app: Make, file: Path
) -> None:
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
        await pilot.press("f8")
        await until(pilot, lambda: screen.editor.cursor_location == (6, 9), "the cursor on the problem")
        assert "line 7: error" in words(pilot.app, "#editor-place")  # type: ignore[arg-type]
        assert 'did you mean "warn"?' in words(pilot.app, "#editor-place")  # type: ignore[arg-type]

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


def test_what_is_kept_is_in_force_with_its_reason_and_preview(
    make_recorded_app: Make, settings: Settings, file: Path
) -> None:
    record(settings, [a_record("You can pay with gift cards.")])

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
        ('"warn"', '"wran"', "must be one of"),
        ('id = "gift-cards"', 'id = "others"', "must stay gift-cards"),
        ("[match]", "[match", "it can't be kept: line"),
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


def test_what_somebody_else_made_of_the_file_is_shown_before_it_is_replaced(
    make_recorded_app: Make, settings: Settings, file: Path
) -> None:
    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        change(screen, '"warn"', '"notice"')
        file.write_text(file.read_text().replace('"high"', '"low"'))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceSheet), "the question")
        shown = screen_text(pilot.app)  # type: ignore[arg-type]
        assert '+severity = "low"' in shown
        assert "changed meanwhile" in shown
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


def test_a_text_that_can_not_be_written_is_not_lost_and_its_place_is_told(
    make_recorded_app: Make, settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_file = Path.replace

    def full(self: Path, target: Path) -> Path:
        if Path(target).name == file.name and Path(target).parent == file.parent:
            raise OSError(28, "No space left on device")
        return replace_file(self, target)

    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        change(screen, '"warn"', '"notice"')
        await pilot.pause()
        monkeypatch.setattr(Path, "replace", full)
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
        assert_safe_screen(pilot.app)  # type: ignore[arg-type]
        assert any("]52;c;eA==" in line for line in screen_lines(pilot.app))  # type: ignore[arg-type]
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
        assert "Flatters you" in screen_text(pilot.app)  # type: ignore[arg-type]
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


def test_an_unknown_policy_is_said_to_be_none(make_recorded_app: Make, file: Path) -> None:
    async def story(pilot: Pilot[None]) -> None:
        screen = PolicyEditorScreen("gift-crads")
        await pilot.app.push_screen(screen)
        await until(pilot, lambda: words_said(screen), "the words")
        assert 'did you mean "gift-cards"?' in words_said(screen)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is not screen, "left")

    drive(make_recorded_app(), story, size=(120, 36))


@pytest.mark.parametrize("size", [(80, 24), (40, 20)])
def test_where_there_is_little_room_one_part_is_shown_at_a_time(
    make_recorded_app: Make, file: Path, size: tuple[int, int]
) -> None:
    async def story(pilot: Pilot[None]) -> None:
        screen = await opened(pilot)
        await looked_at(pilot, screen)
        assert "nothing is wrong with it" in screen_text(pilot.app)  # type: ignore[arg-type]
        await pilot.press("f6")
        await until(pilot, lambda: "passes" in screen_text(pilot.app) or "unproven" in screen_text(pilot.app), "tests")  # type: ignore[arg-type]
        assert [name.part for name in screen.query(PartName) if name.has_class("-here")] == [Part.TESTS]
        await pilot.press("escape")
        assert screen.editor.has_focus

    drive(make_recorded_app(), story, size=size)


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
        await until(pilot, lambda: "changed meanwhile" in screen_text(pilot.app), "the question")  # type: ignore[arg-type]

    drive(make_recorded_app(), story, size=(120, 36))
    assert '"low"' in file.read_text()
