"""Of an export that grows, is written anew or copied, each message is given out exactly once, and the owner's never."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from live_rig import Seen, put, texts

from guardian.errors import InputError
from guardian.sources.live.base import Surroundings
from guardian.sources.live.signal import SignalSource, SignalTable

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "chats"))
from chat_samples import SAMPLES

LONGEST_WAIT_S = 60.0


@pytest.mark.parametrize("name", SAMPLES)
def test_each_message_of_an_export_is_given_out_once(name: str, tmp_path: Path) -> None:
    sample = SAMPLES[name]
    seen = Seen()
    more = {"me": list(sample.me)} if sample.me else {}
    path = put(tmp_path / "exports" / sample.file_name, sample.raw)
    source = seen.source(sample.format.name, tmp_path / "exports", **more)
    assert [text.decode() for text in texts(seen.take(source))] == [
        text for _, is_owner, text in sample.said if not is_owner
    ]
    assert seen.take(source) == []
    put(path, sample.raw, time.time() - 100)
    assert seen.take(source) == []
    assert seen.take(seen.source(sample.format.name, path, **more)) == []
    assert source.test().is_good
    assert seen.said == []


def test_of_a_longer_export_only_what_is_new_is_given_out_with_what_stood_before(tmp_path: Path) -> None:
    chat = "31/12/2024, 21:41 - Ada: one\n31/12/2024, 21:42 - Owner: two\n"
    seen = Seen()
    put(tmp_path / "WhatsApp Chat with Ada.txt", chat)
    source = seen.source("whatsapp", tmp_path, me=["Owner"])
    assert texts(seen.take(source)) == [b"one"]
    put(tmp_path / "WhatsApp Chat with Ada (1).txt", chat + "31/12/2024, 21:43 - Ada: three\n")
    (delivery,) = seen.take(source)
    assert (delivery.message.raw, delivery.message.context) == (b"three", ("one", "two"))
    assert (delivery.message.sender, delivery.message.source) == ("Ada", "chat:box")


def test_each_export_that_cannot_be_read_to_its_end_is_told(tmp_path: Path) -> None:
    """Else the second backup that breaks off where the first did would be taken for one without news."""
    backup = '<smses><sms address="+1" date="1" type="1" body="hi"/>\n<broken'
    seen = Seen()
    source = seen.source("sms", tmp_path)
    for number, new in ((1, 2), (2, 1)):
        put(tmp_path / f"sms-{number}.xml", backup, number)
        given = seen.take(source)
        assert (len(given), bool(given[-1].message.fault)) == (new, True)
    assert seen.take(seen.source("sms", tmp_path)) == []


def test_the_same_words_in_two_chats_are_two_messages(tmp_path: Path) -> None:
    seen = Seen()
    for name in ("WhatsApp Chat with Ada.txt", "WhatsApp Chat with Bob.txt", "WhatsApp Chat - C/_chat.txt"):
        put(tmp_path / name, "31/12/2024, 21:41 - Ada: ok\n")
    assert texts(seen.take(seen.source("whatsapp", tmp_path))) == [b"ok"] * 3


def test_a_file_that_is_being_written_waits(tmp_path: Path) -> None:
    seen = Seen()
    path = put(tmp_path / "a.txt", "31/12/2024, 21:41 - Ada: ok\n", time.time())
    source = seen.source("whatsapp", tmp_path)
    assert seen.take(source) == []
    assert source.is_unsettled
    os.utime(path, (1, 1))
    assert texts(seen.take(source)) == [b"ok"]


def test_other_files_links_and_pipes_are_passed_over(tmp_path: Path) -> None:
    seen = Seen()
    put(tmp_path / "notes.txt", "buy milk\n")
    put(tmp_path / "outside" / "chat.txt", "31/12/2024, 21:41 - Ada: outside\n")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.txt").symlink_to(tmp_path / "outside" / "chat.txt")
    os.mkfifo(tmp_path / "in" / "pipe.txt")
    put(tmp_path / "in" / "notes.txt", "buy milk\n")
    source = seen.source("whatsapp", tmp_path / "in")
    assert seen.take(source) == []
    assert len(seen.said) == 2
    assert source.unread == 1  # the pipe


def test_an_export_that_lies_too_deep_is_told_and_not_screened(tmp_path: Path) -> None:
    put(tmp_path / "1" / "2" / "3" / "4" / "5" / "chat.txt", "31/12/2024, 21:41 - Ada: too deep\n")
    seen = Seen()
    source = seen.source("whatsapp", tmp_path)
    assert seen.take(source) == []
    assert seen.said == ["1/2/3/4/5: more than 4 folders deep, passed over"]
    assert source.unread == 1


def test_a_file_that_was_named_and_is_no_export_is_an_error(tmp_path: Path) -> None:
    source = Seen().source("whatsapp", put(tmp_path / "chat.txt", "buy milk\n"))
    for _ in range(2):
        with pytest.raises(InputError, match="is no WhatsApp"):
            list(source.look(lambda _: False))


def test_what_is_not_there_is_one_line(tmp_path: Path) -> None:
    source = Seen().source("telegram", tmp_path / "result.json")
    with pytest.raises(InputError, match="no such file"):
        list(source.look(lambda _: False))
    assert not source.test().is_good


def test_a_source_that_knows_nobody_as_the_owner_says_how_to(tmp_path: Path) -> None:
    put(tmp_path / "a.txt", "31/12/2024, 21:41 - Ada\x1b: ok\n")
    report = Seen().source("whatsapp", tmp_path).test()
    assert report.lines[1] == 'none is known to be yours: set me = ["..."] to your name there (Ada\\x1b)'


# --- signal -----------------------------------------------------------------------------------------------------


def _line(text: str, at: int, *, is_owner: bool = False, **envelope: Any) -> bytes:
    """As signal-cli-jsonrpc(5) shows it."""
    message = {"timestamp": at, "message": text, "expiresInSeconds": 0, "viewOnce": False}
    what = (
        {"syncMessage": {"sentMessage": {"destination": "+1", "destinationNumber": "+1", **message}}}
        if is_owner
        else {"dataMessage": message}
    )
    source = "+2" if is_owner else "+1"
    sender = {"source": source, "sourceNumber": source, "sourceName": "Ada", "sourceDevice": 1, "timestamp": at}
    params = {"envelope": {**sender, **what, **envelope}, "account": "+2"}
    return json.dumps({"jsonrpc": "2.0", "method": "receive", "params": params}).encode() + b"\n"


@contextmanager
def _daemon(path: Path, *lines: bytes) -> Iterator[list[bytes]]:
    """A socket that says these lines to whoever connects, as a daemon does."""
    heard: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(0.5)
                    with suppress(OSError):  # who only tried whether it answers is gone
                        connection.sendall(b"".join(lines))
                        heard.append(connection.recv(1000))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield heard
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(LONGEST_WAIT_S)
    path.unlink()


class Daemons:
    """Sources of one daemon, each closed in the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said: list[str] = []
        self.sources: list[SignalSource] = []

    def source(self, **keys: Any) -> SignalSource:
        table = SignalTable(id="box", kind="signal", socket=str(self.path / "s"), **keys)
        self.sources.append(SignalSource(table, Surroundings(1000, self.said.append, self.path / "state")))
        return self.sources[-1]


