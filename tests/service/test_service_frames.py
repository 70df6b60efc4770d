"""Frames: what is written is read back, however it was cut; nothing else is a frame."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.service import frames
from guardian.service.frames import HEADER_LIMIT_BYTES, Frame, FrameError, FrameReader, FrameTooBigError, encode

BODY_LIMIT = 1000
any_text = st.text(st.characters(), max_size=30)  # lone surrogates too
headers = st.dictionaries(any_text, st.one_of(any_text, st.none(), st.booleans(), st.integers(), st.lists(any_text)))


@given(st.lists(st.tuples(headers, st.binary(max_size=BODY_LIMIT)), min_size=1, max_size=4), st.integers(1, 70))
def test_frames_come_back_equal_however_they_were_cut(sent: list[tuple[dict[str, Any], bytes]], piece: int) -> None:
    data = b"".join(encode(Frame(header, body)) for header, body in sent)
    reader = FrameReader(BODY_LIMIT)
    came = []
    for start in range(0, len(data), piece):
        reader.feed(data[start : start + piece])
        while (frame := reader.take()) is not None:
            came.append((frame.header, frame.body))
    assert came == sent
    assert reader.held_bytes == 0


@given(headers, st.binary(max_size=BODY_LIMIT))
def test_a_reader_that_asks_for_what_is_missing_never_holds_more_than_one_frame(
    header: dict[str, Any], body: bytes
) -> None:
    data = encode(Frame(header, body)) * 2
    reader, at, most = FrameReader(BODY_LIMIT), 0, 0
    while reader.take() is None:
        step = reader.missing_bytes
        assert step > 0
        reader.feed(data[at : at + step])
        at += step
        most = max(most, reader.held_bytes)
    assert at == most == len(data) // 2


@pytest.mark.parametrize(
    ("header_bytes", "body_bytes"),
    [(HEADER_LIMIT_BYTES + 1, 0), (2, BODY_LIMIT + 1), (0xFFFF_FFFF, 0xFFFF_FFFF)],
)
def test_lengths_beyond_the_limits_are_refused_before_anything_else_comes(header_bytes: int, body_bytes: int) -> None:
    reader = FrameReader(BODY_LIMIT)
    with pytest.raises(FrameTooBigError, match="allowed"):
        reader.feed(struct.pack(">II", header_bytes, body_bytes))


@pytest.mark.parametrize("header", [b"", b"{", b"[]", b"7", b"\xff\xfe", b'{"a":1}x', b"[" * 100_000, b"null"])
def test_a_header_that_is_no_object_is_refused(header: bytes) -> None:
    reader = FrameReader(BODY_LIMIT)
    reader.feed(struct.pack(">II", len(header), 0) + header)
    with pytest.raises(FrameError):
        reader.take()


@given(st.binary(max_size=300))
def test_any_bytes_are_frames_or_a_frame_error(data: bytes) -> None:
    reader = FrameReader(BODY_LIMIT)
    try:
        reader.feed(data)
        while (frame := reader.take()) is not None:
            json.dumps(frame.header)
    except FrameError:
        pass


def test_a_header_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(FrameTooBigError, match="header"):
        encode(Frame({"context": "x" * HEADER_LIMIT_BYTES}))


def test_no_frame_shows_what_it_holds() -> None:
    assert "secret" not in repr(Frame({"id": "secret"}, b"secret"))
    assert frames.PROTOCOL == 1  # whoever changes what a frame means raises it
