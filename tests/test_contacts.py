"""Whom messages came from: remembered as hashes, bounded, private, and never in the way."""

from __future__ import annotations

import sqlite3
import stat
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest

from guardian import contacts as module
from guardian.contacts import Contacts
from guardian.sender_facts import Resemblance

DAY = date(2026, 11, 21)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


def opened(folder: Path) -> Contacts:
    return Contacts(folder / "contacts.db", folder / "contacts.key")


def remembered(folder: Path, *senders: tuple[str, str], times: int = 3) -> Contacts:
    """Contacts after some messages of each sender, read again from the file."""
    writing = opened(folder)
    for address, name in senders:
        for number in range(times):
            writing.note(address, name, DAY + timedelta(days=number))
    writing.close()
    assert not writing.problem
    return opened(folder)


def test_nothing_is_made_before_the_first_sender_is_noted(folder: Path) -> None:
    contacts = opened(folder)
    assert contacts.look_up("ann@x.example", "Ann").count == 0
    contacts.close()
    assert not folder.exists()


def test_a_sender_is_known_by_count_and_days_however_it_is_written(folder: Path) -> None:
    contacts = remembered(folder, ("Ann@X.example", "Ann Lee"))
    found = contacts.look_up("ann@x.EXAMPLE", "")
    assert (found.count, found.first, found.last) == (3, DAY, DAY + timedelta(days=2))
    assert contacts.look_up("bob@x.example", "").count == 0


def test_what_is_not_written_yet_counts_as_well(folder: Path) -> None:
    contacts = opened(folder)
    contacts.note("ann@x.example", "Ann Lee", DAY)
    contacts.note("ann@x.example", "", DAY)
    assert contacts.look_up("ann@x.example", "").count == 2
    contacts.flush()
    contacts.note("ann@x.example", "", DAY)
    assert contacts.look_up("ann@x.example", "").count == 3


def test_the_files_are_private_and_name_nobody(folder: Path) -> None:
    remembered(folder, ("ann.secret@harbour.example", "Ann Secret"))
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        content = path.read_bytes().lower()
        assert not any(word in content for word in (b"ann", b"secret", b"harbour", b"example"))


def test_another_machine_hashes_otherwise(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    remembered(first, ("ann@x.example", ""))
    second.mkdir(mode=0o700)
    (first / "contacts.db").rename(second / "contacts.db")
    opened(second).note("x@y.example", "", DAY)
    assert opened(second).look_up("ann@x.example", "").count == 0


@pytest.mark.parametrize(
    ("known", "asked", "is_known"),
    [
        ("Ann Lee", "Ann Lee", True),
        ("Ann Lee", "Lee, Ann", True),
        ("Ann Lee", "ANN  LEE", True),
        ("Ann Lee", "Ann Leigh", False),
        ("Ann", "Ann", False),  # one word is shared by many
        ("", "", False),
    ],
)
def test_a_known_name_with_a_new_address_is_told(folder: Path, known: str, asked: str, is_known: bool) -> None:
    contacts = remembered(folder, ("ann@x.example", known))
    assert contacts.look_up("other@gmail.com", asked).has_known_name is is_known
    assert not contacts.look_up("ann@x.example", asked).has_known_name, "its own address"


@pytest.mark.parametrize(
    ("domain", "resemblance"),
    [
        ("harb0ur.example", Resemblance.LETTERS),
        ("hаrbour.example", Resemblance.LETTERS),  # Cyrillic а
        ("mail.harb0ur.example", Resemblance.LETTERS),
        ("xn--hrbour-3nf.example", Resemblance.LETTERS),  # the same in punycode
        ("harbours.example", Resemblance.ONE_LETTER),
        ("habour.example", Resemblance.ONE_LETTER),
        ("harbuor.example", Resemblance.ONE_LETTER),
        ("harbour.example", Resemblance.NONE),
        ("mail.harbour.example", Resemblance.NONE),
        ("harbour.test", Resemblance.NONE),
        ("haven.example", Resemblance.NONE),
        ("abc.example", Resemblance.NONE),
        ("ab.example", Resemblance.NONE),
    ],
)
def test_a_domain_like_a_known_one_is_told(folder: Path, domain: str, resemblance: Resemblance) -> None:
    contacts = remembered(folder, ("ann@harbour.example", ""), ("bob@abd.example", ""))
    assert contacts.look_up(f"ann@{domain}", "").resembles is resemblance


def test_one_message_makes_no_domain_known(folder: Path) -> None:
    contacts = remembered(folder, ("ann@harbour.example", ""), times=1)
    assert contacts.look_up("ann@harb0ur.example", "").resembles is Resemblance.NONE


def test_the_longest_unheard_go_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CONTACTS", 10)
    contacts = opened(folder)
    for number in range(200):
        contacts.note(f"a{number}@x.example", "", DAY + timedelta(days=number))
    contacts.close()
    with sqlite3.connect(folder / "contacts.db") as connection:
        assert connection.execute("SELECT count(*) FROM contacts").fetchone() == (10,)
    assert opened(folder).look_up("a199@x.example", "").count == 1
    assert opened(folder).look_up("a100@x.example", "").count == 0


@pytest.mark.parametrize("content", [b"", b"no database at all, and long enough to be seen as none" * 40])
def test_a_broken_file_stops_nothing_and_is_made_again(folder: Path, content: bytes) -> None:
    remembered(folder, ("ann@x.example", ""))
    (folder / "contacts.db").write_bytes(content)
    contacts = opened(folder)
    assert contacts.look_up("ann@x.example", "").count == 0
    contacts.note("ann@x.example", "", DAY)
    contacts.close()
    assert bool(contacts.problem) is bool(content)
    again = remembered(folder, ("ann@x.example", ""), times=1)
    assert again.look_up("ann@x.example", "").count >= 1


def test_a_broken_key_stops_nothing(folder: Path) -> None:
    remembered(folder, ("ann@x.example", ""))
    (folder / "contacts.key").write_bytes(b"short")
    contacts = opened(folder)
    assert contacts.look_up("ann@x.example", "").count == 0
    assert contacts.problem.startswith("senders are not remembered")


def test_a_file_that_another_process_holds_stops_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE_S", 0.01)
    remembered(folder, ("ann@x.example", ""))
    with sqlite3.connect(folder / "contacts.db", isolation_level=None) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        contacts = opened(folder)
        assert contacts.look_up("ann@x.example", "").count == 0
        contacts.close()
        holder.execute("ROLLBACK")
    holder.close()
    assert opened(folder).look_up("ann@x.example", "").count == 3, "and nothing is lost by it"


def test_several_threads_may_note(folder: Path) -> None:
    contacts = opened(folder)

    def note_many() -> None:
        for _ in range(200):
            contacts.note("ann@x.example", "", DAY)

    threads = [threading.Thread(target=note_many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    contacts.close()
    assert opened(folder).look_up("ann@x.example", "").count == 800
