"""Long messages in parts: within the budget, overlapping, with both ends, and said where something is left out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.inference.generative import GenerationFailure
from guardian.judge.windows import MOST_PARTS, Parts, cut_parts, newest_turns, plain

texts = st.one_of(
    st.text(),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=200, max_size=900),
    st.builds(
        lambda word, times: word * times,
        st.sampled_from(["money now ", "a", "\u8a00", "\n", "x" * 50]),
        st.integers(1, 900),
    ),
)


def tokens_of(text: str) -> int:
    """A vocabulary in which Latin letters are three a token and all else one a byte: dense spots are denser."""
    latin = sum(character.isascii() for character in text)
    return -(-latin // 3) + len(text.encode()) - latin


def cut(text: str, most_tokens: int) -> Parts:
    parts = cut_parts(text, most_tokens, tokens_of)
    assert isinstance(parts, Parts)
    return parts


@given(texts, st.integers(20, 400))
def test_parts_fit_and_have_both_ends(text: str, most_tokens: int) -> None:
    parts = cut(text, most_tokens)
    assert len(parts.texts) <= MOST_PARTS
    assert all(tokens_of(part) <= most_tokens for part in parts.texts)
    if text.strip():
        assert text.startswith(parts.texts[0])
        assert text.endswith(parts.texts[-1])


@given(st.integers(100, 20_000), st.integers(40, 400))
def test_what_is_not_said_to_be_cut_is_shown_whole(words: int, most_tokens: int) -> None:
    """With a number in every word, a word that is in no part would show."""
    text = " ".join(f"w{number:05}" for number in range(words))
    parts = cut(text, most_tokens)
    shown = {word for part in parts.texts for word in part.split()}
    missing = set(text.split()) - shown
    assert bool(missing) <= parts.is_truncated


def test_neighbours_overlap() -> None:
    text = " ".join(f"w{number:05}" for number in range(400))
    parts = cut(text, 400)
    assert 1 < len(parts.texts) <= MOST_PARTS
    assert not parts.is_truncated
    for one, other in pairwise(parts.texts):
        assert len(set(one.split()) & set(other.split())) >= 10


@pytest.mark.parametrize("place", [0.0, 0.005, 0.995, 1.0])
def test_what_stands_at_either_end_of_an_endless_text_is_shown(place: float) -> None:
    filler = ["filler"] * 60_000
    filler.insert(int(place * len(filler)), "NEEDLE")
    parts = cut(" ".join(filler), 1500)
    assert parts.is_truncated
    assert any("NEEDLE" in part for part in parts.texts)


def test_a_dense_spot_between_the_samples_is_cut_smaller_and_never_over_the_budget() -> None:
    text = "plain words here " * 900 + "\u8a00" * 3000 + " plain words here" * 900
    assert all(tokens_of(part) <= 500 for part in cut(text, 500).texts)


@pytest.mark.parametrize("text", ["", " \n\t ", "\u3000"])
def test_nothing_to_read_is_no_part(text: str) -> None:
    assert cut(text, 100) == Parts((), False)


def test_without_room_nothing_is_shown_and_that_is_said() -> None:
    assert cut("some words", 0) == Parts((), True)


def test_bytes_that_are_no_text_can_be_written() -> None:
    assert plain("a\ud800b").encode() == "a\ufffdb".encode()
    assert cut("a\udc80b", 100).texts == ("a\ufffdb",)


def test_a_model_that_cannot_count_is_a_failure() -> None:
    down = GenerationFailure("model-down", "it is down")
    assert cut_parts("word " * 1000, 100, lambda _: down) is down
    assert newest_turns(["a"], 100, lambda _: down) is down


@pytest.mark.parametrize(
    ("room", "kept"),
    [(0, ()), (1, ("ccc",)), (2, ("bbb", "ccc")), (4, ("aaaaaa", "bbb", "ccc")), (3, ("bbb", "ccc"))],
)
def test_turns_are_left_out_from_the_oldest(room: int, kept: tuple[str, ...]) -> None:
    result = newest_turns(["aaaaaa", "bbb", "ccc"], room, tokens_of)
    assert not isinstance(result, GenerationFailure)
    assert result[0] == kept
    assert result[1] == sum(map(tokens_of, kept))
