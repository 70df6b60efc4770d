"""Frames of a generative model: what one side writes the other reads back equal, and nothing else is ever let in."""

from __future__ import annotations

import struct

import pytest
from cell_rig import steady
from hypothesis import given
from hypothesis import strategies as st

from guardian.inference.frames import Hello, Refusal
from guardian.inference.framing import BODY_LIMIT_BYTES
from guardian.inference.generative_frames import (
    GENERATIVE_FRAMES,
    LABELS_LIMIT,
    PIECE_LIMIT_BYTES,
    SEGMENTS_LIMIT,
    VOCABULARY_LIMIT,
    Count,
    Counted,
    Evaluate,
    Evaluated,
    GenerativeFrame,
    LoadGenerative,
    Proceed,
    Ready,
)
from guardian.inference.packing import FrameError
from guardian.walls.probe import Probe

SECRET = ((b"secret", False),)
ALL = GENERATIVE_FRAMES.to_child | GENERATIVE_FRAMES.to_parent
encode = GENERATIVE_FRAMES.encode
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
u16, u32, u64 = (st.integers(0, 2**bits - 1) for bits in (16, 32, 64))
blobs = st.binary(max_size=30)
pieces = st.lists(st.tuples(blobs, st.booleans()), max_size=4).map(tuple)
frames: st.SearchStrategy[GenerativeFrame] = st.one_of(
    st.builds(Hello, u16, words, st.lists(st.builds(Probe, words, st.booleans(), words), max_size=3).map(tuple)),
    st.builds(LoadGenerative, u32, u32, u32, u32, u64, u64, st.booleans()),
    st.builds(Ready, u32, blobs, st.booleans(), u16),
    st.builds(Count, u32, blobs),
    st.builds(Counted, u32, u32, u32),
    st.builds(Evaluate, u32, u32, pieces, pieces, st.lists(blobs, max_size=3).map(tuple)),
    st.builds(Proceed, u32, u32, u32),
    st.builds(Evaluated, u32, u32, u32, st.lists(u32, max_size=3).map(tuple), blobs, blobs.map(lambda each: each * 4)),
    st.builds(Refusal, u32, words, words, words),
)


def read(sent: bytes, accepts: frozenset[type[GenerativeFrame]] = ALL) -> list[GenerativeFrame]:
    return list(GENERATIVE_FRAMES.stream(accepts).feed(sent))


@steady
@given(st.lists(frames, max_size=4), st.integers(1, 40))
def test_frames_come_back_equal_in_whatever_parts_the_pipe_delivers_them(
    sent: list[GenerativeFrame], part: int
) -> None:
    whole = b"".join(map(encode, sent))
    stream = GENERATIVE_FRAMES.stream(ALL)
    received = [frame for at in range(0, len(whole), part) for frame in stream.feed(whole[at : at + part])]
    assert received == sent
    assert list(map(type, received)) == list(map(type, sent))


@steady
@given(frames, st.data())
def test_a_damaged_frame_never_raises_anything_but_a_frame_error(frame: GenerativeFrame, data: st.DataObject) -> None:
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
def test_bytes_behind_the_end_of_a_body_are_refused(frame: GenerativeFrame, more: bytes) -> None:
    whole = encode(frame)
    with pytest.raises(FrameError):
        read(struct.pack("<I", len(whole) - 5 + len(more)) + whole[4:] + more)


@pytest.mark.parametrize(
    "frame", [LoadGenerative(1, 2, 3, 4, 5, 6), Count(1, b"x"), Evaluate(1, 2, (), (), ()), Proceed(1, 2, 3)]
)
def test_the_child_cannot_send_what_only_the_parent_may(frame: GenerativeFrame) -> None:
    with pytest.raises(FrameError, match="where none is due"):
        read(encode(frame), GENERATIVE_FRAMES.to_parent)


@pytest.mark.parametrize(
    "frame", [Hello(1, "netns", ()), Ready(1, b"", True, 1), Counted(1, 2, 3), Evaluated(1, 2, 3, (), b"", b"")]
)
def test_the_parent_cannot_send_what_only_the_child_may(frame: GenerativeFrame) -> None:
    with pytest.raises(FrameError, match="where none is due"):
        read(encode(frame), GENERATIVE_FRAMES.to_child)


@pytest.mark.parametrize(
    "frame",
    [
        Evaluate(1, 1, ((b"", False),) * (SEGMENTS_LIMIT + 1), (), ()),
        Evaluate(1, 1, (), ((b"x" * BODY_LIMIT_BYTES, False),), ()),
        Evaluate(1, 1, (), (), (b"x",) * (LABELS_LIMIT + 1)),
        Evaluate(1, 1, (), (), (b"x" * (PIECE_LIMIT_BYTES + 1),)),
        Ready(1, bytes(VOCABULARY_LIMIT + 1), True, 1),
        Evaluated(1, 1, 1, (), b"x" * (PIECE_LIMIT_BYTES + 1), b""),
        Evaluated(1, 1, 1, (), b"", bytes(4 * VOCABULARY_LIMIT + 4)),
        Count(2**32, b""),
        LoadGenerative(-1, 1, 1, 1, 1, 1),
    ],
    ids=["segments", "size", "labels", "label", "vocabulary", "piece", "logits", "number", "negative"],
)
def test_a_frame_over_a_cap_is_not_even_written(frame: GenerativeFrame) -> None:
    with pytest.raises(FrameError):
        encode(frame)


def test_a_row_that_is_not_made_of_numbers_is_refused() -> None:
    whole = bytearray(encode(Evaluated(1, 1, 1, (), b"", bytes(4))))
    whole[0] -= 1
    whole[-8:-4] = struct.pack("<I", 3)
    with pytest.raises(FrameError, match="4-byte"):
        read(bytes(whole[:-1]))


@pytest.mark.parametrize(
    "frame", [Evaluate(1, 1, ((b"secret", False),), ((b"secret", False),), ()), Count(1, b"secret")]
)
def test_the_text_of_a_question_is_not_in_its_repr(frame: GenerativeFrame) -> None:
    assert "secret" not in repr(frame)
