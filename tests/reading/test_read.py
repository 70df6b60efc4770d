"""The whole of reading: no bytes are an error, and nothing is left out without a reason."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reading_rig import CORPORA, LIMITS, codes, read_as, shared_mails, steady, texts

from guardian.message import Format, Message
from guardian.reading.base import Reading
from guardian.reading.read import read
from guardian.reading.walled import taking_apart

FORMATS = st.sampled_from(list(Format))


@settings(steady, max_examples=300)
@given(st.binary(max_size=300), FORMATS)
@example(b"\xff\xfe\0", Format.TEXT)
@example(b"\xef\xbb\xbf", Format.HTML)
@example(b"<html", Format.TEXT)
def test_no_bytes_are_an_error(raw: bytes, format: Format) -> None:
    reading = read_as(raw, format)
    assert "reader-failed" not in codes(reading)


@settings(steady, max_examples=200)
@given(st.text(max_size=300), FORMATS)
def test_no_text_is_an_error(text: str, format: Format) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    assert read_as(raw, format) is not None


@pytest.mark.parametrize("format", list(Format))
def test_an_empty_message_is_complete(format: Format) -> None:
    reading = read(Message(b"", format=format))
    assert (reading.views, reading.windows, reading.reasons, reading.size_bytes) == ((), (), (), 0)


def test_the_same_bytes_read_the_same() -> None:
    raw = b"Subject: x\n\n<p>Hello there, see you at nine.</p>" * 50
    for format in Format:
        first, second = read_as(raw, format), read_as(raw, format)
        assert (first.views, first.windows, first.reasons) == (second.views, second.windows, second.reasons)


def is_fully_judged(reading: Reading) -> bool:
    for index, view in enumerate(reading.views):
        covered = set[int]()
        for window in reading.windows:
            if window.view == index:
                covered.update(range(window.start, window.end))
        if any(not letter.isspace() and place not in covered for place, letter in enumerate(view.text)):
            return False
    return True


@steady
@given(st.binary(max_size=3000), FORMATS)
def test_what_is_in_no_window_has_a_reason(raw: bytes, format: Format) -> None:
    reading = read_as(raw, format)
    assert is_fully_judged(reading) or reading.reasons


def test_a_fault_of_a_reader_is_a_reason_and_the_raw_text_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(taking_apart, "take_apart", broken)
    reading = read_as(b"send me the code", Format.MAIL)
    assert str(reading.reasons[0]) == "reader-failed: the reader failed (ZeroDivisionError); the raw text was read"
    assert texts(reading) == {"text": "send me the code"}
    assert reading.windows


def test_a_plain_text_needs_neither_the_mail_nor_the_html_reader() -> None:
    """Cold start: what a plain message does not need is not imported."""
    program = (
        "import sys; from guardian.reading.read import read; from guardian.message import Message;"
        "read(Message(b'hello there')); print([m for m in ('selectolax', 'email', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_long_text_is_judged_in_part_and_says_so() -> None:
    raw = b"The ferry leaves at nine and comes back at five. " * 60_000
    reading = read_as(raw)
    assert set(codes(reading)) == {"too-large"}
    assert len(reading.windows) == LIMITS.max_windows


def test_the_shared_mails_are_read_without_a_fault() -> None:
    mails = shared_mails()
    exact = total = 0
    for path in mails:
        raw = path.read_bytes()
        reading = read_as(raw, Format.MAIL)
        assert not {"reader-failed", "unparsable-mail"} & set(codes(reading)), path.name
        for view in reading.views:
            total += 1
            exact += view.pieces[0].exact
    assert len(mails) > 120
    assert exact > total / 2, "most texts of most mails travel as they are"


@pytest.mark.parametrize("format", [Format.TEXT, Format.HTML])
def test_the_shared_mails_read_as_anything_else_are_no_error(format: Format) -> None:
    for path in shared_mails():
        assert "reader-failed" not in codes(read_as(path.read_bytes(), format))


TOKENS = (
    *b'"|(|=?|?=|--|boundary=|;|:| |<|&#|<!--|charset=utf-7|charset=punycode|name*=utf-8'.split(b"|"),
    *(b"\r\n", b"\n", b"\0", b"\xff", b"<div style='display:none'>"),
    b"Content-Type: multipart/mixed; boundary=x\r\n",
    b"Content-Type: message/rfc822\n\n",
    b"Content-Transfer-Encoding: base64\n",
)


def mutant(dice: random.Random, mails: list[bytes]) -> bytes:
    """A mail with up to eight cuts, swaps, repeats and insertions."""
    raw = bytearray(dice.choice(mails))
    for _ in range(dice.randint(1, 8)):
        start = dice.randrange(len(raw) + 1)
        end = min(len(raw), start + dice.randint(0, 40))
        other = dice.choice(mails)
        place = dice.randrange(len(other))
        change = dice.choice(("cut", "insert", "flip", "repeat", "end", "graft"))
        if change == "cut":
            del raw[start:end]
        elif change == "insert":
            raw[start:start] = dice.choice(TOKENS) * dice.randint(1, 3)
        elif change == "flip" and start < len(raw):
            raw[start] = dice.randrange(256)
        elif change == "repeat":
            raw[start:start] = raw[start:end] * dice.randint(1, 20)
        elif change == "end":
            del raw[start:]
        else:
            raw[start:end] = other[place : place + 200]
    return bytes(raw)


@pytest.mark.parametrize("seed", range(5))
def test_mutants_of_mails_are_no_error_and_their_offsets_are_true(seed: int) -> None:
    dice = random.Random(seed)
    mails = [path.read_bytes() for path in shared_mails() if path.stat().st_size < 30_000]
    for _ in range(300):
        raw = mutant(dice, mails)
        reading = read_as(raw, dice.choice((Format.MAIL, Format.MAIL, Format.HTML)))
        assert "reader-failed" not in codes(reading), raw
        for window in reading.windows:
            assert len(window.text.encode()) <= LIMITS.window_bytes


def test_naughty_strings_are_read_in_every_format() -> None:
    """The Big List of Naughty Strings (Max Woolf, MIT)."""
    path = Path(CORPORA / "blns.json")
    if not path.is_file():
        pytest.skip("../shared/corpora is absent")
    for text in json.loads(path.read_text(encoding="utf-8")):
        raw = text.encode("utf-8", "surrogatepass")
        for format in Format:
            assert "reader-failed" not in codes(read_as(raw, format)), text
        assert "".join(view.text for view in read_as(raw).visible).strip() == text.strip() or text.startswith("\ufeff")
