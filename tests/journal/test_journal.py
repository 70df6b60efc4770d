"""The journal's core: adding and reading records, what it says of gaps, and its counts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from journal_rig import begun, opened, settings_in
from verify_rig import START_MS, change, checked, copied, lines, note, texts

from guardian.errors import JournalError
from guardian.journal.anchoring import EVERY
from guardian.journal.counts import add_count, seal_counts, unsealed_counts
from guardian.journal.opening import open_or_begin
from guardian.journal.record import Entry, Kind, Record, Unreadable
from guardian.settings import Settings


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return settings_in(tmp_path / "home")


# Adding and reading


def test_what_was_added_is_read_back_in_order_and_behind_a_restart(here: Settings) -> None:
    with begun(here) as journal:
        placed = [journal.append(note(str(number))) for number in range(30)]
        assert [each.seq for each in placed] == list(range(1, 31))
    with opened(here) as journal:
        assert texts(journal) == [str(number) for number in range(30)]
        assert [journal.entry(each.seq).leaf for each in placed] == [each.leaf for each in placed]
        assert [entry.seq for entry in journal.entries(5, 9)] == [5, 6, 7, 8]
        assert [entry.seq for entry in journal.entries(5, 9, newest_first=True)] == [8, 7, 6, 5]


def test_a_long_journal_is_read_page_by_page_in_both_directions(here: Settings) -> None:
    with begun(here) as journal:
        journal.append_all([(note(str(number)), b"") for number in range(1_234)])
        assert [entry.seq for entry in journal.entries()] == list(range(1_235))
        assert [entry.seq for entry in journal.entries(newest_first=True)] == list(range(1_235))[::-1]


def test_records_come_in_all_or_none(here: Settings) -> None:
    def fails(_seq: int) -> None:
        raise ZeroDivisionError

    with begun(here) as journal:
        with pytest.raises(ZeroDivisionError):
            journal.append_all([(note("a"), b""), (note("b"), b"")], fails)
        with pytest.raises(ValueError, match="JSON"):
            journal.append_all([(note("a"), b""), (Record(Kind.SEAL, 0, {"did": float("nan")}), b"")])
        assert texts(journal) == []
        journal.append(note("c"))
    assert lines(checked(here)) == []


def test_two_equal_records_look_different_in_the_file(here: Settings) -> None:
    with begun(here) as journal:
        seqs = [journal.append(note("the same")).seq for _ in range(2)]
        first, second = (journal.store.pair(seq) for seq in seqs)
    assert first is not None
    assert second is not None
    assert first[0].sealed != second[0].sealed
    assert first[0].fields != second[0].fields


def test_a_record_that_does_not_open_is_told_and_the_others_are_read(here: Settings) -> None:
    with begun(here) as journal:
        for number in range(3):
            journal.append(note(str(number)))
    change(here, "UPDATE record SET sealed = zeroblob(600) WHERE seq = 2", "DELETE FROM record WHERE seq = 3")
    with opened(here) as journal:
        assert isinstance(journal.entry(2).record, Unreadable)
        assert journal.entry(3) == Entry(3, b"", Unreadable("it is missing from the file"))
        assert texts(journal) == ["0"]
        with pytest.raises(JournalError, match="has no record 9"):
            journal.entry(9)


def test_the_folder_and_the_file_are_their_owners_alone(here: Settings) -> None:
    with begun(here):
        path = here.paths.journal_file
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_command_begins_no_journal(here: Settings) -> None:
    with pytest.raises(JournalError, match="no journal yet"), opened(here):
        pass
    assert not here.paths.journal_file.exists()


# Gaps


def gaps(settings: Settings) -> list[str]:
    with opened(settings) as journal:
        records = [entry.record for entry in journal.entries()]
    return [each.body["why"] for each in records if isinstance(each, Record) and each.kind is Kind.GAP]


def test_an_older_copy_put_back_is_noticed_when_it_is_opened_and_recorded_once(tmp_path: Path, here: Settings) -> None:
    with begun(here) as journal:
        journal.append(note("a"))
    older = copied(tmp_path / "home", tmp_path / "older")
    with begun(here) as journal:
        for number in range(7):
            journal.append(note(str(number)))
    shutil.copy(older.paths.journal_file, here.paths.journal_file)
    assert gaps(here) == ["the journal holds 2 records, but held 9 when its last checkpoint was kept"]
    assert len(gaps(here)) == 1


def test_a_journal_that_grew_normally_tells_of_no_gap_however_it_was_closed(here: Settings) -> None:
    """The anchor is put on every so many records, and stays behind where the program dies: that is no gap."""
    journal = open_or_begin(here)
    journal.unlock()
    journal.append_all([(note(str(number)), b"") for number in range(EVERY + 5)])
    journal.append(note("behind the anchor"))
    journal.store.close()  # no farewell: as if it had been killed
    assert gaps(here) == []


def test_a_journal_that_was_deleted_is_missed_by_the_one_that_follows(here: Settings) -> None:
    with begun(here) as journal:
        journal.append(note("a"))
    here.paths.journal_file.unlink()
    with begun(here) as journal:
        journal.append(note("b"))
    assert gaps(here) == ["the journal that was here before is gone"]
    (line,) = lines(checked(here))
    assert line.endswith("another journal stood here before, with 2 records or more, and is gone")


# Counts


def test_counts_of_several_processes_add_up(here: Settings) -> None:
    with begun(here) as one, begun(here) as other:
        for journal in (one, other, one):
            add_count(journal.store, journal.id, "2026-11-20", "incoming", "clean", 2)
        add_count(one.store, one.id, "2026-11-20", "ai_output", "clean")
        assert unsealed_counts(other.store, other.id) == {
            "2026-11-20": {"incoming": {"clean": 6}, "ai_output": {"clean": 1}}
        }
    assert lines(checked(here)) == []


def test_counts_are_sealed_once_their_day_is_over_and_never_twice(here: Settings) -> None:
    with begun(here) as journal:
        for day in ("2026-11-19", "2026-11-20", "2026-11-21"):
            add_count(journal.store, journal.id, day, "incoming", "clean", 4)
        assert seal_counts(journal, "2026-11-21", START_MS) == 2
        assert seal_counts(journal, "2026-11-21", START_MS) == 0
        assert list(unsealed_counts(journal.store, journal.id)) == ["2026-11-21"]
        sealed = [entry.record.body for entry in journal.entries() if isinstance(entry.record, Record)][1:]
        assert sealed == [{"day": day, "counts": {"incoming": {"clean": 4}}} for day in ("2026-11-19", "2026-11-20")]


def test_a_damaged_count_is_recorded_as_a_gap_and_stops_nothing(here: Settings) -> None:
    with begun(here) as journal:
        add_count(journal.store, journal.id, "2026-11-20", "incoming", "clean", 4)
        journal.store.run("UPDATE counts SET n = 40000")
        seal_counts(journal, "2026-11-21", START_MS)
        assert unsealed_counts(journal.store, journal.id) == {}
    assert len(gaps(here)) == 1
