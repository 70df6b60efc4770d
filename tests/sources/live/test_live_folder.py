"""A folder of texts: each file once for what it says, when it is whole; nothing outside the folder."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from live_rig import LONG_AGO_S, Seen, put, texts, tree

from guardian.message import Channel, Format
from guardian.sources.live import folder as folder_module


def test_files_come_in_the_order_in_which_they_were_written_and_once(tmp_path: Path) -> None:
    seen = Seen()
    put(tmp_path / "b.txt", "first", 100)
    put(tmp_path / "in" / "a.txt", "second", 200)
    put(tmp_path / "a.ai.md", "third", 300)
    put(tmp_path / ".hidden", "never", 50)
    put(tmp_path / ".git" / "x", "never", 50)
    before = tree(tmp_path)
    deliveries = seen.take(seen.source("folder", tmp_path))
    assert texts(deliveries) == [b"first", b"second", b"third"]
    assert [each.message.id for each in deliveries] == ["b.txt", "in/a.txt", "a.ai.md"]
    assert [each.message.channel for each in deliveries] == [Channel.INCOMING, Channel.INCOMING, Channel.AI_OUTPUT]
    assert seen.take(seen.source("folder", tmp_path)) == []
    assert tree(tmp_path) == before


def test_a_file_is_read_again_when_it_changed_and_given_again_only_where_it_says_something_else(tmp_path: Path) -> None:
    seen = Seen()
    path = put(tmp_path / "a.txt", "one")
    source = seen.source("folder", tmp_path)
    (first,) = seen.take(source)
    os.utime(path, (LONG_AGO_S + 5, LONG_AGO_S + 5))
    (again,) = seen.take(source)
    assert again.key == first.key  # which a watcher knows
    assert seen.take(source) == []
    put(path, "two", LONG_AGO_S + 9)
    (other,) = seen.take(source)
    assert other.key != first.key


def test_a_file_waits_until_it_was_left_alone(tmp_path: Path) -> None:
    seen = Seen()
    path = put(tmp_path / "a.txt", "half", time.time())
    source = seen.source("folder", tmp_path)
    assert seen.take(source) == []
    assert source.is_unsettled
    put(path, "half and whole")
    assert texts(seen.take(source)) == [b"half and whole"]
    assert not source.is_unsettled


def test_a_time_in_the_future_keeps_no_file_waiting(tmp_path: Path) -> None:
    put(tmp_path / "a.txt", "x", time.time() + 86_400)
    seen = Seen()
    assert texts(seen.take(seen.source("folder", tmp_path))) == [b"x"]


def test_only_the_names_that_are_asked_for_are_watched(tmp_path: Path) -> None:
    put(tmp_path / "a.txt", "yes")
    put(tmp_path / "a.log", "no")
    put(tmp_path / "deep" / "b.html", "<p>yes", LONG_AGO_S + 1)
    seen = Seen()
    deliveries = seen.take(seen.source("folder", tmp_path, only=["*.txt", "*.html"]))
    assert texts(deliveries) == [b"yes", b"<p>yes"]
    assert deliveries[1].message.format is Format.HTML


def test_links_pipes_and_what_lies_too_deep_are_passed_over_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "DEEPEST", 2)
    box, outside = tmp_path / "box", put(tmp_path / "outside" / "secret.txt", "do not read me").parent
    box.mkdir()
    (box / "link").symlink_to(outside)
    (box / "file").symlink_to(outside / "secret.txt")
    os.mkfifo(box / "pipe")
    put(box / "1" / "2" / "3" / "x", "too deep")
    put(box / "1" / "2" / "y", "deep enough")
    seen = Seen()
    source = seen.source("folder", box)
    assert texts(seen.take(source)) == [b"deep enough"]
    assert source.unread == 2  # as guardian scan has it, a link holds nothing
    assert sorted(seen.said) == [
        "1/2/3: more than 2 folders deep, passed over",
        "file: a symbolic link, passed over",
        "link: a symbolic link, passed over",
        "pipe: a named pipe, passed over",
    ]


def test_a_file_that_can_be_read_again_is_unread_no_more(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x")
    seen = Seen()
    source = seen.source("folder", tmp_path)
    for _ in range(2):
        assert seen.take(source) == []
        assert source.unread == 1
    (tmp_path / "x").unlink()
    put(tmp_path / "x", "here I am")
    assert texts(seen.take(source)) == [b"here I am"]
    assert source.unread == 0


def test_the_folders_that_are_watched_are_those_that_were_met(tmp_path: Path) -> None:
    put(tmp_path / "a" / "b" / "x", "x")
    source = Seen().source("folder", tmp_path)
    assert source.folders() == (str(tmp_path),)
    list(source.look(lambda _: False))
    assert set(source.folders()) == {str(tmp_path), str(tmp_path / "a"), str(tmp_path / "a" / "b")}
