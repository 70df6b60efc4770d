"""Mail and HTML taken apart behind walls: the same readings as in this process, and nothing lost when it fails."""

from __future__ import annotations

import os
import re
import signal
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guardian.message import Format, Message
from guardian.reading.limits import Limits
from guardian.reading.mail import MailExtract
from guardian.reading.reader import LocalReader, WalledReader
from guardian.reading.walled.process import ReadingProcess
from guardian.reading.walled.taking_apart import take_apart
from guardian.reading.walled.wire import WireError, packed, unpacked

MAILS = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "mail"
LIMITS = Limits()
MAIL = b"From: Ann <ann@x.example>\nSubject: =?utf-8?q?L=C3=BCnch?=\n\nShall we have lunch?\n"
PAGE = b"<html><body><p>Seen</p><p style='display:none'>Unseen, and quite long enough to count.</p></body></html>"


@pytest.fixture(scope="module")
def walled() -> Iterator[WalledReader]:
    reader = WalledReader(LIMITS)
    yield reader
    reader.close()


def mail(raw: bytes = MAIL) -> Message:
    return Message(raw, format=Format.MAIL)


def process_of(reader: WalledReader) -> int:
    _ = reader.wall
    assert reader._process is not None
    return reader._process._process.pid


def children_of(process: int) -> list[int]:
    words = (path.read_text().split() for path in Path(f"/proc/{process}/task").glob("*/children"))
    return [int(word) for line in words for word in line]


@pytest.mark.parametrize("message", [mail(), Message(PAGE, format=Format.HTML), Message(PAGE), Message(b"plain text")])
def test_a_reading_is_the_same_on_either_side_of_the_walls(walled: WalledReader, message: Message) -> None:
    assert walled.read(message) == LocalReader(LIMITS).read(message)


@pytest.mark.long
def test_every_mail_of_the_corpora_reads_the_same(walled: WalledReader) -> None:
    if not MAILS.exists():
        pytest.skip("../shared/corpora/mail is not here")
    paths = [path for path in sorted(MAILS.rglob("*")) if path.is_file()]
    assert len(paths) > 100
    for path in paths:
        message = mail(path.read_bytes())
        assert walled.read(message) == LocalReader(LIMITS).read(message), path.name


