"""Following a journal: everything once, newest first, then what comes; nothing that is wrong with a record ends it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from alerts_rig import a_record
from journal_rig import begun, opened, settings_in

from guardian.alerts.follow import BATCH, FIRST_BATCH, Changes, Follower
from guardian.errors import JournalDamagedError
from guardian.journal.feedback import Feedback, Says
from guardian.journal.journal import Journal
from guardian.journal.marks import Mark, Marked
from guardian.journal.record import Kind, Record
from guardian.settings import Settings


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("home"))


@pytest.fixture
def journal(home: Settings) -> Iterator[Journal]:
    """0 its beginning, 1 to 4 verdicts."""
    with begun(home) as journal:
        journal.append_all([(a_record(f"text {number}"), b"") for number in range(4)])
        yield journal


def feedback(of: int, says: Says, note: str = "") -> Record:
    return Feedback(of, says, note, 5).to_record("0")


def mark(of: int, marked: Marked, note: str = "") -> Record:
    return Mark(of, marked, note, 5).to_record("0")


def keys_of(changes: Changes) -> list[int]:
    return [alert.key for alert in changes.alerts]


def all_earlier(follower: Follower) -> list[int]:
    return [alert.key for batch in follower.earlier() for alert in batch]


def followed(journal: Journal) -> Follower:
    follower = Follower(journal)
    all_earlier(follower)
    follower.new()
    return follower


def test_what_is_there_comes_newest_first_in_batches(journal: Journal) -> None:
    count = FIRST_BATCH + 2 * BATCH + 3
    journal.append_all([(a_record("x"), b"") for _ in range(count)])
    batches = [[alert.key for alert in batch] for batch in Follower(journal).earlier()]
    assert [key for batch in batches for key in batch] == list(range(journal.size - 1, 0, -1))
    assert len(batches[0]) == FIRST_BATCH
    assert max(map(len, batches)) == BATCH


def test_an_empty_journal_has_no_alerts(home: Settings) -> None:
    with begun(home) as journal:
        assert list(Follower(journal).earlier()) == []


def test_the_owners_words_stand_with_what_is_there(journal: Journal) -> None:
    journal.append_all(
        [
            (record, b"")
            for record in (
                feedback(1, Says.WRONG, "first"),
                feedback(1, Says.RIGHT, "second"),
                mark(2, Marked.KEPT, "later"),
                mark(3, Marked.DONE),
                mark(3, Marked.NONE),
                mark(4, Marked.NONE, "only a note"),
            )
        ]
    )
    alerts = {alert.key: alert for batch in Follower(journal).earlier() for alert in batch}
    assert alerts[1].feedback == Feedback(1, Says.RIGHT, "second", 5)
    assert alerts[2].mark == Mark(2, Marked.KEPT, "later", 5)
    assert (alerts[3].mark, alerts[3].says) == (None, "")
    assert alerts[4].mark == Mark(4, Marked.NONE, "only a note", 5)


def test_what_comes_is_told_once(journal: Journal) -> None:
    follower = followed(journal)
    assert follower.new() == Changes()
    journal.append(a_record("five"))
    journal.append(Record(Kind.SEAL, 0, {"did": "a test"}))
    assert keys_of(follower.new()) == [5]
    assert follower.new() == Changes()


def test_what_comes_while_the_rest_is_read_is_new(journal: Journal) -> None:
    follower = Follower(journal)
    batches = follower.earlier()
    first = next(batches)
    journal.append(a_record("five"))
    journal.append(mark(2, Marked.KEPT))
    rest = [alert.key for batch in batches for alert in batch]
    assert [alert.key for alert in first] + rest == [4, 3, 2, 1]
    changes = follower.new()
    assert keys_of(changes) == [5, 2]
    assert changes.alerts[1].mark == Mark(2, Marked.KEPT, "", 5)


def test_a_word_brings_its_alert_again_and_so_does_taking_it_back(journal: Journal) -> None:
    follower = followed(journal)
    for record, says, word in (
        (feedback(2, Says.WRONG), "wrong", ""),
        (mark(2, Marked.KEPT), "wrong", "kept"),
        (feedback(2, Says.WITHDRAWN), "", "kept"),
        (mark(2, Marked.NONE), "", ""),
    ):
        journal.append(record)
        (alert,) = follower.new().alerts
        assert (alert.key, alert.says, alert.mark.word if alert.mark else "") == (2, says, word)


def test_a_verdict_and_a_word_on_it_that_come_together_are_one_alert(journal: Journal) -> None:
    follower = followed(journal)
    journal.append_all([(a_record("five"), b""), (feedback(5, Says.RIGHT), b"")])
    (alert,) = follower.new().alerts
    assert (alert.key, alert.says) == (5, "right")


@pytest.mark.parametrize("of", [0, 99, -1, 10**20])
def test_a_word_on_what_is_no_verdict_changes_nothing(journal: Journal, of: int) -> None:
    follower = followed(journal)
    journal.append(Record(Kind.FEEDBACK, 0, {"of": of, "says": "right", "note": ""}))
    journal.append(Record(Kind.MARK, 0, {"of": "x"}))
    assert follower.new().alerts == ()


def test_what_is_forgotten_is_told_by_its_numbers(journal: Journal) -> None:
    follower = followed(journal)
    journal.append(feedback(2, Says.WRONG))
    journal.forget([(2, 3), (5, 5)], "mine")
    changes = follower.new()
    assert (changes.alerts, changes.forgotten) == ((), ((2, 3), (5, 5)))
    assert all_earlier(Follower(journal)) == [4, 1]


def test_a_word_that_was_forgotten_without_its_verdict_counts_no_more(journal: Journal) -> None:
    journal.append_all([(feedback(2, Says.RIGHT), b""), (feedback(2, Says.WRONG), b""), (mark(2, Marked.KEPT), b"")])
    follower = followed(journal)
    journal.forget([(6, 7)], "mine")
    (alert,) = follower.new().alerts
    assert (alert.key, alert.says, alert.mark) == (2, "right", None)


def test_a_gap_is_told(journal: Journal) -> None:
    follower = followed(journal)
    journal.append(Record(Kind.GAP, 0, {"why": "cut off\x1b[2J here"}))
    (gap,) = follower.new().gaps
    assert (gap.seq, gap.why) == (5, "cut off\\x1b[2J here")


def damage(home: Settings, seq: int) -> None:
    with closing(sqlite3.connect(home.paths.journal_file)) as database, database:
        database.execute("UPDATE record SET sealed = zeroblob(600) WHERE seq = ?", (seq,))


def test_a_record_that_does_not_open_ends_nothing_and_is_told(home: Settings, journal: Journal) -> None:
    damage(home, 2)
    follower = Follower(journal)
    assert all_earlier(follower) == [4, 3, 1]
    journal.append(a_record("five"))
    journal.append(a_record("six"))
    damage(home, 5)
    changes = follower.new()
    assert keys_of(changes) == [6]
    assert [(gap.seq, gap.why) for gap in changes.gaps] == [
        (2, "its seal does not open"),
        (5, "its seal does not open"),
    ]


@pytest.mark.parametrize("outcome", ["splendid", 7, None])
def test_a_verdict_of_another_shape_is_told_and_not_shown(journal: Journal, outcome: object) -> None:
    follower = followed(journal)
    odd = a_record("five")
    body = {**odd.body, "verdict": {**odd.body["verdict"], "outcome": outcome}}
    journal.append(Record(Kind.VERDICT, 0, body))
    changes = follower.new()
    assert (changes.alerts, [(gap.seq, gap.why) for gap in changes.gaps]) == ((), [(5, "its content is not a verdict")])
    journal.append(feedback(5, Says.RIGHT))
    assert follower.new().alerts == ()


def test_a_row_that_is_missing_ends_nothing(home: Settings, journal: Journal) -> None:
    with closing(sqlite3.connect(home.paths.journal_file)) as database, database:
        database.execute("DELETE FROM record WHERE seq = 3")
    assert all_earlier(Follower(journal)) == [4, 2, 1]


def test_a_journal_that_grew_shorter_is_no_silence(home: Settings, journal: Journal) -> None:
    follower = followed(journal)
    with closing(sqlite3.connect(home.paths.journal_file)) as database, database:
        database.execute("UPDATE head SET size = 3")
    with pytest.raises(JournalDamagedError, match="cut short: it held 5 records, and holds 3"):
        follower.new()


def test_a_new_key_is_found_in_the_middle_of_reading(home: Settings, journal: Journal) -> None:
    journal.append_all([(a_record("x"), b"") for _ in range(FIRST_BATCH + BATCH)])
    follower = Follower(journal)
    batches = follower.earlier()
    seen = len(next(batches))
    with opened(home) as other:
        other.rotate(lambda *_: b"")
        other.append(a_record("with the new key"))
    seen += sum(map(len, batches))
    assert seen == FIRST_BATCH + BATCH + 4
    changes = follower.new()
    assert (len(changes.alerts), changes.gaps) == (1, ())
