"""A change of keys that is killed leaves no key behind for longer than until the journal is next unlocked."""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from journal_rig import begun, opened, settings_in
from verify_rig import WORD, change, checked, lines, no_recovery, note

from guardian.errors import JournalError
from guardian.journal.journal import Journal
from guardian.journal.keys import KeyPlace, KeyPlaceIoError
from guardian.journal.notes import RETIRED, RetiredKey, retired_keys, retired_note
from guardian.journal.opening import open_journal
from guardian.journal.places.file_place import FilePlace
from guardian.journal.places.passphrase import PassphrasePlace
from guardian.journal.record import Record
from guardian.journal.rekey import note_retired, remove_retired_keys
from guardian.journal.secret import Secret
from guardian.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
"""A worker of pytest-xdist has a thread that only reads; what is forked here touches nothing of it."""

OTHER = RetiredKey(KeyPlace.FILE, bytes(16), bytes(32))


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    settings = settings_in(tmp_path / "home")
    with begun(settings) as journal:
        journal.append(note("before"))
    return settings


def keys_in(settings: Settings) -> list[str]:
    """Names of the key files, whole or partial."""
    return sorted(path.name for path in settings.paths.config.iterdir() if ".key" in path.name)


def move(journal: Journal, settings: Settings) -> None:
    journal.move_key(PassphrasePlace(settings.paths.config, lambda _: WORD), no_recovery)


def rotate(journal: Journal, _settings: Settings) -> None:
    journal.rotate(no_recovery)


def killed_at(call: str, settings: Settings, use: Callable[[Journal, Settings], None]) -> None:
    """Use the journal in a fork that is killed where it first makes a call of the system's on a key file."""
    child = os.fork()
    if child == 0:
        try:
            with opened(settings) as journal:
                real = getattr(os, call)

                def kill(path: Path | str, *more: object, **named: object) -> None:
                    if ".key" in str(path):
                        os.kill(os.getpid(), signal.SIGKILL)
                    real(path, *more, **named)

                setattr(os, call, kill)
                use(journal, settings)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.parametrize("use", [move, rotate])
def test_the_old_key_goes_at_the_next_unlocking(here: Settings, use: Callable[[Journal, Settings], None]) -> None:
    (old,) = keys_in(here)
    killed_at("unlink", here, use)
    assert old in keys_in(here), "it was killed before it could remove it"
    assert len(keys_in(here)) == 2
    assert lines(checked(here)) == [], "the note is one that verify knows"
    with open_journal(here, ask=lambda _: WORD) as journal:
        assert [path for path in keys_in(here) if path != old] == keys_in(here)
        assert len(keys_in(here)) == 1
        assert journal.store.meta(RETIRED) is None
        assert isinstance(journal.entry(1).record, Record)
    assert lines(checked(here)) == []


def test_what_was_half_written_goes_once_it_can_be_nobodys_any_more(here: Settings) -> None:
    killed_at("replace", here, rotate)
    partial, key = keys_in(here)
    assert partial.startswith(".journal-")
    with opened(here):
        assert keys_in(here) == [partial, key], "it might still be written"
    stranger = here.paths.config / ".journal-notes.key.0123456789ab"
    stranger.write_text("not a name of ours")
    for path in (here.paths.config / partial, here.paths.config / key, stranger):
        os.utime(path, (time.time() - 120,) * 2)
    with opened(here) as journal:
        assert keys_in(here) == [stranger.name, key]
        assert isinstance(journal.entry(1).record, Record)


def test_a_key_that_cannot_be_removed_now_is_removed_later(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    (old,) = keys_in(here)

    def fail(_self: FilePlace, _name: bytes) -> None:
        raise KeyPlaceIoError("the disk does not write")

    with monkeypatch.context() as broken, opened(here) as journal:
        broken.setattr(FilePlace, "delete_key", fail)
        for _ in range(2):
            with pytest.raises(JournalError, match="could not be removed: the disk does not write"):
                rotate(journal, here)
    with monkeypatch.context() as broken:
        broken.setattr(FilePlace, "delete_key", fail)
        with opened(here):  # an unlocking is not refused for it
            assert len(keys_in(here)) == 3
    with opened(here) as journal:
        assert keys_in(here) == [f"journal-{journal.header.key_id.hex()}.key"] != [old]


def test_a_note_of_another_hand_removes_nothing(here: Settings) -> None:
    other = FilePlace(here.paths.config)
    other.save_key(OTHER.key_id, Secret.fresh())
    before = keys_in(here)
    change(here, ("INSERT INTO meta VALUES (?, ?)", (RETIRED, retired_note([OTHER]))))
    with opened(here) as journal:
        assert keys_in(here) == before
        assert journal.store.meta(RETIRED) is None


def test_the_key_in_use_is_never_removed(here: Settings) -> None:
    """Such as where an older copy of the file was put back."""
    killed_at("unlink", here, rotate)
    with opened(here) as journal:
        journal.append(note("more"))
    (now,) = keys_in(here)
    with opened(here) as journal:
        note_retired(journal.store, journal.keys)
        remove_retired_keys(journal.store, journal.keys, lambda _: FilePlace(here.paths.config))
        assert keys_in(here) == [now]


@pytest.mark.parametrize(
    "note_bytes",
    [
        b"",
        b"7",
        b"{}",
        b"[3]",
        b"[[]]",
        b'[["file","00","00"]]',
        b"[" * 60_000,
        retired_note([OTHER]) + b" ",
        retired_note([OTHER] * 2000),
        retired_note([OTHER]).replace(b'"file"', b'"attic"'),
    ],
)
def test_a_note_that_guardian_does_not_write_is_refused_and_told(here: Settings, note_bytes: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the words are for nobody
        retired_keys(note_bytes)
    change(here, ("INSERT INTO meta VALUES (?, ?)", (RETIRED, note_bytes)))
    assert any(RETIRED in line for line in lines(checked(here)))
    with opened(here) as journal:
        assert journal.store.meta(RETIRED) is None


def test_the_note_says_what_was_put_into_it() -> None:
    keys = [OTHER, RetiredKey(KeyPlace.KEYRING, b"k" * 16, b"t" * 32)]
    assert retired_keys(retired_note(keys)) == keys
    assert retired_keys(None) == []
