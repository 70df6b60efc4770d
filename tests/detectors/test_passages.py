"""Passages: an ask is never torn apart, and quotes are told from speech."""

from __future__ import annotations

import pytest
from detector_rig import steady
from hypothesis import given
from hypothesis import strategies as st

from guardian.detectors.passages import LONGEST, LONGEST_ASK, passages, plain, quoted_ranges

WORDS = st.text(alphabet="ab .!?\n'\"-1)é\u2019\ud800", max_size=900)


def cut(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in passages(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('Send it. Now! Why? "Ha." End', ["Send it.", "Now!", "Why?", '"Ha."', "End"]),
        ("please send me\nthe code", ["please send me\nthe code"]),  # a wrapped line
        ("One\n\nTwo", ["One", "Two"]),
        ("Do:\n- pay\n- run", ["Do:", "- pay", "- run"]),
        ("Ask Dr. Reyes e.g. at 3.30 for £1.99.", ["Ask Dr. Reyes e.g. at 3.30 for £1.99."]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_sentences_lists_and_paragraphs_are_parted_and_wrapped_lines_are_not(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


@steady
@given(WORDS)
def test_passages_cover_everything_but_white_space_and_are_bounded(text: str) -> None:
    covered = [False] * len(text)
    for start, end in passages(text):
        assert 0 < end - start <= LONGEST
        covered[start:end] = [True] * (end - start)
    assert all(covered[place] or letter.isspace() for place, letter in enumerate(text))


@steady
@given(st.integers(0, 1500), st.integers(1, LONGEST_ASK))
def test_no_ask_of_bounded_length_is_torn_apart(lead: int, size: int) -> None:
    ask = "x" * size
    text = "ab " * (lead // 3) + ask + " cd" * 300
    assert any(ask in text[start:end] for start, end in passages(text))


@steady
@given(st.text())
def test_plain_keeps_every_place_and_can_be_encoded(text: str) -> None:
    even = plain(text)
    assert len(even) == len(text)
    even.encode("utf-8")


def test_typographic_marks_become_plain_ones() -> None:
    assert plain("“don’t” \u00a0— «no»\r\n") == '"don\'t"  - "no" \n'


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ('He wrote "send me the code" and I laughed at it.', ['"send me the code"']),
        ("He wrote 'send me the code' and I didn't, I can't.", ["'send me the code'"]),
        ("Run `rm -rf` never, says the old handbook.", ["`rm -rf`"]),
        ('"Send me the code" now', []),  # more than half: it is the message
        ("I don't and you don't and they don't say so.", []),
        ('an inch is 2" or so', []),
    ],
)
def test_quotes_are_what_stands_between_marks(text: str, quotes: list[str]) -> None:
    assert [text[start:end] for start, end in quoted_ranges(text)] == quotes