@pytest.fixture
def daemons(tmp_path: Path) -> Iterator[Daemons]:
    made = Daemons(tmp_path)
    yield made
    for source in made.sources:
        source.close()


def _wait_for_lines(source: SignalSource, count: int) -> None:
    ends = time.monotonic() + LONGEST_WAIT_S
    while len(source._names()) < count and time.monotonic() < ends:
        source.wait(1.0)
    assert len(source._names()) == count


def test_what_signal_passes_on_survives_a_restart_and_is_given_out_once(tmp_path: Path, daemons: Daemons) -> None:
    seen = Seen()
    typing = b'{"method": "receive", "params": {"envelope": {"typingMessage": {"action": "STARTED"}}}}'
    lines = [
        _line("hi", 1),
        typing + b"\n",
        _line("hello", 2, is_owner=True),
        _line("send money", 3),
        _line("hi", 1),
        b"{broken\n",
    ]
    source = daemons.source()
    with _daemon(tmp_path / "s", *lines):
        _wait_for_lines(source, 5)
    source.close()
    again = daemons.source()
    given = seen.take(again)
    assert [(each.message.raw, each.message.context, each.message.fault) for each in given] == [
        (b"hi", (), ""),
        (b"send money", ("hi", "hello"), ""),
        (b"", (), "what signal-cli sent is not JSON"),
    ]
    assert {each.message.sender for each in given[:2]} == {"Ada <+1>"}
    assert seen.take(again) == []
    assert list((tmp_path / "state" / "signal" / "box").iterdir()) == []


