"""Forgetting: what goes, what stays verifiable, and what can't be forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest
from journal_rig import SEEN, a_message, a_verdict, begun, opened, settings_in
from verify_rig import DAY_MS, START_MS, add_gap, checked, lines, no_recovery

from guardian.errors import JournalError
from guardian.journal.feedback import Feedback, Says
from guardian.journal.forgetting import from_before, still_there, with_words
from guardian.journal.record import Erased, Kind, Record
from guardian.journal.recorder import open_recorder
from guardian.settings import Settings

CANARY = "zitherzwiebel"


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """Record 0 begins the journal; 1 to 8 are verdicts."""
    settings = settings_in(tmp_path / "home")
    with open_recorder(settings) as recorder:
        for number in range(8):
            recorder.record(a_message(f"{CANARY} {number}", id=str(number)), a_verdict(), SEEN)
    return settings


def test_what_was_forgotten_is_gone_and_the_journal_is_intact_and_says_so(here: Settings) -> None:
    with opened(here) as journal:
        placed = journal.forget([(2, 3), (5, 5)], "it is mine alone")
        assert [seq for seq in range(9) if isinstance(journal.entry(seq).record, Erased)] == [2, 3, 5]
        said = journal.entry(placed.seq).record
        assert isinstance(said, Record)
        assert (said.kind, said.body) == (Kind.FORGOTTEN, {"seqs": [[2, 3], [5, 5]], "why": "it is mine alone"})
        for seq in (2, 3, 5):
            with pytest.raises(JournalError, match="can't be opened"):
                journal.record_key(seq)
    report = checked(here)
    assert (lines(report), report.records, report.forgotten) == ([], 10, 3)


def test_the_sealed_bytes_and_their_key_are_in_no_page_of_the_file_any_more(here: Settings) -> None:
    with opened(here) as journal:
        pair = journal.store.pair(3)
        assert pair is not None
        needles = [pair[0].sealed, pair[1].wrapped]
        journal.forget([(3, 3)], "a test")
    folder = here.paths.journal_file.parent
    left = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for needle in needles:
        assert needle is not None
        assert needle[:64] not in left


def test_an_older_receiver_of_the_tree_can_still_check_every_leaf(here: Settings) -> None:
    with opened(here) as journal:
        before, leaves = journal.checkpoint(), journal.store.leaves(9)
        journal.forget([(4, 4)], "a test")
        assert journal.store.leaves(9) == leaves
    assert lines(checked(here, against=before)) == []


def test_a_record_is_forgotten_once_and_again_without_harm(here: Settings) -> None:
    with opened(here) as journal:
        journal.forget([(4, 4)], "a test")
        assert still_there(journal, [(3, 5)]) == [3, 5]
        journal.forget([(3, 5)], "a test")
    assert lines(checked(here)) == []


BAD_RANGES = [
    ([], "nothing was named"),
    ([(0, 99)], "has no records 0 to 99"),
    ([(-1, 2)], "has no records -1 to 2"),
    ([(5, 4)], "has no records 5 to 4"),
]


@pytest.mark.parametrize(("ranges", "words"), BAD_RANGES)
def test_what_is_not_there_cannot_be_forgotten_and_nothing_changes(
    here: Settings, ranges: list[tuple[int, int]], words: str
) -> None:
    with opened(here) as journal:
        head = journal.store.head()
        with pytest.raises(JournalError, match=words):
            journal.forget(ranges, "a test")
        assert journal.store.head() == head
    assert lines(checked(here)) == []


def test_a_number_too_high_is_told_with_the_last_one(here: Settings) -> None:
    with opened(here) as journal, pytest.raises(JournalError, match="the journal has no record 9") as caught:
        still_there(journal, [(7, 12)])
    assert "the last one is 8" in caught.value.hint


def test_the_journal_cannot_be_made_to_forget_that_it_forgot_or_that_something_is_missing(here: Settings) -> None:
    with opened(here) as journal:
        forgot = journal.forget([(4, 4)], "a test").seq
        gap = add_gap(journal)
        for seq in (forgot, gap):
            with pytest.raises(JournalError, match="can't be forgotten"):
                journal.forget([(seq - 1, seq)], "a test")
        assert not isinstance(journal.entry(forgot - 1).record, Erased)


def test_what_was_said_of_a_verdict_goes_with_it_and_no_other_word_does(here: Settings) -> None:
    with opened(here) as journal:
        words = [
            journal.append(Feedback(of, says, f"note on {of}", START_MS).to_record("1")).seq
            for of, says in ((2, Says.WRONG), (3, Says.RIGHT), (2, Says.WITHDRAWN))
        ]
        assert with_words(journal, [2]) == [2, words[0], words[2]]
        assert with_words(journal, []) == []


def test_before_a_day_means_verdicts_and_what_was_said_of_them_wherever_they_stand(tmp_path: Path) -> None:
    """A clock that was put back leaves an old record behind a young one: it is found all the same."""
    settings = settings_in(tmp_path)
    with begun(settings) as journal:
        for days, kind in ((0, Kind.FEEDBACK), (9, Kind.FEEDBACK), (1, Kind.FEEDBACK), (0, Kind.AMENDMENT)):
            journal.append(Record(kind, START_MS + days * DAY_MS, {"of": 0, "says": "right", "note": ""}))
        assert from_before(journal, START_MS + 5 * DAY_MS) == [1, 3]
        assert from_before(journal, START_MS) == []


def test_forgetting_holds_when_the_key_is_renewed(here: Settings) -> None:
    with opened(here) as journal:
        journal.forget([(4, 4)], "a test")
        journal.rotate(no_recovery)
        assert isinstance(journal.entry(4).record, Erased)
        assert isinstance(journal.entry(5).record, Record)
        keys = journal.keys
    report = checked(here, keys=keys)
    assert (lines(report), report.forgotten) == ([], 1)
