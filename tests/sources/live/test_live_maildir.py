"""Maildir: every mail once, wherever it stands and however it is marked; nothing is touched; nothing else is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from live_rig import Seen, a_maildir, put, texts, tree

from guardian.errors import InputError
from guardian.message import Format


def mail(number: int) -> bytes:
    return f"From: a{number}@example.com\n\nNumber {number}\n".encode()


def test_mails_come_in_the_order_in_which_they_were_written_and_nothing_is_touched(tmp_path: Path) -> None:
    box, seen = a_maildir(tmp_path), Seen()
    for number, at_s in ((1, 300), (2, 100), (3, 200)):
        put(box / "new" / f"{number}.host", mail(number), at_s)
    put(box / "cur" / "4.host:2,S", mail(4), 50)
    before = tree(box)
    deliveries = seen.take(seen.source("maildir", box))
    assert texts(deliveries) == [mail(4), mail(2), mail(3), mail(1)]
    assert [each.message.id for each in deliveries] == ["4.host", "2.host", "3.host", "1.host"]
    assert {each.message.source for each in deliveries} == {"mail:box"}
    assert {each.message.format for each in deliveries} == {Format.MAIL}
    assert tree(box) == before


def test_a_mail_is_the_same_one_when_a_mail_program_moves_and_marks_it(tmp_path: Path) -> None:
    box, seen = a_maildir(tmp_path), Seen()
    path = put(box / "new" / "1.host", mail(1))
    assert len(seen.take(seen.source("maildir", box))) == 1
    path.rename(box / "cur" / "1.host:2,S")
    assert seen.take(seen.source("maildir", box)) == []
    (box / "cur" / "1.host:2,S").rename(box / "cur" / "1.host:2,FRS")
    assert seen.take(seen.source("maildir", box)) == []


def test_a_mail_that_was_opened_before_the_watcher_saw_it_is_met_in_cur_unless_its_owner_says_no(
    tmp_path: Path,
) -> None:
    box = a_maildir(tmp_path)
    put(box / "cur" / "1.host:2,S", mail(1))
    seen = Seen()
    assert len(seen.take(seen.source("maildir", box))) == 1
    assert Seen().take(Seen().source("maildir", box, cur=False)) == []


def test_a_mail_that_moves_while_it_is_looked_for_is_met_by_the_next_look(tmp_path: Path) -> None:
    box, seen = a_maildir(tmp_path), Seen()
    put(box / "new" / "1.host", mail(1), 100)
    second = put(box / "new" / "2.host", mail(2), 200)
    source = seen.source("maildir", box)
    looking = seen.taking(source)
    assert next(looking).message.raw == mail(1)
    second.rename(box / "cur" / "2.host:2,S")
    assert list(looking) == []
    assert source.is_unsettled
    assert texts(seen.take(source)) == [mail(2)]
    assert not source.is_unsettled


def test_keys_of_what_is_there_are_those_of_a_look(tmp_path: Path) -> None:
    box, seen = a_maildir(tmp_path), Seen()
    for number in range(5):
        put(box / ("new" if number % 2 else "cur") / f"{number}.host", mail(number))
    source = seen.source("maildir", box)
    assert {key for key, _ in source.present()} == {delivery.key for delivery in seen.take(source)}


def test_a_mail_longer_than_is_read_is_cut_and_says_so(tmp_path: Path) -> None:
    box, seen = a_maildir(tmp_path), Seen()
    put(box / "new" / "1.host", b"x" * (1 << 21))
    (delivery,) = seen.take(seen.source("maildir", box))
    assert delivery.message.cut
    assert len(delivery.message.raw) == (1 << 20) + 1


def test_what_is_no_mail_is_passed_over_and_told(tmp_path: Path) -> None:
    box, seen = a_maildir(tmp_path / "box"), Seen()
    secret = put(tmp_path / "secret", "do not read me")
    (box / "new" / "link").symlink_to(secret)
    (box / "new" / "loop").symlink_to(box / "new")
    (box / "new" / "folder").mkdir()
    os.mkfifo(box / "new" / "pipe")
    put(box / "new" / ".hidden", "x")
    put(box / "new" / "1.host", mail(1))
    source = seen.source("maildir", box)
    assert texts(seen.take(source)) == [mail(1)]
    assert source.unread == 2  # the folder and the pipe; a link holds nothing
    assert sorted(seen.said) == [
        "folder: a folder, passed over",
        "link: a symbolic link, passed over",
        "loop: a symbolic link, passed over",
        "pipe: a named pipe, passed over",
    ]


@pytest.mark.parametrize("made", ["nothing", "a file", "a folder without new"])
def test_what_is_no_maildir_is_an_error_with_a_hint(tmp_path: Path, made: str) -> None:
    box = tmp_path / "box"
    if made == "a file":
        box.write_text("x")
    elif made == "a folder without new":
        box.mkdir()
    source = Seen().source("maildir", box)
    with pytest.raises(InputError):
        list(source.look(lambda _: False))
    assert not source.test().is_good