def test_what_was_not_answered_stays_on_disk_for_its_owner_alone(tmp_path: Path, daemons: Daemons) -> None:
    source = daemons.source()
    with _daemon(tmp_path / "s", _line("hi", 1)):
        _wait_for_lines(source, 1)
    assert len(list(source.look(lambda _: False))) == 1
    assert len(list(source.look(lambda _: False))) == 1
    (path,) = (tmp_path / "state" / "signal" / "box").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_daemon_in_manual_mode_is_asked(tmp_path: Path, daemons: Daemons) -> None:
    source = daemons.source(subscribe=True)
    with _daemon(tmp_path / "s", _line("hi", 1)) as heard:
        _wait_for_lines(source, 1)
        source._disconnect()
    assert json.loads(heard[0])["method"] == "subscribeReceive"


def test_a_daemon_that_is_not_there_is_said_and_tried_again(tmp_path: Path, daemons: Daemons) -> None:
    source = daemons.source()
    assert not source.wait(0.2)
    assert daemons.said[0].startswith("no connection to signal-cli at ")
    assert not source.test().is_good
    with _daemon(tmp_path / "s", _line("hi", 1)):
        _wait_for_lines(source, 1)
        assert source.test().is_good


def test_a_line_that_cannot_be_read_stays(tmp_path: Path, daemons: Daemons, monkeypatch: pytest.MonkeyPatch) -> None:
    source = daemons.source()
    with _daemon(tmp_path / "s", _line("hi", 1)):
        _wait_for_lines(source, 1)

    def fail(_: Path) -> bytes:
        raise OSError(24, "Too many open files")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "read_bytes", fail)
        assert Seen().take(source) == []
    assert source.is_unsettled
    assert daemons.said == ["a message of signal-cli's cannot be read: too many open files"]
    assert texts(Seen().take(source)) == [b"hi"]


@pytest.mark.long
def test_lines_that_cannot_be_kept_are_kept_later(tmp_path: Path, daemons: Daemons) -> None:
    """signal-cli passes a line on once: a full disk must not cost it."""
    source = daemons.source()
    in_the_way = tmp_path / "state" / "signal"
    in_the_way.parent.mkdir()
    in_the_way.write_text("not a folder")
    with _daemon(tmp_path / "s", _line("one", 1), _line("two", 2)):
        assert not source.wait(1.5)
        assert [line.partition(":")[0] for line in daemons.said] == ["what signal-cli passes on cannot be kept"] * 2
    source.wait(1.5)  # the daemon is gone, and what it said is not
    in_the_way.unlink()
    assert source.wait(LONGEST_WAIT_S)
    assert texts(Seen().take(source)) == [b"one", b"two"]


def test_two_broken_lines_are_two_messages(tmp_path: Path, daemons: Daemons) -> None:
    seen, source = Seen(), daemons.source()
    with _daemon(tmp_path / "s", b"{broken\n", b"{broken too\n"):
        _wait_for_lines(source, 2)
    assert len(seen.take(source)) == 2


def test_what_was_kept_for_a_source_goes_with_it(tmp_path: Path, daemons: Daemons) -> None:
    source = daemons.source()
    with _daemon(tmp_path / "s", _line("hi", 1)):
        _wait_for_lines(source, 1)
    source.removed([])
    source.removed([])
    assert list((tmp_path / "state" / "signal").iterdir()) == []
