"""Sentences: what an explanation quotes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_rig import steady

from guardian.reading.sentences import MAX_SENTENCE_CHARS, split_sentences

# All texts are ours, 2026-11; a bar marks where a sentence ends.
CASES = [
    "One. |Two! |Three? |Four",
    "Wait... |what?! |No",
    "Mr. Ito met Dr. Ada at 5 p.m. |They spoke.",
    "Bring e.g. a torch, i.e. a lamp. |Thanks.",
    "J. R. Smith wrote. |It was long.",
    "It costs 3.50 euros, see www.shop.example/a.b for more. |Bye.",
    "Smith & Co. is ours. |Ask Smith & Co. |They know.",
    "She said no. |Then she left.",
    "See no. 5 on the list. |Ok.",
    'He said "stop." |She did. |(It was late.) |Yes.',
    "First line\n|second line\n\n|third",
    "Dear Anna,\n|the boiler is fixed.",
    "我很好。|你呢？|再见！",
    "これは本当です。|ありがとう",
    "क्या हाल है। |ठीक हूँ।",
    "Vote on 3 Sept. at noon. |Then go.",
    "Windows\r\n|line ends\r\n|stay",
    # A line that mail programs wrapped at 72 characters goes on; a short line ends.
    "We looked at the two offers that came in on Monday and found that the\nsecond one is better. |Regards",
    "We looked at the two offers that came in on Monday and found that the\n|Second one is better.",
]


@pytest.mark.parametrize("marked", CASES)
def test_sentences_end_where_a_reader_would_say(marked: str) -> None:
    text = marked.replace("|", "")
    assert [text[start:end] for start, end in split_sentences(text)] == [part.strip() for part in marked.split("|")]


@steady
@given(st.text(alphabet=st.sampled_from("aB .!?\n。é\u0301\t\r'\"1"), max_size=900))
def test_sentences_hold_everything_but_white_space(text: str) -> None:
    ranges = split_sentences(text)
    assert "".join("".join(text[start:end].split()) for start, end in ranges) == "".join(text.split())
    assert all(before[1] <= after[0] for before, after in pairwise(ranges))
    for start, end in ranges:
        assert 0 < end - start <= MAX_SENTENCE_CHARS
        assert text[start:end] == text[start:end].strip()


@steady
@given(st.text(max_size=300))
def test_any_text_can_be_split(text: str) -> None:
    assert "".join("".join(text[start:end].split()) for start, end in split_sentences(text)) == "".join(text.split())


def test_a_sentence_without_end_is_cut_between_words() -> None:
    text = "word " * 500
    quoted = [text[start:end] for start, end in split_sentences(text)]
    assert all(quote.startswith("word") and quote.endswith("word") for quote in quoted)
    assert max(map(len, quoted)) > MAX_SENTENCE_CHARS // 2


@pytest.mark.parametrize(
    "text", ["a" * 200_000, ". " * 100_000, "\n" * 200_000, "a." * 100_000, " " * 200_000, "J. " * 110_000]
)
def test_much_of_anything_is_split(text: str) -> None:
    assert sum(end - start for start, end in split_sentences(text)) <= len(text)
