"""The owner's word on a verdict: the latest counts, it can be taken back, and nothing else is changed by it."""

from __future__ import annotations

from typing import Any

import pytest
from entries_rig import NOW, ListedEntries, an_entry, feedback_entry, ms, verdict_entry
from hypothesis import given
from hypothesis import strategies as st

from guardian.errors import UsageError
from guardian.journal.feedback import LONGEST_NOTE_CHARACTERS, Feedback, LatestFeedback, Says
from guardian.journal.filters.matching import EVERYTHING
from guardian.journal.filters.query import parse_filter
from guardian.journal.record import Kind, Record
from guardian.journal.reports.view import select, view_of
from guardian.verdict import Outcome

HISTORY = [
    verdict_entry(1, "gift cards"),
    verdict_entry(2, "gift horses"),
    feedback_entry(3, 1, Says.WRONG, "first thought"),
    feedback_entry(4, 2, Says.RIGHT),
    feedback_entry(5, 1, Says.RIGHT, "second thought"),
    feedback_entry(6, 2, Says.WITHDRAWN),
    verdict_entry(7, "ordinary", outcome=Outcome.UNSURE),
]


@pytest.mark.parametrize("newest_first", [True, False])
def test_the_latest_word_counts_and_can_be_taken_back(newest_first: bool) -> None:
    journal = ListedEntries(HISTORY)
    said = {view.seq: view.feedback for view in select(journal, EVERYTHING, newest_first=newest_first)}
    assert said[1] == Feedback(1, Says.RIGHT, "second thought", ms(NOW))
    assert said[2] is None
    assert said[7] is None
    assert list(said) == sorted(said, reverse=newest_first)
    assert view_of(journal, HISTORY[0]).feedback == said[1]


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize(
    ("text", "seqs"),
    [("~f right", {1}), ("~f wrong", set()), ("~f none", {2, 7}), ("second", {1, 5}), ("~k verdict first", set())],
)
def test_a_selection_knows_the_word_that_counts(text: str, seqs: set[int], newest_first: bool) -> None:
    found = select(ListedEntries(HISTORY), parse_filter(text, NOW), newest_first=newest_first)
    assert {view.seq for view in found} == seqs


def test_a_selection_parses_little_of_what_it_does_not_want() -> None:
    journal = ListedEntries([verdict_entry(seq, "an ordinary text") for seq in range(100)])
    assert [view.seq for view in select(journal, parse_filter("zebra", NOW))] == []
    assert journal.parsed == 0


@given(st.permutations(range(2, 6)))
def test_the_latest_word_is_the_same_in_any_order(order: list[int]) -> None:
    latest = LatestFeedback()
    for place in order:
        latest.add(HISTORY[place])
    assert latest.of(1) == Feedback(1, Says.RIGHT, "second thought", ms(NOW))
    assert latest.of(2) is None


def test_words_that_cannot_be_read_do_not_count() -> None:
    latest = LatestFeedback()
    bodies: list[dict[str, Any]] = [{}, {"of": "x", "says": "right"}, {"of": 1, "says": "maybe"}]
    for seq, body in enumerate(bodies):
        latest.add(an_entry(seq, Record(Kind.FEEDBACK, 0, body)))
    assert latest.of(1) is None


def test_a_note_has_an_end_and_may_hold_anything_else() -> None:
    with pytest.raises(UsageError, match="longer than"):
        Feedback(1, Says.RIGHT, "x" * (LONGEST_NOTE_CHARACTERS + 1)).to_record("0")
    assert Feedback(1, Says.RIGHT, "\udc80").to_record("0").to_bytes()
