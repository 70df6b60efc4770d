"""What stands around the connection to a mail server: the numbers on the pipe, the password file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.errors import InputError
from guardian.imap.fetcher import _answered
from guardian.imap.mailbox import is_loopback
from guardian.imap.passwords import entry_of, load_password, read_password_file
from guardian.imap.wire import MOST_MAILS, MOST_RANGES, ranges_of, uids_of
from guardian.service.frames import Frame, encode
from guardian.sources.live.base import Surroundings
from guardian.sources.live.imap import ImapSource, ImapTable


@given(st.sets(st.integers(1, 5000)))
def test_numbers_come_through_the_pipe_as_they_were(uids: set[int]) -> None:
    assert uids_of(ranges_of(sorted(uids))) == sorted(uids)


@pytest.mark.parametrize(
    "ranges",
    [None, 1, [1], [[1]], [[1, 2, 3]], [["1", 2]], [[2, 1]], [[0, 1]], [[1, 5], [5, 6]], [[1, 1 << 40]], [[True, 2]]],
)
def test_what_is_no_list_of_numbers_is_refused(ranges: Any) -> None:
    assert uids_of(ranges) is None


def test_a_listing_of_too_many_mails_is_refused_before_it_is_made() -> None:
    assert uids_of([[1, MOST_MAILS + 1]]) is None
    assert uids_of([[1, 4_000_000_000]]) is None


def test_a_password_file_is_read_where_its_owner_alone_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("correct horse\nignored\n")
    path.chmod(0o600)
    assert read_password_file(str(path)).reveal() == b"correct horse"
    path.chmod(0o640)
    with pytest.raises(InputError, match="others may read the password file"):
        read_password_file(str(path))
    path.chmod(0o600)
    path.write_text("")
    with pytest.raises(InputError, match="the password file is empty"):
        read_password_file(str(path))


def test_where_no_keyring_works_it_is_said_and_a_way_on_is_named() -> None:
    with pytest.raises(InputError, match="the password cannot be had: no keyring works here") as raised:
        load_password(entry_of("ada", "mail.example", 993))
    assert "password_file" in raised.value.line()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("::ffff:10.0.0.1", False),
        ("fe80::1%eth0", False),
        ("2001:db8::1", False),
    ],
)
def test_only_an_address_of_this_machine_passes_for_one(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected


def test_a_mailbox_without_a_password_is_not_added() -> None:
    table = ImapTable(id="m", kind="imap", host="mail.example", login="ada", password_file="/nowhere")
    source = ImapSource(table, Surroundings(1000, print))
    source.prepare(lambda _: None)  # its file is looked into when it is needed
    assert source.test().lines == ("the password file cannot be read: no such file or directory",)
    without = ImapSource(table.model_copy(update={"password_file": ""}), Surroundings(1000, print))
    with pytest.raises(InputError, match="no keyring works here"):
        without.prepare(lambda _: None)


def test_a_password_goes_with_the_last_source_that_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[str] = []
    monkeypatch.setattr("guardian.sources.live.imap.delete_password", gone.append)
    inbox, junk, other, filed = (
        ImapTable.model_validate({"id": "m", "kind": "imap", "host": "mail.example", **keys})
        for keys in (
            {"login": "ada"},
            {"login": "ada", "folder": "Junk"},
            {"login": "bob"},
            {"login": "ada", "password_file": "/nowhere"},
        )
    )
    source = ImapSource(inbox, Surroundings(1000, print))
    source.removed([junk, other])
    ImapSource(filed, Surroundings(1000, print)).removed([])
    assert gone == []
    source.removed([other, filed])
    assert gone == [inbox.entry]


def test_a_folder_with_many_gaps_in_its_numbers_is_refused_and_not_too_long_for_the_pipe() -> None:
    class Sparse:
        mails = 0

        def listing(self) -> tuple[int, list[int]]:
            return 1, list(range(1_000_000_000, 1_000_000_000 + 2 * self.mails, 2))

    sparse = Sparse()
    for sparse.mails, is_refused in ((MOST_RANGES, False), (MOST_RANGES + 1, True)):
        header, body = _answered(sparse, {"list": True})  # type: ignore[arg-type]  # what is used of a mailbox
        assert ("problem" in header) is is_refused
        encode(Frame(header, body))
