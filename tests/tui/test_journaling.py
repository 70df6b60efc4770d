"""The app and the journal: what it records, what it does not, and how it says that something was not recorded."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_bridge import Post
from tui_driver import LONGEST_WAIT_S, write_inbox

from guardian.journal.opening import open_journal
from guardian.journal.record import Kind, Record
from guardian.message import Channel
from guardian.policy.life.standing import policies_in_force
from guardian.settings import Settings, load_settings
from tui.bridge import Bridge
from tui.messages import Answered, GateOpened, InboxScreened, JournalFound, ReasonsWanted, TextGiven
from tui.opening import recorded_gate, unrecorded_gate

PHISH = (
    "Your account was locked. To unlock it, reply with your password and the code that we have just sent you "
    "within 30 minutes. Do not tell anyone, not even the bank.\n"
)

RECORDED = recorded_gate(lambda _prompt: None)


@pytest.fixture
def house(tmp_path: Path) -> Settings:
    """A home of this test's own: the shared one may have a journal already."""
    return load_settings({"GUARDIAN_HOME": str(tmp_path / "home")}, {})


def verdicts(house: Settings) -> list[Record]:
    with open_journal(house) as journal:
        found = [entry.record for entry in journal.entries() if isinstance(entry.record, Record)]
    return [record for record in found if record.kind is Kind.VERDICT]


@pytest.mark.long
def test_flagged_messages_of_the_inbox_are_recorded_and_questions_are_not(house: Settings, tmp_path: Path) -> None:
    post = Post()
    bridge = Bridge(house, [write_inbox(tmp_path / "inbox", [("phish.txt", PHISH)])], post, RECORDED)
    bridge.start()
    try:
        screened = post.until(InboxScreened)[-1].screened  # type: ignore[attr-defined]
        bridge.ask(TextGiven(1, PHISH + " Hurry.", Channel.INCOMING, post))
        answered = post.until(Answered)[-1].screened  # type: ignore[attr-defined]
    finally:
        bridge.stop(LONGEST_WAIT_S)
    assert answered.verdict.journal is None
    (record,) = verdicts(house)
    assert record.body["message"]["id"] == "phish.txt"
    assert screened.verdict.journal["seq"] >= 1


@pytest.mark.long
def test_an_app_that_is_told_to_record_nothing_begins_no_journal(house: Settings, tmp_path: Path) -> None:
    post = Post()
    bridge = Bridge(house, [write_inbox(tmp_path / "inbox", [("phish.txt", PHISH)])], post, unrecorded_gate)
    bridge.start()
    try:
        post.until(InboxScreened)
    finally:
        bridge.stop(LONGEST_WAIT_S)
    assert not house.paths.journal_file.exists()


@pytest.mark.long
def test_a_journal_that_is_there_is_told_of_before_anything_is_screened(house: Settings, tmp_path: Path) -> None:
    inbox = write_inbox(tmp_path / "inbox", [("phish.txt", PHISH)])
    for wanted in (InboxScreened, GateOpened):
        post = Post()
        bridge = Bridge(house, [inbox], post, RECORDED)
        bridge.start()
        try:
            told = post.until(wanted)
        finally:
            bridge.stop(LONGEST_WAIT_S)
    found = [each for each in told if isinstance(each, JournalFound)]
    assert [(each.key, each.is_weak, each.waiting) for each in found] == [
        ("key: file (protects copies of the journal, not this disk)", True, 0)
    ]


@pytest.mark.long
def test_the_reason_of_a_change_made_straight_in_a_file_is_asked_for(house: Settings, tmp_path: Path) -> None:
    policies_in_force(house)
    path = house.policies_dir / "sweet-bait.toml"
    path.write_text(path.read_text().replace('action = "notice"', 'action = "log"'))
    post = Post()
    bridge = Bridge(house, [], post, RECORDED)
    bridge.start()
    try:
        told = post.until(GateOpened)
    finally:
        bridge.stop(LONGEST_WAIT_S)
    assert [each.policies for each in told if isinstance(each, ReasonsWanted)] == [("sweet-bait",)]
