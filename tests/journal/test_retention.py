"""How long verdicts are kept: what is too old is forgotten, and nothing else is."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from journal_rig import SEEN, a_message, a_verdict, begun, opened, settings_in
from verify_rig import DAY_MS, START_MS, checked, lines

from guardian.journal import recorder as recorder_module
from guardian.journal.journal import Journal
from guardian.journal.record import Erased, Kind, Record
from guardian.journal.recorder import open_recorder
from guardian.journal.retention import as_ranges, keep_to, older_than
from guardian.journal.verdict_record import verdict_record
from guardian.settings import Settings

NOW_MS = START_MS + 100 * DAY_MS


def erased(journal: Journal) -> list[int]:
    return [entry.seq for entry in journal.entries() if isinstance(entry.record, Erased)]


def add(journal: Journal, age_days: int, kind: Kind = Kind.VERDICT, *, late: bool = False) -> int:
    body = _a_body() if kind is Kind.VERDICT else {"of": 1, "says": "right", "note": ""}
    return journal.append(Record(kind, NOW_MS - age_days * DAY_MS, body, late=late)).seq


def _a_body() -> dict[str, Any]:
    stream = {"scores": {}, "senders": [], "ordinary": False, "fingerprint": ""}
    return dict(verdict_record(a_message(), a_verdict(), at_ms=0, program="1", why_not_text="", stream=stream).body)


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return settings_in(tmp_path / "home")


def test_verdicts_and_feedback_grow_old_and_nothing_else_does(here: Settings) -> None:
    with begun(here) as journal:
        old = [add(journal, 90), add(journal, 80, Kind.FEEDBACK)]
        for kind in (Kind.AMENDMENT, Kind.MODEL, Kind.COUNTS, Kind.SEAL):
            add(journal, 70, kind)
        add(journal, 10)
        assert keep_to(journal, 30, NOW_MS) == 2
        assert erased(journal) == old
        said = journal.entry(journal.size - 1).record
        assert isinstance(said, Record)
        assert "older than 30 days" in said.body["why"]
    report = checked(here)
    assert (lines(report), report.forgotten) == ([], 2)


def test_nothing_is_forgotten_unless_its_owner_set_a_time(here: Settings) -> None:
    with begun(here) as journal:
        add(journal, 90)
        assert keep_to(journal, 0, NOW_MS) == 0
        assert erased(journal) == []


def test_a_record_is_kept_to_its_last_day(here: Settings) -> None:
    with begun(here) as journal:
        seq = journal.append(Record(Kind.FEEDBACK, NOW_MS - 30 * DAY_MS, {})).seq
        assert keep_to(journal, 30, NOW_MS) == 0
        assert keep_to(journal, 30, NOW_MS + 1) == 1
        assert erased(journal) == [seq]


def test_time_goes_on_and_each_day_forgets_what_is_its_own(here: Settings) -> None:
    with begun(here) as journal:
        seqs = [add(journal, age) for age in (40, 35, 31, 29, 20)]
        assert keep_to(journal, 30, NOW_MS) == 3
        assert keep_to(journal, 30, NOW_MS) == 0
        assert keep_to(journal, 30, NOW_MS + 2 * DAY_MS) == 1
        assert erased(journal) == seqs[:4]
    assert lines(checked(here)) == []


def test_a_record_that_came_late_hides_no_old_one_behind_it(here: Settings) -> None:
    with begun(here) as journal:
        first = add(journal, 90)
        add(journal, 1, late=True)
        behind = add(journal, 80)
        found, _ = older_than(journal, NOW_MS - 30 * DAY_MS)
        assert found == [first, behind]


def test_a_damaged_hint_costs_time_and_forgets_nothing_too_much(here: Settings) -> None:
    with begun(here) as journal:
        old, young = add(journal, 90), add(journal, 1)
        with journal.store.transaction():
            journal.store.set_meta("kept_from", b"nonsense")
        assert keep_to(journal, 30, NOW_MS) == 1
        assert erased(journal) == [old]
        assert young not in erased(journal)


def test_the_setting_is_kept_to_with_the_next_verdict(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_in(here.paths.data.parent, keep_days=30)
    past = time.time_ns() // 1_000_000 - 60 * DAY_MS
    monkeypatch.setattr(recorder_module, "now_ms", lambda: past)
    with open_recorder(settings) as recorder:
        recorder.record(a_message("old"), a_verdict(), SEEN)
    monkeypatch.undo()
    with open_recorder(settings) as recorder:
        recorder.record(a_message("new"), a_verdict(), SEEN)
    with opened(settings) as journal:
        assert erased(journal) == [1]
    assert lines(checked(settings)) == []


@given(st.sets(st.integers(0, 60)))
def test_ranges_hold_exactly_the_numbers_they_were_made_of(seqs: set[int]) -> None:
    ranges = as_ranges(sorted(seqs))
    assert {seq for first, last in ranges for seq in range(first, last + 1)} == seqs
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(ranges))
