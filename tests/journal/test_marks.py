"""The owner's mark on a verdict: the latest counts, its note is found, and it goes where feedback goes."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from entries_rig import (
    DANGEROUS,
    NOW,
    TERMINAL_ATTACK,
    ListedEntries,
    an_entry,
    feedback_entry,
    ms,
    raw_of,
    seal_entry,
    verdict_entry,
)
from hypothesis import given
from hypothesis import strategies as st
from journal_rig import begun, settings_in

from guardian.errors import UsageError
from guardian.journal.feedback import LONGEST_NOTE_CHARACTERS, Feedback, Says
from guardian.journal.filters.matching import EVERYTHING
from guardian.journal.filters.query import parse_filter, words_filter
from guardian.journal.forgetting import from_before, with_words
from guardian.journal.marks import LatestMarks, Mark, Marked, mark_of
from guardian.journal.owner_words import LatestWords, Said, may_be_word, verdict_spoken_of
from guardian.journal.record import GROWS_OLD, Entry, Kind, Record, kind_in
from guardian.journal.reports.export import csv_lines, ndjson_lines
from guardian.journal.reports.view import View, select, view_of
from guardian.journal.reports.view_lines import list_line, show_lines
from guardian.journal.search import SearchIndex
from guardian.journal.speaking import mark
from guardian.policy.effects.track_record import track_records


def mark_entry(seq: int, of: int, marked: Marked, note: str = "") -> Entry:
    return an_entry(seq, Mark(of, marked, note, ms(NOW)).to_record("0"))


HISTORY = [
    verdict_entry(1, "gift cards"),
    verdict_entry(2, "gift horses"),
    verdict_entry(3, "ordinary"),
    mark_entry(4, 1, Marked.KEPT, "first thought"),
    mark_entry(5, 2, Marked.DONE),
    feedback_entry(6, 1, Says.WRONG, "my bank"),
    mark_entry(7, 1, Marked.DONE, "second thought"),
    mark_entry(8, 2, Marked.NONE),
    mark_entry(9, 3, Marked.NONE, "only a note"),
]


@pytest.mark.parametrize("newest_first", [True, False])
def test_the_latest_mark_counts_and_can_be_taken_away(newest_first: bool) -> None:
    journal = ListedEntries(HISTORY)
    views = {view.seq: view for view in select(journal, EVERYTHING, newest_first=newest_first)}
    assert views[1].mark == Mark(1, Marked.DONE, "second thought", ms(NOW))
    assert views[1].feedback == Feedback(1, Says.WRONG, "my bank", ms(NOW))  # neither takes the other's place
    assert views[2].mark is None
    assert views[3].mark == Mark(3, Marked.NONE, "only a note", ms(NOW))
    assert view_of(journal, HISTORY[0]) == views[1]


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize(
    ("text", "seqs"),
    [
        ("~a done", {1}),
        ("~a kept", set()),
        ("~a none", {2, 3}),
        ("!~a none", {1}),
        ("second", {1, 7}),
        ("~k verdict first", set()),
        ("note", {3, 9}),
        ("~k mark", {4, 5, 7, 8, 9}),
        ("~a done ~f wrong bank thought", {1}),
    ],
)
def test_a_selection_knows_the_mark_that_counts(text: str, seqs: set[int], newest_first: bool) -> None:
    found = select(ListedEntries(HISTORY), parse_filter(text, NOW), newest_first=newest_first)
    assert {view.seq for view in found} == seqs


@given(st.permutations(range(3, 9)))
def test_the_latest_mark_is_the_same_in_any_order(order: list[int]) -> None:
    words = LatestWords()
    for place in order:
        words.add(HISTORY[place])
    assert words.of(1) == Said(
        Feedback(1, Says.WRONG, "my bank", ms(NOW)), Mark(1, Marked.DONE, "second thought", ms(NOW))
    )
    assert words.of(2).is_nothing
    assert words.said_in(4, 8) == {1, 2}
    assert words.said_in(9, 9) == {3}


@pytest.mark.parametrize(
    "words", [["first"], ["second"], ["second thought", "gift"], ["bank"], ["note"], ["thought", "bank"]]
)
def test_the_index_finds_a_note_as_the_scan_does(words: list[str]) -> None:
    for entries in (HISTORY, HISTORY[::-1]):
        index = SearchIndex.build(entries)
        assert index.search(words) == [view.seq for view in select(ListedEntries(HISTORY), words_filter(words))]
        index.close()


def test_marks_that_cannot_be_read_do_not_count() -> None:
    latest = LatestMarks()
    bodies: list[dict[str, Any]] = [
        {},
        {"of": "x", "mark": "kept"},
        {"of": 1, "mark": "perhaps"},
        {"of": 1e999, "mark": "kept"},
    ]
    for seq, body in enumerate(bodies):
        entry = Entry(seq, b"", Record(Kind.MARK, 0, body))
        assert (latest.add(entry), mark_of(entry), verdict_spoken_of(entry)) == (None, None, None)
    assert latest.of(1) is None


def test_a_note_has_an_end_and_may_hold_anything_else() -> None:
    with pytest.raises(UsageError, match="longer than"):
        Mark(1, Marked.KEPT, "x" * (LONGEST_NOTE_CHARACTERS + 1)).to_record("0")
    assert Mark(1, Marked.KEPT, "\udc80").to_record("0").to_bytes()


@pytest.mark.parametrize("entry", HISTORY, ids=lambda entry: str(entry.seq))
def test_a_records_kind_is_known_from_its_bytes(entry: Entry) -> None:
    assert isinstance(entry.record, Record)
    assert kind_in(raw_of(entry)) == entry.record.kind
    assert may_be_word(raw_of(entry)) is (verdict_spoken_of(entry) is not None)


@given(st.text())
def test_no_text_passes_for_a_kind(text: str) -> None:
    for words in (text, f'{text}"kind":"mark"', f'","kind":"mark{text}"'):
        assert kind_in(raw_of(verdict_entry(1, words, sender=words, name=words))) == "verdict"
    assert kind_in(text.encode("utf-8", "replace")) != "verdict"


def test_a_mark_is_shown_in_a_list_and_in_full_and_a_hostile_note_is_safe() -> None:
    entry = verdict_entry(1)
    assert "[kept]" in list_line(View(entry, mark=Mark(1, Marked.KEPT)))
    assert "[note]" in list_line(View(entry, mark=Mark(1, Marked.NONE, "x")))
    both = View(entry, Feedback(1, Says.RIGHT), Mark(1, Marked.DONE, TERMINAL_ATTACK, ms(NOW)))
    assert list_line(both, columns=100).endswith("[you: right]  [done]")
    assert len(list_line(both, columns=120)) <= 120
    lines = "\n".join(show_lines(both))
    assert "marked    done, 2026-11-21" in lines
    assert not DANGEROUS & set(lines)
    assert "on 1: kept (ask)" in list_line(View(mark_entry(2, 1, Marked.KEPT, "ask")))


def test_a_mark_is_exported_where_feedback_is() -> None:
    views = list(select(ListedEntries([*HISTORY, seal_entry(10)]), EVERYTHING, newest_first=False))
    rows = [json.loads(line) for line in ndjson_lines(views)]
    assert rows[0]["mark"] == {"mark": "done", "note": "second thought", "at_ms": ms(NOW)}
    assert (rows[1]["mark"], "mark" in rows[-1]) == (None, False)
    cells = list(csv.DictReader(io.StringIO("".join(csv_lines(views)))))
    assert [(row["mark"], row["mark_note"]) for row in cells[:3]] == [
        ("done", "second thought"),
        ("", ""),
        ("none", "only a note"),
    ]
    assert views[0].without_text().mark == views[0].mark


def test_a_mark_moves_no_track_record() -> None:
    entries = [verdict_entry(1), mark_entry(2, 1, Marked.DONE), feedback_entry(3, 1, Says.RIGHT)]
    (record,) = track_records(ListedEntries(entries)).values()
    assert (record.right, record.judged) == (1, 1)
    assert not track_records(ListedEntries(entries[:2]))


def test_a_mark_grows_old_and_goes_with_its_verdict(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    assert Kind.MARK in GROWS_OLD
    with begun(settings_in(tmp_path)) as journal:
        for entry in (verdict_entry(at_ms=5), verdict_entry(at_ms=10**15)):
            assert isinstance(entry.record, Record)
            journal.append(entry.record)
        first = mark(journal, 1, Marked.KEPT, "ask").now
        mark(journal, 2, Marked.DONE)
        assert first.at_ms > 5
        assert with_words(journal, [1]) == [1, 3]
        assert from_before(journal, first.at_ms + 10**7) == [1, 3, 4]


def test_what_says_nothing_new_is_not_recorded(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    with begun(settings_in(tmp_path)) as journal:
        entry = verdict_entry()
        assert isinstance(entry.record, Record)
        journal.append(entry.record)
        assert mark(journal, 1, Marked.KEPT, "ask").is_new
        again = mark(journal, 1, Marked.KEPT, None)
        assert (again.is_new, again.now.note, journal.size) == (False, "ask", 3)
        assert mark(journal, 1, Marked.DONE, None).now.note == "ask"
        with pytest.raises(UsageError, match="is no verdict"):
            mark(journal, 0, Marked.KEPT)
        mark(journal, 1, Marked.NONE, "")
        with pytest.raises(UsageError, match="no mark to take away"):
            mark(journal, 1, Marked.NONE, "")
