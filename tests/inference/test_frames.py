"""Frames: what one side writes the other reads back equal, and nothing else is ever let in."""

from __future__ import annotations

import struct

import pytest
from cell_rig import steady
from hypothesis import given
from hypothesis import strategies as st

from guardian.inference.frames import (
    FRAMES,
    LABELS_LIMIT,
    TEXTS_LIMIT,
    Frame,
    Hello,
    Load,
    Loaded,
    Refusal,
    Request,
    Result,
    Row,
)
from guardian.inference.framing import BODY_LIMIT_BYTES
from guardian.inference.packing import WORDS_LIMIT_BYTES, FrameError
from guardian.walls.probe import Probe

ALL = FRAMES.to_child | FRAMES.to_parent
encode = FRAMES.encode
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
u16 = st.integers(0, 2**16 - 1)
u32 = st.integers(0, 2**32 - 1)
probes = st.lists(st.builds(Probe, words, st.booleans(), words), max_size=5).map(tuple)
rows = st.lists(st.builds(Row, u32, u32, st.binary(max_size=10).map(lambda data: data * 4)), max_size=5).map(tuple)
frames: st.SearchStrategy[Frame] = st.one_of(
    st.builds(Hello, u16, words, probes),
    st.builds(Load, u32, u32, u32, u32, u32, u32),
    st.builds(Loaded, st.lists(words, max_size=5).map(tuple), st.booleans(), u16),
    st.builds(Request, u32, st.lists(st.binary(max_size=50), max_size=5).map(tuple)),
    st.builds(Result, u32, rows),
    st.builds(Refusal, u32, words, words, words),
)


def read(data: bytes, accepts: frozenset[type[Frame]] = ALL) -> list[Frame]:
    return list(FRAMES.stream(accepts).feed(data))


@steady
@given(st.lists(frames, max_size=4), st.integers(1, 40))
def test_frames_come_back_equal_in_whatever_pieces_the_pipe_delivers_them(sent: list[Frame], piece: int) -> None:
    data = b"".join(map(encode, sent))
    stream = FRAMES.stream(ALL)
    received = [frame for at in range(0, len(data), piece) for frame in stream.feed(data[at : at + piece])]
    assert received == sent
    assert list(map(type, received)) == list(map(type, sent))


@steady
@given(st.binary(max_size=200))
def test_any_bytes_are_frames_an_unfinished_frame_or_a_frame_error(data: bytes) -> None:
    try:
        received = read(data)
    except FrameError:
        return
    assert data.startswith(b"".join(map(encode, received)))


@steady
@given(frames, st.data())
def test_a_damaged_frame_never_raises_anything_but_a_frame_error(frame: Frame, data: st.DataObject) -> None:
    whole = bytearray(encode(frame))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] = data.draw(st.integers(0, 255))
    try:
        received = read(bytes(whole))
    except FrameError:
        return
    assert bytes(whole).startswith(b"".join(map(encode, received)))


@steady
@given(frames, st.binary(min_size=1, max_size=8))
def test_bytes_behind_the_end_of_a_body_are_refused(frame: Frame, more: bytes) -> None:
    whole = encode(frame)
    longer = struct.pack("<I", len(whole) - 5 + len(more)) + whole[4:] + more
    with pytest.raises(FrameError):
        read(longer)


@steady
@given(frames)
def test_a_shortened_body_is_refused(frame: Frame) -> None:
    whole = encode(frame)
    with pytest.raises(FrameError):
        read(struct.pack("<I", len(whole) - 6) + whole[4:-1])


@pytest.mark.parametrize("frame", [Load(1, 2, 3, 4, 5, 6), Request(1, (b"text",))])
def test_the_child_cannot_send_what_only_the_parent_may(frame: Frame) -> None:
    with pytest.raises(FrameError, match="where none is due"):
        read(encode(frame), FRAMES.to_parent)


@pytest.mark.parametrize("frame", [Hello(1, "netns", ()), Loaded((), True, 1), Result(1, ()), Refusal(0, "", "", "")])
def test_the_parent_cannot_send_what_only_the_child_may(frame: Frame) -> None:
    with pytest.raises(FrameError, match="where none is due"):
        read(encode(frame), FRAMES.to_child)


@pytest.mark.parametrize(
    "frame",
    [
        Request(1, (b"",) * (TEXTS_LIMIT + 1)),
        Request(1, (b"x" * BODY_LIMIT_BYTES,)),
        Request(2**32, ()),
        Loaded(("label",) * (LABELS_LIMIT + 1), True, 1),
        Refusal(0, "code", "x" * (WORDS_LIMIT_BYTES + 1), ""),
        Load(-1, 1, 1, 1, 1, 1),
    ],
    ids=["texts", "size", "number", "labels", "words", "negative"],
)
def test_a_frame_over_a_cap_is_not_even_written(frame: Frame) -> None:
    with pytest.raises(FrameError):
        encode(frame)


@pytest.mark.parametrize(
    ("body", "kind", "why"),
    [
        (struct.pack("<IH", 1, TEXTS_LIMIT + 1), 4, "items"),
        (struct.pack("<IHI", 1, 1, 0xFFFFFFFF), 4, "too early"),
        (struct.pack("<IHIIIB", 1, 1, 9, 9, 1, 0), 5, "4-byte"),
        (struct.pack("<BHH", 2, 1, 0), 3, "flag"),
        (struct.pack("<I", 0) + struct.pack("<I", 2) + b"\xff\xfe" + struct.pack("<II", 0, 0), 6, "UTF-8"),
        (struct.pack("<II", 0, WORDS_LIMIT_BYTES + 1) + b"x" * (WORDS_LIMIT_BYTES + 9), 6, "bytes of words"),
    ],
    ids=["too many texts", "length beyond the end", "broken number", "flag", "not utf-8", "long words"],
)
def test_a_body_that_encode_would_not_write_is_refused(body: bytes, kind: int, why: str) -> None:
    with pytest.raises(FrameError, match=why):
        read(struct.pack("<IB", len(body), kind) + body)


def test_a_frame_that_claims_to_be_huge_is_refused_before_its_body_comes() -> None:
    with pytest.raises(FrameError, match="at most"):
        read(struct.pack("<IB", BODY_LIMIT_BYTES + 1, 5))


def test_the_text_of_a_request_is_not_in_its_repr() -> None:
    assert "secret" not in repr(Request(1, (b"secret",)))
