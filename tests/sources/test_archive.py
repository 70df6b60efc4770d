"""An archive is told apart by what it is; an mbox is taken apart where mail programs put their `From ` lines."""

from __future__ import annotations

import io
import mailbox
import os
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.errors import InputError
from guardian.message import Channel, Format, Message
from guardian.sources.archive import open_archive
from guardian.sources.mbox import read_mbox


def _read(raw: bytes, *, max_bytes: int = 1 << 20) -> list[Message]:
    return list(read_mbox(io.BytesIO(raw), channel=Channel.INCOMING, source="mbox", max_bytes=max_bytes))


def _mail(body: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@x.example", "Hello"
    mail.set_content(body)
    return mail


def test_what_pythons_own_mailbox_wrote_is_read_message_by_message(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    bodies = ["First.\n", "From here on it is quoted.\n\nFrom me.\n", "Third.\n"]
    for body in bodies:
        box.add(_mail(body))
    box.close()
    with open_archive(tmp_path / "box", channel=None, max_bytes=1 << 20) as (messages, total):
        found = list(messages)
    assert total is None
    assert [message.id for message in found] == ["1", "2", "3"]
    assert {message.format for message in found} == {Format.MAIL}
    for message, body in zip(found, bodies, strict=True):
        assert body.strip().encode() in message.raw


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", []),
        (b"no separator\n", []),
        (b"From a\n", [b""]),
        (b"From a\nS: 1\n\nx\n", [b"S: 1\n\nx\n"]),
        (b"From a\nx\nFrom b is text\n\nFrom b\ny\n", [b"x\nFrom b is text\n\n", b"y\n"]),
        (b"From a\r\nx\r\n\r\nFrom b\r\ny", [b"x\r\n\r\n", b"y"]),
        (b"From a\n>From me\n>>From you\n> From\n", [b"From me\n>From you\n> From\n"]),
        (b"From " + b"a" * 200_000 + b"\nx\n\nFrom b\ny\n", [b"x\n\n", b"y\n"]),
    ],
)
def test_a_message_begins_where_a_mail_program_says(raw: bytes, expected: list[bytes]) -> None:
    assert [message.raw for message in _read(raw)] == expected


@given(
    st.lists(st.lists(st.sampled_from([b"word", b"", b"From x", b">From y", b"a" * 70_000]), max_size=6), max_size=4)
)
def test_nothing_but_separators_and_quote_marks_is_lost(bodies: list[list[bytes]]) -> None:
    raw = b"".join(
        b"From sender\n" + b"\n".join(line.replace(b"From ", b">From ", 1) for line in body) + b"\n\n"
        for body in bodies
    )
    assert [message.raw for message in _read(raw)] == [b"\n".join(body) + b"\n\n" for body in bodies]


def test_a_message_that_is_too_long_is_cut_and_says_so() -> None:
    first, second = _read(b"From a\n" + b"x" * 500_000 + b"\n\nFrom b\ny\n", max_bytes=1_000)
    assert (len(first.raw), first.cut) == (1_001, True)
    assert (second.raw, second.cut) == (b"y\n", False)


def test_an_archive_is_told_apart_by_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text('{"id": "n", "text": "x", "channel": "ai_output"}\n', encoding="utf-8")
    (tmp_path / "b.txt").write_text("plain", encoding="utf-8")
    for name, ids in (("a.ndjson", ["n"]), ("b.txt", [str(tmp_path / "b.txt")]), ("", ["a.ndjson", "b.txt"])):
        with open_archive(tmp_path / name, channel=None, max_bytes=1_000) as (messages, _):
            assert [message.id for message in messages] == ids


@pytest.mark.parametrize("name", ["missing", "pipe"])
def test_what_cannot_be_read_is_one_line(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (
        pytest.raises(InputError, match=f"cannot read .*{name}: "),
        open_archive(tmp_path / name, channel=None, max_bytes=1_000),
    ):
        pass
