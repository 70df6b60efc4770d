"""`guardian key show`, `move` and `rotate`: the key goes where its owner wants it, and no record is lost by it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from key_rig import RECORDS, begin_journal, guardian_key, key_files, key_on_terminal, lose_key, readable_records
from secret_service import need_secret_service, running_secret_service

from guardian.journal.keys import KeyLockedError

PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def home(guardian_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a journal of five records; its key is in a file."""
    begin_journal(monkeypatch)
    return guardian_home


def shown() -> dict[str, Any]:
    """What `show` says, as JSON."""
    answer: dict[str, Any] = json.loads(guardian_key("show", "--json"))
    return answer


# show


def test_show_says_where_the_key_is_and_asks_nobody(home: Path) -> None:
    row = shown()
    assert row["say"] == "key: file (protects copies of the journal, not this disk)"
    assert (row["place"], row["locked"], row["epoch"], row["recovery"]) == ("file", False, 0, False)


def test_show_has_a_line_for_each_fact(home: Path) -> None:
    guardian_key("rotate")
    lines = guardian_key("show").splitlines()
    assert lines[0] == "key: file (protects copies of the journal, not this disk)"
    assert [line.split()[0] for line in lines[1:]] == ["journal", "renewed", "recovery", "signs", "verifier"]
    assert lines[2] == "renewed   once"
    assert "guardian key phrase" in lines[3]


def test_show_tells_a_lost_key(home: Path) -> None:
    lose_key(home)
    done = subprocess.run(
        [sys.executable, "-m", "guardian", "key", "show", "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "is not there" in json.loads(done.stdout)["problem"]


# rotate and move


def test_a_new_master_key_opens_all_records_and_the_old_one_is_gone(home: Path) -> None:
    old = key_files(home)
    assert "a new master key" in guardian_key("rotate")
    assert readable_records() == RECORDS
    assert len(key_files(home)) == 1
    assert not key_files(home) & old
    assert shown()["epoch"] == 1


@pytest.mark.long
def test_a_key_moves_behind_a_passphrase_and_back(home: Path) -> None:
    old = key_files(home)
    with key_on_terminal("move", "passphrase") as screen:
        screen.wait_for("at least 12 characters): ")
        screen.type(PASSPHRASE)
        screen.wait_for("once more: ")
        screen.type(PASSPHRASE)
        screen.wait_for("key: passphrase")
        assert screen.end() == 0
        assert PASSPHRASE not in screen.shown
    assert len(key_files(home)) == 1
    assert not key_files(home) & old
    assert (shown()["place"], shown()["locked"]) == ("passphrase", True)
    with pytest.raises(KeyLockedError, match="closed by a passphrase"):
        readable_records()
    for words, says in ((["rotate"], "a new master key"), (["move", "file"], "key: file")):
        with key_on_terminal(*words) as screen:
            screen.wait_for("passphrase of the journal: ")
            screen.type(PASSPHRASE)
            screen.wait_for(says)
            assert screen.end() == 0
    assert readable_records() == RECORDS


@pytest.mark.long
def test_a_passphrase_can_be_exchanged_for_another(home: Path) -> None:
    other = "staple battery horse correct"
    for before, after in ((None, PASSPHRASE), (PASSPHRASE, other)):
        with key_on_terminal("move", "passphrase") as screen:
            if before is not None:
                screen.wait_for("passphrase of the journal: ")
                screen.type(before)
            screen.wait_for("at least 12 characters): ")
            screen.type(after)
            screen.wait_for("once more: ")
            screen.type(after)
            assert screen.end() == 0
    with key_on_terminal("move", "file") as screen:
        screen.wait_for("passphrase of the journal: ")
        screen.type(PASSPHRASE)
        screen.wait_for("that is not the passphrase; once more: ")
        screen.type(other)
        screen.wait_for("key: file")
        assert screen.end() == 0
    assert readable_records() == RECORDS


def test_in_a_pipe_no_passphrase_is_made_and_the_key_stays_where_it_was(home: Path) -> None:
    before = key_files(home)
    assert "run this on a terminal" in guardian_key(
        "move", "passphrase", stdin=f"{PASSPHRASE}\n{PASSPHRASE}\n", fails=True
    )
    assert key_files(home) == before
    assert readable_records() == RECORDS


def test_without_a_keyring_the_key_stays_where_it_was(home: Path) -> None:
    before = key_files(home)
    assert "no keyring works here (file and passphrase work without a keyring)" in guardian_key(
        "move", "keyring", fails=True
    )
    assert key_files(home) == before


def test_moving_to_where_it_is_changes_nothing(home: Path) -> None:
    before = key_files(home)
    assert "it is there already" in guardian_key("move", "file")
    assert key_files(home) == before


@pytest.fixture
def service(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A Secret Service."""
    need_secret_service()
    with running_secret_service(tmp_path / "service") as environment:
        yield environment


def test_a_key_moves_into_a_real_keyring_and_back(home: Path, service: dict[str, str]) -> None:
    assert "key: keyring (Secret Service)" in guardian_key("move", "keyring", env=service)
    anchor = home / "config" / f"journal-{json.loads(guardian_key('show', '--json', env=service))['journal']}.anchor"
    assert (key_files(home), anchor.exists()) == (set(), False), "key and anchor went along"
    with pytest.raises(KeyLockedError, match="no keyring works here"):
        readable_records()
    assert "key: file" in guardian_key("move", "file", env=service)
    assert readable_records() == RECORDS
