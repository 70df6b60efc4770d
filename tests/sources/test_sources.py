"""Sources: what is read, in which order, and what becomes of what cannot be read."""

from __future__ import annotations

import io
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.errors import InputError
from guardian.message import Channel, Format
from guardian.sources.files import channel_of, format_of, list_files, open_regular_file, read_files
from guardian.sources.ndjson import MAX_LINE_BYTES, read_ndjson
from guardian.sources.read_ahead import read_ahead
from guardian.sources.stdin import read_stream


def parse(data: bytes) -> list[tuple[str, bytes, str]]:
    messages = read_ndjson(io.BytesIO(data), channel=Channel.INCOMING, source="test")
    return [(message.id, message.raw, message.fault) for message in messages]


@given(
    st.lists(
        st.text(st.characters(exclude_characters="\n\r"), min_size=1).filter(lambda line: line.strip()), max_size=8
    )
)
def test_every_line_that_is_not_blank_yields_one_message(rows: list[str]) -> None:
    data = b"\n".join(row.encode("utf-8", "surrogatepass") for row in rows)
    assert len(parse(data)) == len([row for row in data.split(b"\n") if row.strip()])


@given(st.text())
def test_a_text_comes_through_ndjson_unchanged(text: str) -> None:
    ((name, raw, fault),) = parse(json.dumps({"id": "x", "text": text}).encode())
    assert (name, fault) == ("x", "")
    assert raw == text.encode("utf-8", "surrogatepass")


def test_a_line_without_an_id_is_named_by_its_number() -> None:
    assert [row[0] for row in parse(b'{"text": "a"}\n\n{"text": "b"}\n')] == ["1", "3"]


def test_a_line_that_is_too_long_is_a_fault_and_the_next_one_is_read() -> None:
    data = b'{"text": "' + b"a" * MAX_LINE_BYTES + b'"}\n{"text": "b"}\n'
    rows = parse(data)
    assert "longer than" in rows[0][2]
    assert rows[1][1] == b"b"


def test_channel_sender_and_context_are_kept() -> None:
    line = {"text": "t", "channel": "ai_output", "sender": "bot", "context": ["hello"]}
    (message,) = read_ndjson(io.BytesIO(json.dumps(line).encode()), channel=Channel.INCOMING, source="s")
    assert (message.channel, message.sender, message.context) == (Channel.AI_OUTPUT, "bot", ("hello",))


def test_a_long_stream_is_cut_and_says_so() -> None:
    stream = io.BytesIO(b"x" * 5000)
    message, rest = read_stream(stream, channel=Channel.INCOMING, format=Format.TEXT, max_bytes=1000)
    assert message.cut
    assert rest is not None
    assert message.raw + rest.read() == b"x" * 5000


@pytest.mark.parametrize("size", [0, 999, 1000])
def test_a_stream_within_the_limit_is_whole(size: int) -> None:
    stream = io.BytesIO(b"x" * size)
    message, rest = read_stream(stream, channel=Channel.INCOMING, format=Format.TEXT, max_bytes=1000)
    assert (len(message.raw), message.cut, rest) == (size, False, None)


NAMES = [
    ("a.eml", Format.MAIL, Channel.INCOMING),
    ("A.EML", Format.MAIL, Channel.INCOMING),
    ("page.html", Format.HTML, Channel.INCOMING),
    ("note.txt", Format.TEXT, Channel.INCOMING),
    ("reply.ai.txt", Format.TEXT, Channel.AI_OUTPUT),
    ("reply.ai.md", Format.TEXT, Channel.AI_OUTPUT),
    ("mail.txt", Format.TEXT, Channel.INCOMING),  # ends in "ai" only before the l
]


@pytest.mark.parametrize(("name", "format", "channel"), NAMES)
def test_a_name_says_how_to_read_a_file(name: str, format: Format, channel: Channel) -> None:
    assert (format_of(Path(name)), channel_of(Path(name))) == (format, channel)


def test_a_maildir_is_mail(tmp_path: Path) -> None:
    for folder in ("cur", "new", "tmp"):
        (tmp_path / folder).mkdir()
    (tmp_path / "new" / "1732.M1.host").write_bytes(b"Subject: hi\n\nhello\n")
    (message,) = read_files(list_files([tmp_path]), channel=None, max_bytes=1000)
    assert message.format is Format.MAIL


def test_links_and_hidden_files_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "seen.txt").write_text("a")
    (tmp_path / ".hidden").write_text("b")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("c")
    (tmp_path / "link").symlink_to(tmp_path / "seen.txt")
    assert [file.name for file in list_files([tmp_path])] == ["seen.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read every file")
def test_an_unreadable_file_in_a_folder_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "a.txt").chmod(0)
    (message,) = read_files(list_files([tmp_path]), channel=None, max_bytes=10)
    assert "cannot be read" in message.fault


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path, make: type) -> None:
    make(tmp_path / "x")
    with pytest.raises(InputError):
        open_regular_file(tmp_path / "x")


def test_read_ahead_keeps_order_and_tells_when_nothing_is_there() -> None:
    go_on = threading.Event()

    def slow() -> Iterator[int]:
        yield 1
        go_on.wait(10)
        yield 2

    seen: list[int | None] = []
    for item in read_ahead(slow()):
        seen.append(item)
        if item is None and 1 in seen:
            go_on.set()
    assert [item for item in seen if item is not None] == [1, 2]
    assert seen.index(1) < len(seen) - 1 - seen[::-1].index(None)


def test_read_ahead_raises_what_its_source_raises_in_its_place() -> None:
    def breaks() -> Iterator[int]:
        yield 1
        raise InputError("the source broke")

    items = read_ahead(breaks())
    assert next(item for item in items if item is not None) == 1
    with pytest.raises(InputError, match="the source broke"):
        list(items)
