"""Frames of every kind of model process: what one side writes the other reads back, and nothing else is let in."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

import pytest
from cell_rig import steady
from hypothesis import given
from hypothesis import strategies as st

from guardian.inference import frames as encoder
from guardian.inference import generative_frames as generator
from guardian.inference.frames import FRAMES, Hello, Load, Loaded, Refusal, Request, Result, Row
from guardian.inference.framing import BODY_LIMIT_BYTES
from guardian.inference.framing import Protocol as Frames
from guardian.inference.generative_frames import (
    GENERATIVE_FRAMES,
    Count,
    Counted,
    Evaluate,
    Evaluated,
    LoadGenerative,
    Proceed,
    Ready,
)
from guardian.inference.packing import WORDS_LIMIT_BYTES, FrameError
from guardian.walls.probe import Probe


class Sent(NamedTuple):
    """A frame and the frames of its kind of process."""

    frames: Frames[Any]
    frame: Any

    @property
    def whole(self) -> bytes:
        """As it goes over the pipe."""
        return self.frames.encode(self.frame)


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
u16, u32, u64 = (st.integers(0, 2**bits - 1) for bits in (16, 32, 64))
blobs = st.binary(max_size=50)
numbers = st.binary(max_size=10).map(lambda data: data * 4)
pieces = st.lists(st.tuples(blobs, st.booleans()), max_size=4).map(tuple)
probes = st.lists(st.builds(Probe, words, st.booleans(), words), max_size=5).map(tuple)
hellos, refusals = st.builds(Hello, u16, words, probes), st.builds(Refusal, u32, words, words, words)
KINDS: dict[str, tuple[Frames[Any], st.SearchStrategy[Any]]] = {
    "encoder": (
        FRAMES,
        st.one_of(
            hellos,
            st.builds(Load, u32, u32, u32, u32, u32, u32),
            st.builds(Loaded, st.lists(words, max_size=5).map(tuple), st.booleans(), u16),
            st.builds(Request, u32, st.lists(blobs, max_size=5).map(tuple)),
            st.builds(Result, u32, st.lists(st.builds(Row, u32, u32, numbers), max_size=5).map(tuple)),
            refusals,
        ),
    ),
    "generator": (
        GENERATIVE_FRAMES,
        st.one_of(
            hellos,
            st.builds(LoadGenerative, u32, u32, u32, u32, u64, u64, st.booleans()),
            st.builds(Ready, u32, blobs, st.booleans(), u16),
            st.builds(Count, u32, blobs),
            st.builds(Counted, u32, u32, u32),
            st.builds(Evaluate, u32, u32, pieces, pieces, st.lists(blobs, max_size=3).map(tuple)),
            st.builds(Proceed, u32, u32, u32),
            st.builds(Evaluated, u32, u32, u32, st.lists(u32, max_size=3).map(tuple), blobs, numbers),
            refusals,
        ),
    ),
}
kinds = st.sampled_from(sorted(KINDS)).map(KINDS.__getitem__)
anything = kinds.flatmap(lambda kind: kind[1].map(lambda frame: Sent(kind[0], frame)))
TO_CHILD = (
    *(Sent(FRAMES, frame) for frame in (Load(1, 2, 3, 4, 5, 6), Request(1, (b"text",)))),
    *(Sent(GENERATIVE_FRAMES, frame) for frame in (LoadGenerative(1, 2, 3, 4, 5, 6), Count(1, b"x"))),
    *(Sent(GENERATIVE_FRAMES, frame) for frame in (Evaluate(1, 2, (), (), ()), Proceed(1, 2, 3))),
)
TO_PARENT = (
    *(
        Sent(each, frame)
        for each in (FRAMES, GENERATIVE_FRAMES)
        for frame in (Hello(1, "", ()), Refusal(0, "", "", ""))
    ),
    *(Sent(FRAMES, frame) for frame in (Loaded((), True, 1), Result(1, ()))),
    *(Sent(GENERATIVE_FRAMES, frame) for frame in (Ready(1, b"", True, 1), Counted(1, 2, 3))),
    Sent(GENERATIVE_FRAMES, Evaluated(1, 2, 3, (), b"", b"")),
)
OVER_A_CAP = {
    "texts": Sent(FRAMES, Request(1, (b"",) * (encoder.TEXTS_LIMIT + 1))),
    "size": Sent(FRAMES, Request(1, (b"x" * BODY_LIMIT_BYTES,))),
    "number": Sent(FRAMES, Request(2**32, ())),
    "outputs": Sent(FRAMES, Loaded(("label",) * (encoder.LABELS_LIMIT + 1), True, 1)),
    "words": Sent(FRAMES, Refusal(0, "code", "x" * (WORDS_LIMIT_BYTES + 1), "")),
    "negative": Sent(FRAMES, Load(-1, 1, 1, 1, 1, 1)),
    "segments": Sent(GENERATIVE_FRAMES, Evaluate(1, 1, ((b"", False),) * (generator.SEGMENTS_LIMIT + 1), (), ())),
    "prompt": Sent(GENERATIVE_FRAMES, Evaluate(1, 1, (), ((b"x" * BODY_LIMIT_BYTES, False),), ())),
    "labels": Sent(GENERATIVE_FRAMES, Evaluate(1, 1, (), (), (b"x",) * (generator.LABELS_LIMIT + 1))),
    "label": Sent(GENERATIVE_FRAMES, Evaluate(1, 1, (), (), (b"x" * (generator.PIECE_LIMIT_BYTES + 1),))),
    "vocabulary": Sent(GENERATIVE_FRAMES, Ready(1, bytes(generator.VOCABULARY_LIMIT + 1), True, 1)),
    "piece": Sent(GENERATIVE_FRAMES, Evaluated(1, 1, 1, (), b"x" * (generator.PIECE_LIMIT_BYTES + 1), b"")),
    "logits": Sent(GENERATIVE_FRAMES, Evaluated(1, 1, 1, (), b"", bytes(4 * generator.VOCABULARY_LIMIT + 4))),
    "large number": Sent(GENERATIVE_FRAMES, Count(2**32, b"")),
    "negative number": Sent(GENERATIVE_FRAMES, LoadGenerative(-1, 1, 1, 1, 1, 1)),
}


def read(frames: Frames[Any], data: bytes) -> list[Any]:
    return list(frames.stream(frames.to_child | frames.to_parent).feed(data))


@steady
@given(kinds.flatmap(lambda kind: st.tuples(st.just(kind[0]), st.lists(kind[1], max_size=4))), st.integers(1, 40))
def test_frames_come_back_equal_in_whatever_parts_the_pipe_delivers_them(
    sent: tuple[Frames[Any], list[Any]], part: int
) -> None:
    frames, written = sent
    data = b"".join(map(frames.encode, written))
    stream = frames.stream(frames.to_child | frames.to_parent)
    received = [frame for at in range(0, len(data), part) for frame in stream.feed(data[at : at + part])]
    assert received == written
    assert list(map(type, received)) == list(map(type, written))


@steady
@given(kinds, st.binary(max_size=200))
def test_any_bytes_are_frames_an_unfinished_frame_or_a_frame_error(
    kind: tuple[Frames[Any], object], data: bytes
) -> None:
    check_that_only_frames_come(kind[0], data)


@steady
@given(anything, st.data())
def test_a_damaged_frame_never_raises_anything_but_a_frame_error(sent: Sent, data: st.DataObject) -> None:
    whole = bytearray(sent.whole)
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] = data.draw(st.integers(0, 255))
    check_that_only_frames_come(sent.frames, bytes(whole))


def check_that_only_frames_come(frames: Frames[Any], data: bytes) -> None:
    try:
        received = read(frames, data)
    except FrameError:
        return
    assert data.startswith(b"".join(map(frames.encode, received)))


@steady
@given(anything, st.binary(min_size=1, max_size=8))
def test_bytes_behind_the_end_of_a_body_are_refused(sent: Sent, more: bytes) -> None:
    whole = sent.whole
    with pytest.raises(FrameError):
        read(sent.frames, struct.pack("<I", len(whole) - 5 + len(more)) + whole[4:] + more)


@steady
@given(anything)
def test_a_shortened_body_is_refused(sent: Sent) -> None:
    whole = sent.whole
    with pytest.raises(FrameError):
        read(sent.frames, struct.pack("<I", len(whole) - 6) + whole[4:-1])


@pytest.mark.parametrize("sent", TO_CHILD, ids=lambda sent: type(sent.frame).__name__)
def test_the_child_cannot_send_what_only_the_parent_may(sent: Sent) -> None:
    with pytest.raises(FrameError, match="where none is due"):
        list(sent.frames.stream(sent.frames.to_parent).feed(sent.whole))


@pytest.mark.parametrize("sent", TO_PARENT, ids=lambda sent: type(sent.frame).__name__)
def test_the_parent_cannot_send_what_only_the_child_may(sent: Sent) -> None:
    with pytest.raises(FrameError, match="where none is due"):
        list(sent.frames.stream(sent.frames.to_child).feed(sent.whole))


@pytest.mark.parametrize("name", OVER_A_CAP)
def test_a_frame_over_a_cap_is_not_even_written(name: str) -> None:
    with pytest.raises(FrameError):
        assert OVER_A_CAP[name].whole


@pytest.mark.parametrize(
    "frame",
    [Request(1, (b"secret",)), Evaluate(1, 1, ((b"secret", False),), ((b"secret", False),), ()), Count(1, b"secret")],
)
def test_the_text_of_a_question_is_not_in_its_repr(frame: object) -> None:
    assert "secret" not in repr(frame)
