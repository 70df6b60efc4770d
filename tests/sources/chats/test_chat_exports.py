"""Every export gives the words that are in it, to whoever wrote them; and whatever stands in one, reading it ends."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from chat_samples import SAMPLES, Sample, said
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.sources.chats.base import MAX_TEXT_BYTES, ChatFormat, Turn
from guardian.sources.chats.registry import chat_formats, format_of_export


class Dripping(io.BytesIO):
    """A stream that gives at most a few bytes at a time."""

    def __init__(self, raw: bytes, most: int) -> None:
        super().__init__(raw)
        self._most = most

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self._most if size is None or size < 0 else min(size, self._most))


def _read(sample: Sample, raw: bytes | None = None) -> list[Turn]:
    stream = cast(BinaryIO, io.BytesIO(sample.raw if raw is None else raw))
    return list(sample.format.turns(stream, me=sample.me))


@pytest.mark.parametrize("name", SAMPLES)
def test_an_export_says_who_wrote_what(name: str) -> None:
    turns = _read(SAMPLES[name])
    assert said(turns) == SAMPLES[name].said
    assert not any(turn.fault or turn.cut for turn in turns)


@pytest.mark.parametrize("name", SAMPLES)
def test_an_export_is_recognised_by_its_own_format_alone(name: str) -> None:
    sample = SAMPLES[name]
    assert [each.name for each in chat_formats() if each.recognises(sample.raw)] == [sample.format.name]
    found = format_of_export(sample.file_name, sample.raw)
    assert found is not None
    assert found.name == sample.format.name
    assert format_of_export(Path(sample.file_name).stem + ".bin", sample.raw) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Hello there,\n12/31/24, 9:41 PM - Ada: quoted\n",
        b"# notes\n2024-12-31 21:41 bought cake: two\n",
        b'{"name": "package", "version": "1.0.0", "type": "module"}',
        b'[{"guild": 1}]',
        b"<?xml version='1.0'?><feed/>",
        b"May 17, 2022 was a good day\nMe\n",
    ],
)
def test_other_files_are_no_exports(raw: bytes) -> None:
    assert [each.name for each in chat_formats() if each.recognises(raw)] == []


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("most", [1, 2, 7])
def test_where_the_pieces_of_a_file_end_makes_no_difference(name: str, most: int) -> None:
    sample = SAMPLES[name]
    assert said(list(sample.format.turns(cast(BinaryIO, Dripping(sample.raw, most)), me=sample.me))) == sample.said


@pytest.mark.parametrize("name", SAMPLES)
def test_a_byte_order_mark_makes_no_difference(name: str) -> None:
    assert said(_read(SAMPLES[name], b"\xef\xbb\xbf" + SAMPLES[name].raw)) == SAMPLES[name].said


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_that_ends_in_the_middle_gives_what_it_has_and_says_so(name: str) -> None:
    sample = SAMPLES[name]
    for end in range(0, len(sample.raw), 11):
        turns = _read(sample, sample.raw[:end])
        read = [turn for turn in turns if not turn.fault]
        assert len(read) <= len(sample.said)
        # The last one may be cut in text formats, where nothing says how long it is.
        assert said(read)[:-1] == sample.said[: max(len(read) - 1, 0)]
        if sample.format.names_chats and 0 < end < len(sample.raw.rstrip()):
            assert turns
            assert turns[-1].fault


@pytest.mark.parametrize("name", SAMPLES)
def test_150_broken_copies_of_an_export_are_read_without_an_error(name: str) -> None:
    _read_broken_copies(SAMPLES[name], 150)


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLES)
def test_20000_broken_copies_of_an_export_are_read_without_an_error(name: str) -> None:
    _read_broken_copies(SAMPLES[name], 20_000)


def _read_broken_copies(sample: Sample, count: int) -> None:
    generator = random.Random(sample.file_name)
    for _ in range(count):
        raw = bytearray(sample.raw)
        for _ in range(generator.randint(1, 8)):
            at = generator.randrange(len(raw))
            match generator.randrange(4):
                case 0:
                    raw[at] = generator.randrange(256)
                case 1:
                    del raw[at : at + generator.randint(1, 40)]
                case 2:
                    raw[at:at] = raw[generator.randrange(len(raw)) :][: generator.randint(1, 40)]
                case _:
                    raw[at:at] = generator.choice(
                        [b'"', b"{", b"]", b"\\", b"<", b"&#xD800;", b"\n", b"\0", b"'", b"-->"]
                    )
        for turn in _read(sample, bytes(raw)):
            turn.text.encode("utf-8", "surrogatepass")
            assert turn.fault[:1] == turn.fault[:1].lower()
            assert "\n" not in turn.fault


@settings(max_examples=150, deadline=None)
@given(raw=st.binary(max_size=400), format=st.sampled_from(chat_formats()))
def test_any_bytes_are_read_without_an_error(raw: bytes, format: ChatFormat) -> None:
    assert format.recognises(raw) in (True, False)
    assert all(isinstance(turn, Turn) for turn in format.turns(cast(BinaryIO, io.BytesIO(raw)), me=("x",)))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_text_of_any_length_is_cut_and_says_so(name: str) -> None:
    sample = SAMPLES[name]
    needle = sample.said[0][2].strip("\u200e").split()[0].encode()
    raw = sample.raw.replace(needle, b"x" * (MAX_TEXT_BYTES + 5000), 1)
    longest = max(_read(sample, raw), key=lambda turn: len(turn.text))
    assert MAX_TEXT_BYTES - 5000 < len(longest.text) <= MAX_TEXT_BYTES
    assert longest.cut


def test_no_export_shows_a_text_in_its_repr() -> None:
    assert "secret" not in repr(Turn("secret words", "secret"))
