"""What comes into a journal while somebody looks on: each record once, a verdict again when it is spoken of."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from entries_rig import NOW, verdict_entry
from journal_rig import begun, opened, settings_in

from guardian.errors import JournalDamagedError, JournalError
from guardian.journal.feedback import Feedback, Says
from guardian.journal.filters.query import parse_filter
from guardian.journal.journal import Journal
from guardian.journal.marks import Mark, Marked
from guardian.journal.record import Record
from guardian.journal.reports.live import FileWatch, Newcomers
from guardian.settings import Settings
from guardian.verdict import Outcome


@pytest.fixture
def home(guardian_home: object, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    del guardian_home  # it keeps the runner's own keyring out
    return settings_in(tmp_path_factory.mktemp("home"))


@pytest.fixture
def journal(home: Settings) -> Iterator[Journal]:
    """0 its beginning, 1 flagged, 2 a notice."""
    with begun(home) as journal:
        for outcome in (Outcome.FLAGGED, Outcome.NOTICE):
            journal.append(a_verdict(outcome))
        yield journal


def a_verdict(outcome: Outcome = Outcome.FLAGGED) -> Record:
    record = verdict_entry(outcome=outcome).record
    assert isinstance(record, Record)
    return record


def newcomers(journal: Journal, text: str = "") -> Newcomers:
    return Newcomers(journal, parse_filter(text, NOW), journal.size)


def came(looking: Newcomers) -> list[tuple[int, str]]:
    return [(view.seq, view.feedback.says if view.feedback else "") for view in looking.new()]


@pytest.mark.parametrize(
    ("text", "seqs"),
    [
        ("", [(3, "right"), (4, ""), (5, ""), (6, ""), (7, "")]),
        ("~o flagged", [(3, "right"), (1, "wrong")]),
        ("~o notice", [(4, ""), (2, "")]),
        ("~f right", [(3, "right")]),
        ("~a kept", [(2, "")]),
        ("~k mark", [(7, "")]),
        ("~o unsure", []),
    ],
)
def test_what_the_filter_asks_for_comes_once(journal: Journal, text: str, seqs: list[tuple[int, str]]) -> None:
    looking = newcomers(journal, text)
    assert came(looking) == []
    records = [
        a_verdict(),
        a_verdict(Outcome.NOTICE),
        Feedback(3, Says.RIGHT).to_record("0"),
        Feedback(1, Says.WRONG).to_record("0"),
        Mark(2, Marked.KEPT).to_record("0"),
    ]
    journal.append_all([(record, b"") for record in records])
    assert came(looking) == seqs
    assert came(looking) == []


def test_many_that_come_at_once_all_come(journal: Journal) -> None:
    looking = newcomers(journal, "~o flagged")
    journal.append_all([(a_verdict(), b"") for _ in range(1_203)])
    assert [seq for seq, _ in came(looking)] == list(range(3, 1_206))


def test_a_journal_that_grew_shorter_is_no_silence(home: Settings, journal: Journal) -> None:
    looking = newcomers(journal)
    with closing(sqlite3.connect(home.paths.journal_file)) as database, database:
        database.execute("UPDATE head SET size = 1")
    with pytest.raises(JournalDamagedError, match="cut short: it held 3 records, and holds 1"):
        came(looking)


def test_a_file_has_changed_when_another_program_wrote_and_not_before(home: Settings, journal: Journal) -> None:
    watch = FileWatch(home.paths.journal_file)
    assert (watch.has_changed(), watch.has_changed()) == (True, False)
    with opened(home) as other:
        other.append(a_verdict())
    assert (watch.has_changed(), watch.has_changed()) == (True, False)
    assert journal.size == 4


def test_a_file_that_is_gone_or_another_one_is_an_error(home: Settings, journal: Journal) -> None:
    path = home.paths.journal_file
    watch = FileWatch(path)
    moved = path.with_suffix(".moved")
    path.rename(moved)
    with pytest.raises(JournalError, match="is gone"):
        watch.has_changed()
    path.write_bytes(moved.read_bytes())
    with pytest.raises(JournalError, match="another file is in the place"):
        watch.has_changed()
    moved.replace(path)
    del journal
