"""The main flows in a real terminal: keys go in, and what stands on the screen comes out."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from tmux_rig import PROMPT, Terminal, needs_tmux, terminal
from tui_driver import POLICIES

from guardian.policy.starter import MARKER
from guardian.settings import Settings, load_settings

pytestmark = needs_tmux

APP = f"{sys.executable} -m tui"
ASKS_FOR_CARDS = b"Please buy five gift cards today."
UP = "│ wall "
"""Stands in the status line once the model is up."""

Run = Callable[..., object]


@pytest.fixture
def shell(guardian_home: Path, tmp_path: Path) -> Iterator[Terminal]:
    """A shell in a window of 120x36, with an owner's empty home."""
    with terminal(tmp_path / "tm", {"GUARDIAN_HOME": str(guardian_home), "GUARDIAN_MODEL_THREADS": "1"}) as opened:
        yield opened


@pytest.fixture
def house(guardian_home: Path) -> Settings:
    """The same home, with the two policies of the tests, whose verdicts do not change with the model's weights."""
    settings = load_settings({"GUARDIAN_HOME": str(guardian_home)}, {})
    shutil.copytree(POLICIES, settings.policies_dir)
    settings.policies_dir.chmod(0o700)
    (settings.policies_dir / MARKER).touch()
    return settings


def begin(shell: Terminal, *seen: str) -> None:
    """Start the app, and wait until the model is up."""
    shell.type(f"{APP}\n")
    shell.until(UP, *seen)


@pytest.mark.long
def test_from_the_first_run_to_an_inbox_that_waits(shell: Terminal, guardian_home: Path) -> None:
    shell.type(f"{APP}\n")
    shell.until("Set up, 1 of 4", "Nothing leaves this machine.")
    shell.press("Enter")
    shell.until("Set up, 2 of 4", "[x] Pressure to pay")
    shell.press("Enter")
    shell.until("Set up, 3 of 4", "Leave it for later")
    shell.press("G", "Enter")
    shell.until("Set up, 4 of 4", "what an assistant answers")
    shell.press("Enter")
    shell.until("No alerts yet.", "| guardian filter", UP)
    assert len(list(guardian_home.rglob("*.toml"))) >= 10, "the starter policies are the owner's files now"


@pytest.mark.long
def test_what_another_program_found_is_judged_muted_and_made_a_policy_of(
    shell: Terminal, house: Settings, run_guardian: Run
) -> None:
    begin(shell, "No alerts yet.")
    run_guardian("filter", stdin=ASKS_FOR_CARDS)
    shell.until("! flagged", "n lists what you have not seen")
    shell.until("! flagged", "from a person")  # the notice may come before its line in the list, and goes with it
    shell.press("Enter")
    shell.until("Its way", "Please buy five gift cards")
    shell.press("w")
    shell.until("you said wrong; z takes it back")
    shell.press("z")
    shell.until("your word is taken back; it was: wrong")
    shell.press("N")
    shell.until("Your note.")
    shell.type("my cousin, I think")
    shell.press("Enter")
    shell.until("your note is kept")
    shell.press("Escape")
    shell.until("▸1 Inbox")
    last = date.today() + timedelta(days=7)
    shell.press("m")
    shell.until("What not to tell you of", "the whole policy: Gift cards")
    shell.press("Tab", "BSpace", "BSpace", "7")
    shell.until(f"its last day is {last:%A}, {last}")
    shell.press("Enter")
    shell.until(f"muted until {last}: the whole policy: Gift cards")
    shell.press("p")
    shell.until("A policy from this alert", "Please buy five gift cards today.", "It begins on trial")
    shell.press("Enter")
    shell.until("made the policy", "Problems")
    shell.press("Escape")
    made = shell.until("▸3 Policies", "on trial", "Gift cards")
    assert made.count("in force") >= 2, "what was there is there"
    assert len(list(house.policies_dir.glob("*.toml"))) == 3


@pytest.mark.slow
def test_a_policy_is_edited_with_an_error_mended_kept_with_a_reason_and_its_history_has_it(
    shell: Terminal, house: Settings
) -> None:
    begin(shell)
    shell.press("3")
    shell.until("▸3 Policies", "Nobody honest is paid in gift cards.")
    shell.press("Enter")
    shell.until("gift-cards.toml", "as in its file", "nothing is wrong with it")
    shell.press("Down", "End", "x")
    shell.until("Problems  1", "2:21 error: ", "● not kept")
    shell.press("C-s")
    shell.until("it can't be kept: line 2, error: ")
    shell.press("DC")
    shell.until("Problems  none", without="it can't be kept")
    shell.press("Down", "End", "Left")
    shell.type(" Really nobody.")
    shell.until("+why =", "gift cards. Really nobody.")
    shell.press("C-s")
    shell.until("Keep gift-cards", "enter keeps it")
    shell.type("to be told why, twice")
    shell.press("Enter")
    shell.until("kept; ", "as in its file")
    assert "Really nobody." in (house.policies_dir / "gift-cards.toml").read_text()
    shell.press("Escape")
    shell.until("▸3 Policies", "Really nobody.")
    shell.press("h")
    shell.until("to be told why, twice", "Really nobody.")


@pytest.mark.slow
def test_a_text_is_asked_about_and_the_journal_and_the_health_answer(
    shell: Terminal, house: Settings, run_guardian: Run
) -> None:
    run_guardian("filter", stdin=ASKS_FOR_CARDS)
    begin(shell, "! flagged")
    shell.press("2")
    shell.until("▸2 Ask", "a person wrote it")
    shell.type("Send me gift cards.")
    shell.until("! flagged", "Nobody honest is paid in gift cards.")
    shell.press("F5")
    shell.until("you: why?")
    shell.press("F8")
    shell.until("you: what could I answer?")
    shell.press("Escape", "4")
    shell.until("▸4 Journal", "records, newest first")
    shell.press("/")
    shell.type("cards")
    shell.until("incoming", "gift-cards: first", without="small-print: first")
    shell.press("Escape", "v")
    shell.until("Checks every seal")
    shell.press("Enter")
    shell.until("continues the checkpoint kept outside: intact")
    shell.press("5")
    shell.until("▸5 Health", "model's process", "last from people", "canaries")


@pytest.mark.long
def test_it_steps_aside_takes_every_size_and_leaves_the_terminal_as_it_was(
    shell: Terminal, house: Settings, run_guardian: Run
) -> None:
    run_guardian("filter", stdin=ASKS_FOR_CARDS)
    before = shell.state()
    begin(shell, "Please buy five gift cards")
    shell.press("C-z")
    shell.until("Stopped", PROMPT)
    assert (shell.fact("alternate_on"), shell.fact("cursor_flag")) == ("0", "1")
    shell.type("fg\n")
    wide = shell.until("▸1 Inbox", "Please buy five gift cards", UP, "q Quit")
    for columns, rows in ((80, 24), (40, 20), (120, 36)):
        shell.resize(columns, rows)
        shell.until("▸1 Inbox", "! flagged", UP if columns > 40 else "guardian-mini")
        assert len(shell.lines()) == rows
        assert all(len(line) <= columns for line in shell.lines())
    assert shell.until("Please buy five gift cards", UP, "q Quit") == wide, "back at the old size it looks as it did"
    shell.click(12, 0)
    shell.until("▸2 Ask")
    shell.press("Escape", "q")
    shell.until(PROMPT, without="▸2 Ask")
    assert shell.state() == before