def test_the_process_stands_behind_a_wall_wherever_the_models_does(walled: WalledReader) -> None:
    assert walled.wall in ("netns", "seccomp", "none")
    if os.uname().machine in ("x86_64", "aarch64"):
        assert walled.wall != "none"


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="this system has no /proc")
def test_the_kernel_says_what_the_process_may_not_do(walled: WalledReader) -> None:
    process = process_of(walled)
    limits = Path(f"/proc/{process}/limits").read_text()
    assert re.search(r"^Max file size +0 +0 ", limits, re.MULTILINE), "nothing is written to a disk"
    assert re.search(rf"^Max address space +{512 * 1024 * 1024} ", limits, re.MULTILINE)
    assert re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE)
    if walled.wall != "none":
        assert re.search(r"^Seccomp:\t2$", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
    copies = [Path(f"/proc/{child}/limits").read_text() for child in children_of(process)]
    assert copies, "the next copy waits already"
    assert all(re.search(r"^Max file size +0 +0 ", copy, re.MULTILINE) for copy in copies)


def test_a_plain_text_needs_no_process() -> None:
    reader = WalledReader(LIMITS)
    assert reader.read(Message(b"Shall we have lunch?")).views[0].text == "Shall we have lunch?"
    assert reader._process is None
    reader.close()


def test_a_process_that_somebody_ends_in_the_middle_of_a_message_costs_it_nothing() -> None:
    reader = WalledReader(LIMITS)
    try:
        process = process_of(reader)
        os.kill(process, signal.SIGSTOP)
        threading.Timer(0.3, os.kill, (process, signal.SIGKILL)).start()
        reading = reader.read(mail())
        assert (reading.sender, reading.reasons) == ("ann@x.example", ())
        assert reader.standing().restarts == 1
        assert reader.standing().trouble == "its reader ended"
    finally:
        reader.close()


def test_a_process_that_ends_again_and_again_costs_the_message_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = WalledReader(LIMITS)
    ask = ReadingProcess.take_apart

    def ended(process: ReadingProcess, message: Message) -> MailExtract:
        _ = process.wall  # it is up
        process.end()
        return ask(process, message)

    monkeypatch.setattr(ReadingProcess, "take_apart", ended)
    try:
        reading = reader.read(mail())
        assert [reason.code for reason in reading.reasons] == ["reader-stopped"]
        assert reading.views[0].text == MAIL.decode()
        assert reader.restarts == 2
    finally:
        reader.close()


@pytest.mark.long
def test_a_process_that_hangs_over_a_message_costs_it_its_parts_and_the_next_nothing() -> None:
    reader = WalledReader(LIMITS)
    try:
        assert reader.read(mail()).sender == "ann@x.example"
        process = process_of(reader)
        os.kill(process, signal.SIGSTOP)
        reading = reader.read(mail())
        assert [reason.code for reason in reading.reasons] == ["reader-stopped"]
        assert reading.views[0].text == MAIL.decode(), "its raw text is judged all the same"
        assert reader.restarts == 1
        again = reader.read(mail())
        assert (again.sender, again.reasons) == ("ann@x.example", ())
    finally:
        reader.close()


def test_the_process_outlives_the_thread_that_first_asked() -> None:
    """The kernel ends it with the thread that started it, and that is one of the reader's own."""
    reader = WalledReader(LIMITS)
    asking = threading.Thread(target=lambda: reader.read(mail()))
    asking.start()
    asking.join()
    process = process_of(reader)
    assert reader.read(mail()).sender == "ann@x.example"
    assert (process_of(reader), reader.restarts) == (process, 0)
    reader.close()


def test_a_process_that_ended_between_two_messages_costs_none() -> None:
    reader = WalledReader(LIMITS)
    os.kill(process_of(reader), signal.SIGKILL)
    assert reader._process is not None
    reader._process._process.wait(60)
    assert reader.read(mail()).sender == "ann@x.example"
    assert reader.restarts == 0
    reader.close()


def test_a_reader_that_is_closed_in_the_middle_of_a_message_lets_go_of_it() -> None:
    reader = WalledReader(LIMITS)
    os.kill(process_of(reader), signal.SIGSTOP)
    threading.Timer(0.3, reader.close).start()
    reading = reader.read(mail())
    assert [reason.code for reason in reading.reasons] == ["reader-stopped"]
    assert reader.read(mail()).reasons[0].say == "the reader is closed; its raw text was read"


def test_its_standing_is_told_without_starting_anything() -> None:
    reader = WalledReader(LIMITS)
    assert reader.standing().wall == ""
    assert reader._process is None
    reader.read(mail())
    assert reader.standing().wall == reader.wall
    reader.close()
    assert reader.standing().wall == ""


@pytest.mark.slow
def test_what_needs_too_much_memory_is_said_and_the_rest_goes_on() -> None:
    limits = Limits(max_bytes_read=200 * 1024 * 1024)
    reader = WalledReader(limits)
    try:
        reading = reader.read(mail(b"Subject: a\n\n" + b"word " * 30_000_000))
        assert reading.reasons[0].code == "reader-stopped"
        assert reader.read(mail()).sender == "ann@x.example"
    finally:
        reader.close()


def test_the_process_ends_with_its_reader() -> None:
    reader = WalledReader(LIMITS)
    process = process_of(reader)
    reader.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


TAKEN = take_apart(Message(MAIL, format=Format.MAIL), LIMITS)


def test_an_answer_comes_back_equal() -> None:
    for message in (mail(), Message(PAGE, format=Format.HTML), mail(b"\xff\xfe\x00Subject: \xed\xa0\x80\n\n\xff")):
        taken = take_apart(message, LIMITS)
        assert unpacked(packed(taken), message.raw) == taken


@given(st.data())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_an_answer_of_a_liar_is_refused_or_holds_what_it_must(data: st.DataObject) -> None:
    body = bytearray(packed(TAKEN))
    for _ in range(data.draw(st.integers(1, 8))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(body)))
    try:
        found = unpacked(bytes(body[:cut] if data.draw(st.booleans()) else body), MAIL)
    except WireError:
        return
    assert isinstance(found, MailExtract)
    for view in found.extract.views:
        for piece in view.pieces:
            assert 0 <= piece.start <= piece.end <= len(MAIL)


@pytest.mark.parametrize(
    "body", [b"", b"\0" * 8, b"\xff" * 8, struct.pack("<Q", 2) + b"{}", struct.pack("<Q", 2) + b"[]"]
)
def test_no_answer_is_a_wire_error(body: bytes) -> None:
    with pytest.raises(WireError):
        unpacked(body, MAIL)


def test_a_message_that_grew_under_the_answer_is_refused() -> None:
    with pytest.raises(WireError):
        unpacked(packed(TAKEN), MAIL.replace(b"lunch", b"LUNCH"))
