"""Promises of the clipboard's screening, with a real service: nothing is kept of what is clean, nothing is guessed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "service"))  # a real service: `service_rig`
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "journal"))

import pytest
from journal_rig import begun, settings_in
from service_rig import ORDINARY, SCAM, served, socket_of

from guardian.assembly import assembled
from guardian.clipboard.base import ClipboardError, Content, NotRead, Selection, Why
from guardian.clipboard.screening import NotScreened, ask_about, watch
from guardian.journal.counts import todays_counts
from guardian.journal.recorder import open_recorder
from guardian.message import Channel
from guardian.outcome import Outcome
from guardian.service.answer import Answer
from guardian.service.client import ServiceClient
from guardian.settings import Settings

MOST = 10_000
POLICY = """\
id = "no-gift-cards"
title = "No gift cards"
why = "I lost 300 euros once."
since = 2026-11-21
channels = ["incoming"]
severity = "high"
action = "warn"
status = "active"
prose = "Flag a message that wants gift cards."
[match]
patterns = ['(?i)gift ?cards']
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("h")
    (home / "no-gift-cards.toml").write_text(POLICY)
    settings = replace(settings_in(home), policies_dir=home)
    with begun(settings):
        pass
    return replace(settings, model=replace(settings.model, threads=1))


@pytest.fixture(scope="module")
def client(house: Settings) -> Iterator[ServiceClient]:
    home = house.paths.config.parent
    with (
        open_recorder(house) as recorder,
        assembled(house, recorder=recorder) as parts,
        served(socket_of(home).parent, parts),
        ServiceClient(socket_of(home)) as connected,
    ):
        yield connected


def kept(house: Settings) -> tuple[int, object]:
    """How many records the journal holds, and what was only counted."""
    with begun(house) as journal:
        return journal.size, todays_counts(journal)


class Scripted:
    """A clipboard whose changes are known beforehand; an item of None is what its program calls a secret, an error
    stands for a program that does not hand over what it holds."""

    def __init__(self, *items: bytes | NotRead | ClipboardError | None) -> None:
        self._items = items
        self._now: bytes | NotRead | ClipboardError = NotRead(Why.EMPTY)
        self.reads = 0

    def read(self, selection: Selection, most_bytes: int) -> Content | NotRead:
        self.reads += 1
        now = self._now
        if isinstance(now, ClipboardError):
            raise now
        return now if isinstance(now, NotRead) else Content(now[:most_bytes], len(now) > most_bytes)

    def changes(self) -> Iterator[bool]:
        for item in self._items:
            self._now = item if item is not None else b"CANARY"
            yield item is not None
        raise ClipboardError("it ended")


def seen(clipboard: Scripted, client: ServiceClient) -> list[Answer | NotScreened]:
    found: list[Answer | NotScreened] = []
    with suppress(ClipboardError):  # as every clipboard's changes end
        found.extend(watch(clipboard, client, Channel.INCOMING, MOST))
    return found


def test_of_what_is_clean_nothing_is_kept_not_even_a_count(client: ServiceClient, house: Settings) -> None:
    before = kept(house)
    answer = ask_about(Content(ORDINARY, False), client, Channel.INCOMING, "clipboard")
    assert (answer.outcome, answer.seq) == (Outcome.CLEAN, None)
    assert kept(house) == before


def test_what_is_flagged_is_recorded_once(client: ServiceClient, house: Settings) -> None:
    before, _ = kept(house)
    answer = ask_about(Content(SCAM, False), client, Channel.INCOMING, "clipboard")
    assert answer.outcome is Outcome.FLAGGED
    assert answer.seq is not None
    assert kept(house)[0] == before + 1


def test_what_was_cut_is_never_clean(client: ServiceClient) -> None:
    answer = ask_about(Content(ORDINARY, True), client, Channel.INCOMING, "clipboard")
    assert answer.outcome is Outcome.UNSURE


def test_a_history_that_copies_the_same_again_asks_nothing_again(client: ServiceClient) -> None:
    clipboard = Scripted(ORDINARY, ORDINARY, b"Bring a cake on Sunday.", ORDINARY)
    assert [each.outcome for each in seen(clipboard, client) if isinstance(each, Answer)] == [Outcome.CLEAN] * 3


def test_a_secret_is_neither_read_nor_screened(client: ServiceClient) -> None:
    clipboard = Scripted(None, NotRead(Why.CONCEALED), NotRead(Why.NO_TEXT))
    assert seen(clipboard, client) == []
    assert clipboard.reads == 2  # the first was called a secret outright: not even its types were looked at


def test_a_program_that_does_not_hand_over_what_it_holds_blinds_nobody(client: ServiceClient) -> None:
    found = seen(Scripted(ORDINARY, ClipboardError("no answer"), ORDINARY, SCAM), client)
    assert isinstance(found[1], NotScreened)
    outcomes = [each.outcome for each in found if isinstance(each, Answer)]
    assert outcomes == [Outcome.CLEAN, Outcome.CLEAN, Outcome.FLAGGED]


def test_without_a_service_nothing_is_called_clean_and_the_same_is_asked_again_when_copied_again(
    tmp_path: Path, house: Settings
) -> None:
    with (
        assembled(house) as parts,
        served(tmp_path / "run", parts) as server,
        ServiceClient(tmp_path / "run" / "guardian.sock") as connected,
    ):
        server.stop()
        found = seen(Scripted(ORDINARY, ORDINARY), connected)
    assert [type(each) for each in found] == [NotScreened, NotScreened]
