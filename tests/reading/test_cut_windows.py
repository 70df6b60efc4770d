"""Windows: all of the text, in pieces that the encoder takes."""

from __future__ import annotations

import dataclasses
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_rig import LIMITS, steady

from guardian.reading.base import View, ViewKind, Window, exact_view
from guardian.reading.limits import Limits
from guardian.reading.windows import cut_windows

SMALL = Limits(window_bytes=80, overlap_bytes=20, max_windows=10_000)

WORDS = st.sampled_from(
    [
        "pay ",
        "now. ",
        "the\n",
        "Größe ",
        "漢字",
        "。",
        "👩‍👩‍👧 ",
        "e\u0301",
        "x" * 90,
        "\t \n ",
        "\u3000",
        "क्षि",
        "\r\n",
    ]
)
TEXTS = st.lists(WORDS | st.text(max_size=8), max_size=60).map("".join)


def view_of(text: str, name: str = "text") -> View:
    return exact_view(ViewKind.VISIBLE, name, text)


@steady
@given(st.lists(TEXTS, max_size=3))
def test_every_character_that_says_something_is_in_a_window(view_texts: list[str]) -> None:
    windows, reasons = cut_windows([view_of(text) for text in view_texts], SMALL)
    if reasons:  # control characters only
        assert [reason.code for reason in reasons] == ["not-text"]
        return
    for index, text in enumerate(view_texts):
        covered = set[int]()
        for window in windows:
            if window.view == index:
                covered.update(range(window.start, window.end))
        assert [place for place, letter in enumerate(text) if not letter.isspace() and place not in covered] == []


@steady
@given(TEXTS)
def test_windows_are_small_in_order_and_overlap(text: str) -> None:
    windows, _ = cut_windows([view_of(text)], SMALL)
    for window in windows:
        assert len(window.text.encode()) <= SMALL.window_bytes
        assert window.text == text[window.start : window.end]
    for before, after in pairwise(windows):
        assert before.start < after.start
        assert before.end < after.end
        repeated = before.end
        while len(text[repeated : before.end].encode()) < SMALL.overlap_bytes:
            repeated -= 1
        assert not text[repeated : after.start].strip(), "only white space may shorten an overlap"


def test_a_short_text_is_one_window() -> None:
    assert cut_windows([view_of("  hi there ")], LIMITS) == ((Window(0, 2, 11, "hi there "),), ())


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("We met at noon. " * 20, ". "),
        ("one line of a list\n" * 20, "\n"),
        ("no stops at all here " * 20, " "),
        ("漢字かな。" * 40, "。"),
        ("First paragraph\n\n" * 20, "\n\n"),
    ],
)
def test_a_window_ends_where_a_reader_would_pause(text: str, end: str) -> None:
    windows, _ = cut_windows([view_of(text)], SMALL)
    assert len(windows) > 2
    assert all(window.text.endswith(end) for window in windows[:-1])


@pytest.mark.parametrize("cluster", ["e\u0301\u0323", "👩\u200d👩\u200d👧", "👍🏽", "क्षि", "❤\ufe0f"])
def test_a_letter_is_not_parted_from_its_marks(cluster: str) -> None:
    windows, _ = cut_windows([view_of(cluster * 200)], SMALL)
    for window in windows:
        first = window.text[0]
        assert not unicodedata.category(first).startswith("M")
        assert first != "\u200d"
        assert not window.text.endswith("\u200d")


def test_words_over_an_edge_stand_whole_in_one_window() -> None:
    demand = "send the gift card codes to me"
    for shift in range(0, 300, 7):
        text = "x" * shift + " " + "lorem ipsum dolor " * 60 + demand + " " + "sit amet " * 90
        windows, _ = cut_windows([view_of(text)], LIMITS)
        assert any(demand in window.text for window in windows)


def test_padding_with_white_space_takes_no_window() -> None:
    text = "hello" + " " * 50_000 + "\n" * 50_000 + "send me the code"
    windows, reasons = cut_windows([view_of(text)], dataclasses.replace(LIMITS, max_windows=3))
    assert not reasons
    assert "send me the code" in windows[-1].text


def test_too_long_a_text_is_sampled_at_head_tail_and_between() -> None:
    text = "".join(f"sentence number {number} stands here. " for number in range(20_000))
    windows, reasons = cut_windows([view_of(text)], LIMITS)
    total = int(reasons[0].say.split(" of ")[1].split()[0].replace(",", ""))
    assert len(windows) == LIMITS.max_windows
    assert reasons[0].code == "too-large"
    assert reasons[0].say == f"judged 64 of {total:,} windows"
    assert windows[0].start == 0
    assert windows[-1].end == len(text)
    assert all(after.start < before.end for before, after in pairwise(windows[:16])), "the head is judged without a gap"
    assert all(after.start < before.end for before, after in pairwise(windows[-16:])), "and so is the tail"
    widest = max(after.start - before.end for before, after in pairwise(windows))
    assert widest < 2 * len(text) / 32


def test_a_short_view_is_judged_whole_beside_a_long_one() -> None:
    views = [view_of("Your invoice", "subject"), view_of("padding here. " * 50_000, "body"), view_of("act now", "html")]
    windows, reasons = cut_windows(views, LIMITS)
    assert [window.text for window in windows if window.view != 1] == ["Your invoice", "act now"]
    assert len(windows) == LIMITS.max_windows
    assert reasons[0].code == "too-large"


@pytest.mark.parametrize("budget", [1, 2, 3, 5, 64])
def test_no_more_windows_than_allowed_whatever_the_views(budget: int) -> None:
    limits = dataclasses.replace(LIMITS, max_windows=budget)
    windows, reasons = cut_windows([view_of("many words here. " * 500, str(number)) for number in range(7)], limits)
    assert len(windows) == budget
    assert reasons[0].say.startswith(f"judged {budget} of ")


def test_the_same_text_gives_the_same_windows() -> None:
    views = [view_of("some words and more. " * 9000)]
    assert cut_windows(views, LIMITS) == cut_windows(views, LIMITS)


@pytest.mark.parametrize(
    "text", ["word " * 200_000, "x" * 1_000_000, "漢字" * 300_000, "\udcff" * 400_000, "a\u0301" * 300_000]
)
def test_a_megabyte_of_anything_is_cut(text: str) -> None:
    windows, reasons = cut_windows([view_of(text)], LIMITS)
    assert len(windows) <= LIMITS.max_windows
    assert reasons
