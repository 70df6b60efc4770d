"""Sentence windows: where a running text is cut does not depend on the pieces in which it came, and loses nothing."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.streams.units import MOST_CODE_CHARS, UnitCutter


def units(*pieces: str) -> list[str]:
    cutter = UnitCutter()
    return [*(unit for piece in pieces for unit in cutter.feed(piece)), *cutter.flush()]


PARTS = [*"abI.!?。」` \n~", "Dr.", "```", "\n```\n", "e.g. ", "word ", "x" * 90, " " * 40]
TEXT = st.lists(st.sampled_from(PARTS), max_size=30).map("".join)


@given(TEXT, st.lists(st.integers(0, 400), max_size=6))
@settings(max_examples=150, deadline=None)
def test_the_cuts_do_not_depend_on_the_pieces(text: str, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]
    assert units(*pieces) == units(text) == units(*text)


@given(TEXT)
@settings(max_examples=100, deadline=None)
def test_the_units_are_the_text_and_are_bounded(text: str) -> None:
    assert "".join(units(text)) == text
    assert all(len(unit.strip()) <= MOST_CODE_CHARS + 3 for unit in units(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", " Two!", " Three?"]),
        ("Dr. Smith came at 5 p.m. today. Good.", ["Dr. Smith came at 5 p.m.", " today.", " Good."]),
        ("你好。请付款！谢谢", ["你好。", "请付款！", "谢谢"]),
        ("1. Eggs\n2. Milk\n", ["1. Eggs", "\n2. Milk\n"]),
        ("Run:\n```sh\nls. Now\n\nrm x\n```\nDone.", ["Run:", "\n```sh\nls. Now\n\nrm x\n```", "\nDone."]),
        ("", []),
    ],
)
def test_a_text_is_cut_after_sentences_lines_and_code(text: str, expected: list[str]) -> None:
    assert units(text) == expected


def test_a_sentence_is_due_as_soon_as_the_next_one_begins() -> None:
    cutter = UnitCutter()
    assert cutter.feed("One sentence.") == []
    assert cutter.feed(" ") == []
    assert cutter.feed("T") == ["One sentence."]


@given(TEXT)
@settings(max_examples=150, deadline=None)
def test_what_is_foreseen_comes_where_a_new_sentence_does(text: str) -> None:
    cutter = UnitCutter()
    cutter.feed(text)
    foreseen = cutter.foreseen()
    assert not foreseen or cutter.feed(" A") == [foreseen]


@pytest.mark.parametrize(
    ("text", "foreseen"),
    [
        ("One sentence.", "One sentence."),
        ("First. Second one! ", " Second one!"),
        ('He said "no."', 'He said "no."'),
        ("One sentence", ""),
        ("One sentence,", ""),
        ("So said Dr.", ""),
        ("```sh\nls.", ""),
        ("1.", ""),
        ("", ""),
    ],
)
def test_a_sentence_is_foreseen_where_it_may_have_ended(text: str, foreseen: str) -> None:
    cutter = UnitCutter()
    cutter.feed(text)
    assert cutter.foreseen() == foreseen


def test_a_sentence_that_does_not_end_is_cut() -> None:
    cutter = UnitCutter()
    assert len(cutter.feed("word " * 80)) == 1


def test_a_text_that_comes_in_single_characters_and_never_ends_is_cut() -> None:
    cutter = UnitCutter()
    found = [unit for _ in range(4_000) for unit in cutter.feed("x")]
    assert len("".join(found)) > 3_600
