"""The journal and its key: locked, renewed, moved, lost; and what waits while it is locked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from journal_rig import begun, opened, settings_in
from verify_rig import START_MS, WORD, change, checked, lines, no_recovery, note, texts

from guardian.errors import JournalDamagedError, JournalError, JournalIoError, JournalLockedError
from guardian.journal.journal import Journal, JournalState
from guardian.journal.keys import KeyPlace
from guardian.journal.opening import open_journal
from guardian.journal.phrase import new_phrase
from guardian.journal.places.choose import open_place
from guardian.journal.places.file_place import FilePlace
from guardian.journal.places.passphrase import PassphrasePlace
from guardian.journal.record import Kind, Record
from guardian.journal.recovery import entropy_for, public_key, unwrap, wrap
from guardian.journal.store import Store
from guardian.settings import Settings


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return settings_in(tmp_path / "home")


# A locked key, and what waits


@pytest.fixture
def locked(here: Settings) -> Settings:
    """A journal whose key is closed by a passphrase."""
    with begun(here) as journal:
        journal.append(note("before"))
        journal.move_key(PassphrasePlace(here.paths.config, lambda _: WORD), no_recovery)
    return here


@contextmanager
def shut(settings: Settings) -> Iterator[Journal]:
    with open_journal(settings, unlock=False) as journal:
        yield journal


def test_a_locked_journal_takes_nothing_and_shows_nothing(locked: Settings) -> None:
    with shut(locked) as journal:
        assert journal.state is JournalState.LOCKED
        for use in (lambda: journal.append(note("x")), lambda: journal.entry(0), lambda: journal.keys):
            with pytest.raises(JournalLockedError):
                use()
    with pytest.raises(JournalLockedError, match="closed by a passphrase"), opened(locked):
        pass


def test_what_waited_is_merged_in_order_once_and_says_that_it_was_late(locked: Settings) -> None:
    with shut(locked) as journal:
        for number in range(5):
            journal.keep_waiting(Record(Kind.SEAL, START_MS - 5 + number, {"did": str(number)}))
        assert journal.waiting == 5
    with open_journal(locked, ask=lambda _: WORD) as journal:
        assert journal.waiting == 0
        records = [entry.record for entry in journal.entries()][-5:]
        assert [each.body["did"] for each in records if isinstance(each, Record) and each.late] == list("01234")
    with open_journal(locked, ask=lambda _: WORD) as journal:
        assert journal.size == 8
    assert lines(checked(locked)) == []


@pytest.mark.parametrize("cut_at", ["before the commit", "behind the commit"])
def test_a_merge_that_is_cut_off_merges_nothing_twice(
    locked: Settings, cut_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shut(locked) as journal:
        for number in range(3):
            journal.keep_waiting(note(f"late {number}"))
    from guardian.journal.waiting import WaitingRoom

    def cut(*_: Any) -> Any:
        raise KeyboardInterrupt

    target, name = (Store, "set_head") if cut_at == "before the commit" else (WaitingRoom, "remove")
    monkeypatch.setattr(target, name, cut)
    with pytest.raises(KeyboardInterrupt), open_journal(locked, ask=lambda _: WORD):
        pass
    monkeypatch.undo()
    with open_journal(locked, ask=lambda _: WORD) as journal:
        assert sorted(text for text in texts(journal) if text.startswith("late")) == ["late 0", "late 1", "late 2"]
        assert journal.waiting == 0
    assert lines(checked(locked)) == []


def test_a_waiting_file_that_does_not_open_is_set_aside_and_recorded(locked: Settings) -> None:
    with shut(locked) as journal:
        journal.keep_waiting(note("late"))
    (file,) = locked.paths.journal_waiting.rglob("*.sealed")
    file.write_bytes(b"rubbish")
    with open_journal(locked, ask=lambda _: WORD) as journal:
        gap = journal.entry(journal.size - 1).record
        assert isinstance(gap, Record)
        assert gap.kind is Kind.GAP
        assert journal.waiting == 0
    (aside,) = locked.paths.journal_waiting.rglob("*.unreadable")
    assert aside.read_bytes() == b"rubbish"


def test_a_record_is_not_sealed_to_a_header_that_a_stranger_made(tmp_path: Path, locked: Settings) -> None:
    stranger = settings_in(tmp_path / "stranger")
    with begun(stranger) as journal:
        box = journal.header.box
    import base64

    with shut(locked) as journal:
        own = journal.header
    data = own.to_bytes().replace(base64.b64encode(own.box), base64.b64encode(box))
    with begun(stranger) as journal:
        data = data.replace(own.vkey.split("+", 1)[1].encode(), journal.header.vkey.split("+", 1)[1].encode())
    change(locked, ("UPDATE meta SET value = ? WHERE name = 'header'", (data,)))
    with shut(locked) as journal, pytest.raises(JournalDamagedError):
        journal.keep_waiting(note("a secret"))


# The key


def test_a_renewed_key_opens_everything_and_the_old_one_nothing(here: Settings) -> None:
    with begun(here) as journal:
        journal.append(note("a"))
        old = journal.keys
        journal.rotate(no_recovery)
        journal.append(note("b"))
        assert journal.keys.master != old.master
        assert journal.header.vkey == old.header.vkey
        assert texts(journal) == ["a", "b"]
        new = journal.keys
    assert lines(checked(here, keys=new)) == []
    assert any("its seal does not open" in line for line in lines(checked(here, keys=old)))
    assert len(list(here.paths.config.glob("journal-*.key"))) == 1


@pytest.mark.parametrize("places", [("passphrase", "file"), ("passphrase", "passphrase")])
def test_the_key_moves_and_the_anchor_with_it(here: Settings, places: tuple[str, ...]) -> None:
    with begun(here) as journal:
        journal.append(note("a"))
    for kind in places:
        with open_journal(here, ask=lambda _: WORD) as journal:
            place = open_place(KeyPlace(kind), here.paths.config, ask=lambda _: WORD)
            journal.move_key(place, no_recovery)
            assert journal.header.place == kind
            assert journal.anchor() == journal.checkpoint()
    with open_journal(here, ask=lambda _: WORD) as journal:
        assert texts(journal) == ["a"]
    assert lines(checked(here)) == []


def test_a_key_that_cannot_be_kept_changes_nothing(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with begun(here) as journal:
        journal.append(note("a"))
        before = journal.keys.master

        def full(*_: Any) -> None:
            raise JournalIoError("no space is left on its disk")

        monkeypatch.setattr(Store, "set_head", full)
        with pytest.raises(JournalIoError):
            journal.rotate(no_recovery)
        monkeypatch.undo()
        assert journal.keys.master == before
        journal.append(note("b"))
    assert len(list(here.paths.config.glob("journal-*.key"))) == 1
    with opened(here) as journal:
        assert texts(journal) == ["a", "b"]


def test_a_lost_key_comes_back_with_the_recovery_phrase_also_behind_a_renewal(here: Settings) -> None:
    phrase = new_phrase()
    with begun(here) as journal:
        journal.append(note("a"))
        public = public_key(phrase.entropy)
        journal.set_recovery(public, wrap(journal.keys.master, public, journal.id))
        journal.rotate(wrap)
        journal.append(note("b"))
    for path in here.paths.config.glob("journal-*.key"):
        path.unlink()
    with pytest.raises(JournalError, match="is not there"), opened(here):
        pass
    with open_journal(here, unlock=False) as journal:
        recovery = journal.header.recovery
        assert recovery is not None
        entropy = entropy_for(" ".join(phrase.words()), recovery.public)
        journal.adopt(unwrap(recovery.wrapped, entropy, journal.id), FilePlace(here.paths.config), wrap)
    with opened(here) as journal:
        assert texts(journal) == ["a", "b"]
    assert lines(checked(here)) == []
