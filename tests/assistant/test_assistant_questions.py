"""Promises of the matcher: the owner's words find the right question, and nothing is guessed at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.assistant.questions import LONGEST_CHARACTERS, WORDS, Question, question_of, what_can_be_asked

# As people put such questions in chats; written for this project.
TABLE = (
    ("why?", Question.WHY),
    ("Why was this flagged?", Question.WHY),
    ("why is that", Question.WHY),
    ("What's wrong with it?", Question.WHY),
    ("what\u2019s wrong with this mail", Question.WHY),
    ("explain", Question.WHY),
    ("How come you say so", Question.WHY),
    ("which words did it", Question.WHY),
    ("How sure are you?", Question.WHY),
    ("what would change it?", Question.CHANGE),
    ("What would have to change for this to pass?", Question.CHANGE),
    ("what if I leave out the second sentence", Question.CHANGE),
    ("would it pass without the link?", Question.CHANGE),
    ("can I mute that", Question.CHANGE),
    ("which sentence tips it", Question.CHANGE),
    ("what is the threshold", Question.CHANGE),
    ("is there a benign reading?", Question.BENIGN),
    ("could this be a false alarm", Question.BENIGN),
    ("IS IT HARMLESS", Question.BENIGN),
    ("why could it be harmless?", Question.BENIGN),
    ("how can I check?", Question.BENIGN),
    ("Can I trust her?", Question.BENIGN),
    ("is this legit", Question.BENIGN),
    ("what could I answer?", Question.REPLY),
    ("what should I say", Question.REPLY),
    ("help me reply", Question.REPLY),
    ("how do I say no?", Question.REPLY),
    ("what do I tell him", Question.REPLY),
    ("have I seen this before?", Question.SIMILAR),
    ("anything similar?", Question.SIMILAR),
    ("Did I get something like this before", Question.SIMILAR),
    ("is this the same sender as last week", Question.SIMILAR),
)

NOT_OURS = (
    "",
    "   ",
    "???",
    "what is the weather like",
    "delete everything",
    "who are you",
    "translate it into German",
    "should I pay",
    "wherefore",  # holds no whole word of the table
    "unsafely",
    "\x1b]52;c;aGk=\x07",
    "\u65e5\u672c\u8a9e",
)


@pytest.mark.parametrize(("words", "question"), TABLE)
def test_the_owners_words_find_the_question(words: str, question: Question) -> None:
    assert question_of(words) is question


@pytest.mark.parametrize("words", NOT_OURS)
def test_what_is_none_of_the_five_is_not_guessed_at(words: str) -> None:
    assert question_of(words) is None


@pytest.mark.parametrize("question", list(Question))
def test_each_question_is_found_by_its_own_words_and_listed(question: Question) -> None:
    assert question_of(WORDS[question]) is question
    assert WORDS[question] in what_can_be_asked()


def test_two_questions_at_once_are_not_decided_by_order() -> None:
    assert question_of("mute or reply") is None


@given(st.text(max_size=2 * LONGEST_CHARACTERS))
def test_no_words_raise(words: str) -> None:
    assert question_of(words) in (None, *Question)
