"""Plain text: one exact view, whatever the bytes are."""

from __future__ import annotations

import codecs
import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_rig import LIMITS, codes, literal, read_as, steady

from guardian.message import Message
from guardian.reading.read import is_taken_apart
from guardian.reading.text import is_mostly_binary


def is_read_as_it_stands(raw: bytes) -> bool:
    """Not by a mark of its encoding, nor as a page."""
    return not raw.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb")) and not is_taken_apart(Message(raw))


@steady
@given(st.binary(min_size=1, max_size=400).filter(is_read_as_it_stands))
def test_a_text_is_one_view_that_holds_every_byte(raw: bytes) -> None:
    (view,) = read_as(raw).visible
    assert view.text.encode("utf-8", "surrogateescape") == raw
    assert (view.pieces[0].start, view.pieces[-1].end) == (0, len(raw))
    assert all(piece.exact for piece in view.pieces)


def test_an_empty_message_is_fully_read() -> None:
    reading = read_as(b"")
    assert (reading.views, reading.windows, reading.reasons) == ((), (), ())


def test_white_space_is_read_and_needs_no_window() -> None:
    reading = read_as(b" \r\n\t\n")
    assert [view.text for view in reading.views] == [" \r\n\t\n"]
    assert (reading.windows, reading.reasons) == ((), ())


def test_line_ends_and_controls_stand_as_they_came() -> None:
    raw = b"one\r\ntwo\rthree\n\x1b[31mred\x1b[0m\ttab"
    assert read_as(raw).views[0].text == raw.decode()


def test_a_utf8_mark_is_no_part_of_the_text() -> None:
    view = read_as(codecs.BOM_UTF8 + "grüß dich".encode()).views[0]
    assert view.text == "grüß dich"
    assert view.span(0, 4).start == 3


@pytest.mark.parametrize(
    "raw",
    [
        # What Windows PowerShell writes with >, and Notepad as "Unicode".
        codecs.BOM_UTF16_LE + "send the code".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "send the code".encode("utf-16-be"),
        codecs.BOM_UTF32_LE + "send the code".encode("utf-32-le"),
        codecs.BOM_UTF32_BE + "send the code".encode("utf-32-be"),
    ],
)
def test_wide_texts_are_decoded_and_not_called_exact(raw: bytes) -> None:
    view = read_as(raw).views[0]
    assert view.text == "send the code"
    assert view.span(0, 4) == dataclasses.replace(view.span(0, 4), start=0, end=len(raw), exact=False)


def test_half_a_wide_character_is_no_error() -> None:
    assert read_as(codecs.BOM_UTF16_LE + b"a\0b").views[0].text.startswith("a")


BINARY = [
    # The first bytes of files as their formats define them: PNG, gzip, ELF, JPEG.
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x06\0\0\0", True),
    (b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\x48\xcd\xc9\xc9\xd7\x51\x28", True),
    (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0", True),
    (b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01", True),
    (b"\0" * 40, True),
    (b"send me the code" + b"\0" * 40, True),
    # Text, though odd: one NUL, Latin-1, a coloured log, emoji, Chinese, a form feed.
    (b"send me\0the code", False),
    ("für die Größe wäre es später schöner".encode("latin-1"), False),
    (b"\x1b[1m\x1b[31mfailed\x1b[0m: 3 of 4 tests", False),
    ("🎉🎉 you won 🎉🎉".encode(), False),
    ("你好，请把验证码发给我".encode(), False),
    (b"page one\f\npage two\f\n", False),
]


@pytest.mark.parametrize(("raw", "is_binary"), BINARY)
def test_bytes_that_are_no_text_are_said_not_to_be(raw: bytes, is_binary: bool) -> None:
    reading = read_as(raw)
    assert ("not-text" in codes(reading)) is is_binary
    assert bool(reading.windows) is not is_binary
    assert reading.views, "rules look at it all the same"


def test_words_between_binary_are_judged() -> None:
    noise = bytes(range(128, 256)) * 40
    reading = read_as(noise + b"\nAct now, or lose your account for ever, says the bank. " * 20 + noise)
    assert "not-text" in codes(reading)
    assert any("lose your account" in window.text for window in reading.windows)


def test_a_window_never_holds_what_no_encoder_takes() -> None:
    window = read_as(b"the caf\xe9 is closed").windows[0]
    assert window.text == "the caf\ufffd is closed"
    assert len(window.text) == window.end - window.start


@steady
@given(st.text(max_size=60))
def test_counting_odd_characters_never_fails(text: str) -> None:
    assert is_mostly_binary(text) in (True, False)
    assert not is_mostly_binary("")


def test_a_text_beyond_the_limit_is_read_at_both_ends() -> None:
    limits = dataclasses.replace(LIMITS, max_bytes_read=1000)
    raw = ("äöü " * 200 + "the end").encode()
    reading = read_as(raw, limits=limits)
    head, tail = reading.views
    assert head.pieces[0].start == 0
    assert tail.pieces[-1].end == len(raw)
    assert sum(len(view.text.encode()) for view in reading.views) <= 1004
    assert "\udcc3" not in head.text + tail.text, "a cut never makes a character undecodable"
    assert reading.reasons[0].say == f"read only the first and the last 500 of {len(raw):,} bytes"


def test_a_span_late_in_a_long_text_finds_its_bytes() -> None:
    raw = ("naïve words and more words, " * 2000).encode()
    view = read_as(raw).views[0]
    span = view.span(50_000, 50_040)
    assert span.exact
    assert literal(raw, span.start, span.end) == view.text[50_000:50_040]
