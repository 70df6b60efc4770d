"""What messages may hold: none of it crashes the app, is read as markup, or reaches a widget raw."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static
from tui_driver import assert_safe_screen, drive, rows, until, words, write_inbox

from guardian.gate import Gate
from guardian.message import Message
from guardian.safe_text import safe_text
from tui.app import GuardianApp
from tui.keys import KEY_GROUPS
from tui.messages import InboxScreened
from tui.state import Phase

BLNS = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "blns.json"

HOSTILE = (
    ("\x1b]52;c;Z3VhcmRpYW4=\x07", "OSC 52 writes the clipboard (xterm control sequences)"),
    ("\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\", "OSC 8 is a link that hides where it goes"),
    ("\x1b]0;title\x07", "OSC 0 sets the window title"),
    ("\x1b[2J\x1b[1;1H", "CSI clears the screen"),
    ("\x1bP+q544e\x1b\\", "DCS asks the terminal to type something back"),
    ("\x1b[6n", "asks for the cursor's place, which arrives as typed text"),
    ("\x1b]52;c;", "never ends"),
    ("\x9b31m \x9d0;t\x9c \x90", "the same in C1, one character each"),
    ("\u202egpj.exe \u2066a\u2069 \u200f", "bidi controls turn the order of letters (CVE-2021-42574)"),
    ("\U000e0041\U000e0042\U000e007f", "tag characters carry text that nobody sees"),
    ("[/bold][red]x[@click=app.quit]y[/]", "Textual's markup; a lone closing tag ended an app (traps.md 8)"),
    ("[[[[[]]]]] \\[ [link=file:///etc]", "more of it"),
    ("\u2028line\u2029paragraph", "separators that some terminals break lines at"),
    ("\r\r\rovertyped\b\b\b", "carriage returns and backspaces draw over what stands there"),
    ("null\x00null", "NUL"),
    ("".join(map(chr, range(32))), "every C0 control"),
    ("".join(map(chr, range(0x7F, 0xA0))), "DEL and every C1 control"),
    ("\t" * 50 + "tabs", "width"),
    ("é" + "\u0301" * 500, "a letter with 500 marks"),
    ("👨‍👩‍👧‍👦 ﷽ ﷽", "wide and joined"),
    ("a" * 5000, "no place to wrap"),
)


@pytest.mark.long
@pytest.mark.parametrize("part", [0, 1, 2])
def test_hostile_messages_are_shown_as_visible_escapes(
    make_app: Callable[..., GuardianApp], gate: Gate, part: int
) -> None:
    app = make_app()
    texts = [text for text, _ in HOSTILE][part::3]
    screened = [gate.screen(Message(text.encode(), id=text, source=text, sender=text)) for text in texts]
    screened += [gate.screen(Message(f"gift cards {text}".encode(), id=text, sender=text)) for text in texts[:3]]

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.state.phase is Phase.READY, "the gate")
        for each in screened:
            app.post_message(InboxScreened(each))
        await until(pilot, lambda: len(rows(app)) == len(screened), "all of them in the list")
        await pilot.press("g")
        for _ in screened:
            await until(pilot, lambda: words(app, "#text > Static"), "the text")
            assert_safe_screen(app)
            for held in every_word(app):
                assert safe_text(held) == held
            await pilot.press("j")

    drive(app, story)


def every_word(app: GuardianApp) -> list[str]:
    """All that the widgets hold, drawn or not."""
    held = [getattr(each.content, "plain", str(each.content)) for each in app.screen.query(Static)]
    return held + rows(app)


@pytest.mark.long
def test_the_big_list_of_naughty_strings_is_shown_safe(make_app: Callable[..., GuardianApp], tmp_path: Path) -> None:
    if not BLNS.exists():
        pytest.skip("../shared/corpora/blns.json is not here")
    strings = json.loads(BLNS.read_text())
    raw = "\n".join(strings).encode("utf-8", "surrogatepass")
    app = make_app(write_inbox(tmp_path / "inbox", [("naughty.txt", raw)]))

    async def story(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: rows(app), "the message")
        await pilot.press("enter")
        for _ in range(40):
            await pilot.press("pagedown")
            assert_safe_screen(app)

    drive(app, story)


def test_a_policys_own_words_are_no_markup() -> None:
    """What every binding says goes through the footer, the help and the palette, which parse nothing."""
    for group in KEY_GROUPS:
        for binding in group.bindings:
            assert safe_text(binding.tooltip + binding.description) == binding.tooltip + binding.description
            assert "[" not in binding.tooltip + binding.description
