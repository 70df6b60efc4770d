"""Strange files among the waiting records: none of them stands in the way of the journal.

Whoever may write to the data folder can put one there, and whoever has the public key can even seal one.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from journal_rig import SEEN, a_message, a_verdict, begun, opened, settings_in
from verify_rig import checked, note

from guardian.errors import JournalError
from guardian.events import Event
from guardian.journal.encoding import padded
from guardian.journal.hybrid import seal_to
from guardian.journal.journal import Journal
from guardian.journal.recorder import open_recorder
from guardian.settings import Settings

WAITING = "00000000000001-0000000000000000.sealed"


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """A journal with ten records."""
    settings = settings_in(tmp_path / "home")
    with begun(settings) as journal:
        for number in range(9):
            journal.append(note(f"note {number}"))
    return settings


def record_one(here: Settings, text: str = "after the attack") -> tuple[dict[str, object], list[Event]]:
    """One verdict, recorded as the gate does it, and what its owner was told."""
    told: list[Event] = []
    with open_recorder(here, told.append) as recorder:
        row = recorder.record(a_message(text), a_verdict(), SEEN)
    assert row is not None
    return dict(row), told


SPOKE = b'"spoke":{"model":"","sha256":"","policy_set":"","wall":"","program":""}'
STRANGE_RECORDS = {
    "infinite": b'"at_ms":1e999,"kind":"seal","body":{}',
    "empty verdict": b'"at_ms":1,"kind":"verdict","body":{}',
    "odd verdict": b'"at_ms":1,"kind":"verdict","body":{"message":5,"verdict":[],"text":7}',
    "not a number": b'"at_ms":1,"kind":"seal","body":{"x":NaN}',
}


@pytest.mark.parametrize("name", STRANGE_RECORDS)
def test_a_waiting_record_that_no_journal_can_hold_is_set_aside(here: Settings, name: str) -> None:
    with opened(here) as journal:
        data = b'{"v":1,"late":false,' + STRANGE_RECORDS[name] + b"," + SPOKE + b"}"
        sealed = seal_to(journal.header.box, padded(data), b"guardian/waiting/v1\0" + journal.id)
        folder = _waiting_folder(here, journal)
    (folder / WAITING).write_bytes(sealed)
    assert record_one(here)[0]["seq"] == 11  # behind the gap that tells of it
    assert [file.name for file in folder.iterdir()] == [f"{WAITING}.unreadable"]


def _socket(path: Path) -> None:
    before = os.getcwd()
    os.chdir(path.parent)  # the names of sockets are short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(before)


STRANGE_FILES: dict[str, Callable[[Path], object]] = {
    "folder": Path.mkdir,
    "link": lambda path: path.symlink_to("/etc/passwd"),
    "fifo": os.mkfifo,
    "socket": _socket,
}


@pytest.mark.parametrize("kind", STRANGE_FILES)
def test_what_is_no_file_is_set_aside(here: Settings, kind: str) -> None:
    with opened(here) as journal:
        folder = _waiting_folder(here, journal)
    STRANGE_FILES[kind](folder / WAITING)
    assert record_one(here)[0]["seq"] == 11
    assert [file.name for file in folder.iterdir()] == [f"{WAITING}.unreadable"]


@pytest.mark.parametrize("name", [b"\xff.sealed", b"mine.sealed", b"\x1b]0;x\x07.sealed"])
def test_what_guardian_did_not_name_is_left_alone(here: Settings, name: bytes) -> None:
    with opened(here) as journal:
        file = os.path.join(os.fsencode(_waiting_folder(here, journal)), name)
    with open(file, "wb") as out:
        out.write(b"x")
    assert record_one(here)[0]["seq"] == 10
    assert os.path.exists(file)
    assert checked(here).is_intact


def test_a_file_that_cannot_be_set_aside_is_not_deleted(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(here) as journal:
        file = _waiting_folder(here, journal) / WAITING
        file.write_bytes(b"x")

        def fails(*_: object) -> None:
            raise OSError(5, "Input/output error")

        with monkeypatch.context() as patch:
            patch.setattr(Path, "rename", fails)
            with pytest.raises(JournalError, match="input/output error"):
                journal.merge_waiting()
        assert file.exists()


def _waiting_folder(here: Settings, journal: Journal) -> Path:
    folder = here.paths.journal_waiting / journal.id.hex()
    folder.mkdir(parents=True, mode=0o700)
    return folder
