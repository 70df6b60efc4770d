"""mbox: every mail once, whether the file grows or is written anew; a half-written mail waits until it is whole."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from live_rig import LONG_AGO_S, Seen, put, texts

from guardian.errors import InputError
from guardian.sources.live import mbox as mbox_module
from guardian.sources.mbox import read_mbox


def entry(number: int, *, extra: str = "") -> bytes:
    return f"From a@example.com Sat Nov 21 10:00:00 2026\n{extra}Subject: {number}\n\nNumber {number}\n\n".encode()


def raw(number: int) -> bytes:
    return f"Subject: {number}\n\nNumber {number}\n\n".encode()


def box_of(path: Path, *numbers: int) -> Path:
    return put(path / "box", b"".join(map(entry, numbers)))


def append(path: Path, *numbers: int, at_s: float = LONG_AGO_S + 60) -> None:
    with path.open("ab") as file:
        file.write(b"".join(map(entry, numbers)))
    os.utime(path, (at_s, at_s))


def test_the_mails_of_a_file_come_in_its_order_and_once(tmp_path: Path) -> None:
    box, seen = box_of(tmp_path, 1, 2, 3), Seen()
    source = seen.source("mbox", box)
    deliveries = seen.take(source)
    assert texts(deliveries) == [raw(1), raw(2), raw(3)]
    assert [each.position for each in deliveries] == ["message 1", "message 2", "message 3"]
    assert seen.take(source) == []
    assert seen.take(seen.source("mbox", box)) == []  # nor in another process


def test_of_a_file_that_grew_only_the_new_part_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    box, seen = box_of(tmp_path, *range(50)), Seen()
    source = seen.source("mbox", box)
    seen.take(source)
    read: list[int] = []
    whole = read_mbox

    def counting(stream, **options):  # type: ignore[no-untyped-def]
        for message in whole(stream, **options):
            read.append(len(message.raw))
            yield message

    monkeypatch.setattr(mbox_module, "read_mbox", counting)
    append(box, 50, 51)
    deliveries = seen.take(source)
    assert texts(deliveries) == [raw(50), raw(51)]
    assert [each.position for each in deliveries] == ["message 51", "message 52"]
    assert len(read) == 2


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        ((1, 2, 3), (1, 3), ()),
        ((1, 2, 3), (3, 2, 1), ()),
        ((1, 2), (9, 1, 2), (9,)),
        ((1,), (5, 6, 7), (5, 6, 7)),
        ((1, 2), (1, 2, 2), (2,)),
        ((2, 2), (2,), ()),
        ((), (1,), (1,)),
        ((1, 2), (), ()),
    ],
)
def test_of_a_file_that_was_written_anew_only_what_was_not_there_is_given(
    tmp_path: Path, before: tuple[int, ...], after: tuple[int, ...], new: tuple[int, ...]
) -> None:
    box, seen = box_of(tmp_path, *before), Seen()
    source = seen.source("mbox", box)
    assert len(seen.take(source)) == len(before)
    put(box, b"".join(map(entry, after)), LONG_AGO_S + 60)
    assert texts(seen.take(source)) == [raw(number) for number in new]


def test_a_mail_that_is_still_being_written_waits_and_comes_whole(tmp_path: Path) -> None:
    box, seen = box_of(tmp_path, 1), Seen()
    source = seen.source("mbox", box)
    seen.take(source)
    with box.open("ab") as file:
        file.write(entry(2)[:-15])
    assert seen.take(source) == []
    assert source.is_unsettled
    with box.open("ab") as file:
        file.write(entry(2)[-15:])
    os.utime(box, (LONG_AGO_S + 90, LONG_AGO_S + 90))
    assert texts(seen.take(source)) == [raw(2)]


def test_a_file_that_is_written_all_the_time_is_read_up_to_its_last_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mbox_module, "_LONGEST_UNREST_S", 0.0)
    box, seen = box_of(tmp_path, 1, 2), Seen()
    os.utime(box, (time.time(), time.time()))
    source = seen.source("mbox", box)
    assert texts(seen.take(source)) == [raw(1)]
    assert source.is_unsettled


def test_what_was_not_answered_comes_again_from_the_same_source(tmp_path: Path) -> None:
    box, seen = box_of(tmp_path, 1, 2), Seen()
    source = seen.source("mbox", box)
    given = list(source.look(seen))
    assert len(given) == 2
    assert [each.key for each in source.look(seen)] == [each.key for each in given]
    append(box, 3)
    assert len(list(source.look(seen))) == 3


def test_a_look_that_was_broken_off_loses_nothing(tmp_path: Path) -> None:
    box, seen = box_of(tmp_path, 1, 2, 3), Seen()
    source = seen.source("mbox", box)
    looking = seen.taking(source)
    next(looking)
    next(looking)
    looking.close()
    rest = texts(seen.take(source))
    assert raw(3) in rest
    assert seen.take(source) == []


def test_links_and_files_that_are_not_there_are_errors(tmp_path: Path) -> None:
    box = box_of(tmp_path, 1)
    (tmp_path / "link").symlink_to(box)
    for name in ("link", "none"):
        source = Seen().source("mbox", tmp_path / name)
        with pytest.raises(InputError):
            list(source.look(lambda _: False))
        assert not source.test().is_good
    assert not Seen().source("mbox", put(tmp_path / "text", "no mbox")).test().is_good
    assert Seen().source("mbox", box).test().lines == ("1 mails, 66 bytes",)


@pytest.mark.parametrize(
    "marks",
    [
        "Status: RO\n",
        "X-Status: A\nX-UID: 12\nContent-Length: 10\n",
        "X-Mozilla-Status: 0001\nX-Mozilla-Status2: 00000000\nX-Mozilla-Keys: a\n b\n",
        "X-IMAPbase: 1 2\nstatus: O\n",
    ],
)
def test_a_mail_that_was_only_marked_is_the_same_one(tmp_path: Path, marks: str) -> None:
    seen = Seen()
    source = seen.source("mbox", box_of(tmp_path, 1, 2))
    seen.take(source)
    box = put(tmp_path / "box", entry(1, extra=marks) + entry(2) + entry(3), LONG_AGO_S + 60)
    assert texts(seen.take(source)) == [raw(3)]
    assert seen.take(seen.source("mbox", box)) == []


@pytest.mark.parametrize("other", ["X-Other: 1\n", "Subject: Status: RO\n"])
def test_a_mail_with_another_header_is_another_one(tmp_path: Path, other: str) -> None:
    seen = Seen()
    source = seen.source("mbox", box_of(tmp_path, 1))
    seen.take(source)
    put(tmp_path / "box", entry(1, extra=other), LONG_AGO_S + 60)
    assert len(seen.take(source)) == 1
