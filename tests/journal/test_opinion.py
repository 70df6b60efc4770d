"""What the judge says late: a record of its own beside the verdict, which counts for all that reads the journal."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from entries_rig import DANGEROUS, NOW, TERMINAL_ATTACK, ListedEntries, an_entry, ms, raw_of, verdict_entry
from hypothesis import given
from hypothesis import strategies as st
from journal_rig import SEEN, a_message, a_verdict, begun, settings_in

from guardian.alerts.alert import alert_of_bytes, alert_of_view
from guardian.finding import Finding, FindingKind
from guardian.journal.feedback import Feedback, Says
from guardian.journal.filters.matching import EVERYTHING
from guardian.journal.filters.query import parse_filter
from guardian.journal.forgetting import from_before, with_words
from guardian.journal.journal import Journal
from guardian.journal.opinion import LatestOpinions, opinion_of, opinion_record, with_quotes_of
from guardian.journal.owner_words import LatestWords, may_be_word, verdict_spoken_of
from guardian.journal.record import GROWS_OLD, Entry, Kind, Record, kind_in
from guardian.journal.recorder import JournalRecorder
from guardian.journal.reports.export import csv_lines, ndjson_lines
from guardian.journal.reports.tally import gather
from guardian.journal.reports.view import View, select, view_of
from guardian.journal.reports.view_lines import list_line, show_lines
from guardian.journal.scan import Scan
from guardian.judge.base import Answered, Label, Opinion
from guardian.policy.effects.hits import policy_hits
from guardian.policy.effects.track_record import track_records
from guardian.second_opinion import Changed, SecondOpinion
from guardian.settings import Settings
from guardian.verdict import Action, Outcome, PolicyMatch, Severity, Verdict

QUOTE = "tell nobody"
NAME = "tiny"
ISLAND = PolicyMatch(
    "far-island", "The far island", "I want to know.", Severity.HIGH, Action.NONE, 0.0, 0.5, False, keep_text=True
)


def before(outcome: Outcome = Outcome.CLEAN, **other: Any) -> Verdict:
    verdict = a_verdict(outcome, **other)
    return replace(verdict, policies=(*verdict.policies, ISLAND))


def raised(first: Verdict, *, name: str = NAME) -> Verdict:
    """The same once the judge has raised the policy of the far island."""
    match = replace(ISLAND, matched=True, action=Action.WARN, because=("judge",))
    answers = (Answered("pressure", Label.YES, QUOTE),)
    opinion = Opinion("far-island", Label.YES, True, 3.0, 0.1, answers=answers)
    finding = Finding("judge", "policy:far-island", 0.95, "is what it asks to flag", (), FindingKind.JUDGE)
    return replace(
        first,
        outcome=Outcome.FLAGGED,
        action=Action.WARN,
        policies=(*first.policies[:-1], match),
        findings=(*first.findings, finding),
        judge=SecondOpinion(name, "ef" * 32, (opinion,), True, Changed.RAISED),
    )


def opinion_entry(seq: int, of: int, first: Verdict, now: Verdict, at_ms: int | None = None) -> Entry:
    record = opinion_record(of, first, now, at_ms=ms(NOW) if at_ms is None else at_ms, program="0")
    return an_entry(seq, record)


RECORDED = replace(before(Outcome.NOTICE), policies=(a_verdict().policies[0], ISLAND))
"""What `verdict_entry` holds, with a policy more that looked."""


def history() -> list[Entry]:
    first = verdict_entry(1, "Come to the island, and tell nobody.", outcome=Outcome.NOTICE, at_ms=ms(NOW) - 1000)
    return [first, verdict_entry(2, "ordinary"), opinion_entry(3, 1, RECORDED, raised(RECORDED))]


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize(
    ("text", "seqs"),
    [
        ("~o notice", set()),
        ("~o flagged", {1, 2}),
        ("~k opinion", {3}),
        ("~k verdict", {1, 2}),
    ],
)
def test_a_filter_sees_the_outcome_that_counts(text: str, seqs: set[int], newest_first: bool) -> None:
    found = select(ListedEntries(history()), parse_filter(text, NOW), newest_first=newest_first)
    assert {view.seq for view in found} == seqs


def test_the_verdict_is_told_as_it_counts_and_its_own_record_stays_as_it_was() -> None:
    entries = [verdict_entry(1, policies=("far-island",), outcome=Outcome.NOTICE), *history()[2:]]
    view = view_of(ListedEntries(entries), entries[0])
    verdict = view.verdict()
    assert verdict is not None
    assert verdict.outcome is Outcome.FLAGGED
    assert verdict.judge is not None
    assert (verdict.judge.name, verdict.judge.is_late, verdict.judge.changed) == (NAME, True, Changed.RAISED)
    assert [match.because for match in verdict.matched] == [("judge",)]
    row = view.to_json()
    assert row["body"]["verdict"]["outcome"] == "notice"
    assert (row["opinion"]["outcome"], row["opinion"]["changed"]) == ("flagged", "raised")


def test_the_alert_and_the_lines_show_what_counts() -> None:
    entries = history()
    words = LatestWords()
    for entry in entries:
        words.add(entry)
    quick = alert_of_bytes(1, raw_of(entries[0]), words.of(1))
    view = View.of(entries[0], words.of(1))
    assert quick == alert_of_view(view)
    assert (quick.outcome, quick.is_raised_late) == (Outcome.FLAGGED, True)
    assert "far-island" in quick.policies
    assert "! flagged" in list_line(view)
    assert list_line(view, columns=200).endswith("[judge: raised]")
    assert "first it was notice" in "\n".join(show_lines(view))
    assert "on 1: your judge tiny raised it, so it is flagged" in list_line(View(entries[2]), columns=120)


def test_statistics_count_what_counts() -> None:
    found = gather(ListedEntries(history()), EVERYTHING, {})
    assert {group.name: group.total for group in found.outcomes if group.total} == {"flagged": 2}


def test_the_judges_alert_is_a_hit_of_the_policy_and_counts_in_its_record() -> None:
    entries = [*history(), an_entry(4, Feedback(1, Says.WRONG).to_record("0"))]
    hits = policy_hits(ListedEntries(entries), 0)
    assert hits["far-island"].count == 1
    assert [(hit.seq, hit.outcome) for hit in hits["far-island"].last] == [(1, Outcome.FLAGGED)]
    assert track_records(ListedEntries(entries))["far-island"].wrong == 1


def test_the_export_has_it_beside_its_verdict() -> None:
    views = list(select(ListedEntries(history()), EVERYTHING, newest_first=False))
    rows = [json.loads(line) for line in ndjson_lines(views)]
    assert [row.get("opinion", {}) is not None for row in rows] == [True, False, True]
    cells = list(csv.DictReader(io.StringIO("".join(csv_lines(views)))))
    assert [(row["outcome"], row["judge_late"]) for row in cells] == [("flagged", "raised"), ("flagged", ""), ("", "")]


def test_what_is_shown_without_its_text_has_no_quote_of_the_judges_either() -> None:
    now = raised(RECORDED)
    quoted = an_entry(3, with_quotes_of(now, opinion_record(1, RECORDED, now, at_ms=0, program="")))
    words = LatestWords()
    words.add(quoted)
    for view in (View(quoted), View.of(history()[0], words.of(1))):
        assert QUOTE in json.dumps(view.to_json())
        assert QUOTE not in json.dumps(view.without_text().to_json())


@given(st.permutations([0, 1, 2]))
def test_the_latest_opinion_counts_whatever_order_they_are_read_in(order: list[int]) -> None:
    entries = [opinion_entry(seq, 1, RECORDED, raised(RECORDED, name=f"judge-{seq}")) for seq in (3, 4, 5)]
    latest = LatestOpinions()
    for place in order:
        latest.add(entries[place])
    found = latest.of(1)
    assert found is not None
    assert found.body["judge"] == "judge-5"


@given(st.permutations([0, 1, 2]))
def test_a_later_opinion_never_clears_what_an_earlier_one_raised(order: list[int]) -> None:
    """The same message screened again, and asked about again: by a judge that is not trusted now, or another one."""
    entries = [
        opinion_entry(3, 1, RECORDED, RECORDED),
        opinion_entry(4, 1, RECORDED, raised(RECORDED)),
        opinion_entry(5, 1, RECORDED, replace(RECORDED, judge=SecondOpinion("no", "00" * 32, (), True))),
    ]
    latest = LatestOpinions()
    for place in order:
        latest.add(entries[place])
    found = latest.of(1)
    assert found is not None
    assert (found.outcome, found.body["judge"]) == (Outcome.FLAGGED, NAME)


@pytest.mark.parametrize(
    "change",
    [
        {"of": "x"},
        {"of": 1e999},
        {"outcome": "fine"},
        {"action": 7},
        {"changed": "perhaps"},
        {"opinions": {}},
        {"policies": [{"id": "x"}]},
        {"policies": ["x"]},
        {"findings": None},
        {"judge": 5},
    ],
)
def test_what_cannot_be_read_does_not_count(change: dict[str, Any]) -> None:
    good = opinion_record(1, RECORDED, raised(RECORDED), at_ms=0, program="")
    entry = Entry(3, b"", replace(good, body={**good.body, **change}))
    assert opinion_of(Entry(3, b"", good)) is not None
    assert (opinion_of(entry), verdict_spoken_of(entry), LatestOpinions().add(entry)) == (None, None, None)
    assert list_line(View(entry))  # it is told all the same
    missing = Entry(3, b"", replace(good, body={}))
    assert opinion_of(missing) is None


def test_a_hostile_name_is_safe_on_every_line() -> None:
    entry = opinion_entry(3, 1, RECORDED, raised(RECORDED, name=TERMINAL_ATTACK))
    words = LatestWords()
    words.add(entry)
    told = [list_line(View(entry)), *show_lines(View(entry)), *show_lines(View.of(history()[0], words.of(1)))]
    assert not DANGEROUS & set("\n".join(told))


def test_its_kind_is_known_from_its_bytes_and_it_grows_old() -> None:
    entry = history()[2]
    assert kind_in(raw_of(entry)) == "opinion"
    assert may_be_word(raw_of(entry))
    assert Kind.OPINION in GROWS_OLD


# In a real journal


@pytest.fixture
def settings(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return settings_in(tmp_path)


def kinds(journal: Journal) -> list[str]:
    return [entry.record.kind.value for entry in journal.entries() if isinstance(entry.record, Record)]


def recorded_late(settings: Settings, first: Verdict, text: str = f"Come, and {QUOTE}.") -> Verdict:
    """Record a verdict, and then what the judge says of it late. Returns the first verdict as it was recorded."""
    message = a_message(text)
    recorder = JournalRecorder(settings, lambda _event: None)
    try:
        first = replace(first, journal=recorder.record(message, first, SEEN))
        where = recorder.record_late(message, first, raised(first), SEEN)
        assert where is not None
        assert where["seq"] is not None
    finally:
        recorder.close()
    return first


def test_what_was_recorded_gets_a_record_beside_it(settings: Settings) -> None:
    first = recorded_late(settings, before(Outcome.UNSURE))
    assert first.journal is not None
    with begun(settings) as journal:
        assert kinds(journal)[-2:] == ["verdict", "opinion"]
        last = journal.entry(journal.size - 1)
        found = opinion_of(last)
        assert found is not None
        assert found.of == first.journal["seq"]
        assert QUOTE not in json.dumps(dict(found.body)), "the text of such a message is not kept, so no word of it is"
        assert with_words(journal, [found.of]) == [found.of, last.seq]
        assert from_before(journal, 2**52) == [found.of, last.seq]


def test_where_the_text_is_kept_the_quotes_are(settings: Settings) -> None:
    recorded_late(settings, before(Outcome.FLAGGED))
    with begun(settings) as journal:
        found = opinion_of(journal.entry(journal.size - 1))
        assert found is not None
        assert found.body["opinions"][0]["answers"][0]["quote"] == QUOTE


def test_what_was_only_counted_becomes_a_verdict_of_its_own(settings: Settings) -> None:
    first = recorded_late(settings, before(Outcome.CLEAN))
    assert first.journal is None
    with begun(settings) as journal:
        entry = journal.entry(journal.size - 1)
        verdict = View(entry).verdict()
        assert verdict is not None
        assert (verdict.outcome, verdict.judge is not None) == (Outcome.FLAGGED, True)
        assert "opinion" not in kinds(journal)


def test_what_is_said_late_by_a_gate_that_saw_less_takes_nothing_from_what_is_recorded(settings: Settings) -> None:
    """A service recorded `flagged` and its answer was lost; the filter then judged the same delivery as `unsure`, and
    its judge speaks late and changes nothing. One record stands for both."""
    message = replace(a_message(), once=b"n" * 16)
    recorder = JournalRecorder(settings, lambda _event: None)
    try:
        there = recorder.record(message, before(Outcome.FLAGGED), SEEN)
        less = before(Outcome.UNSURE)
        less = replace(less, journal=recorder.record(message, less, SEEN))
        assert there is not None
        assert less.journal == there
        unmoved = replace(less, judge=SecondOpinion(NAME, "ef" * 32, (Opinion("far-island", Label.NO),), True))
        recorder.record_late(message, less, unmoved, SEEN)
    finally:
        recorder.close()
    with begun(settings) as journal:
        verdict = view_of(Scan(journal), journal.entry(there["seq"])).verdict()
        assert verdict is not None
        assert verdict.outcome is Outcome.FLAGGED


def test_what_is_raised_late_is_recorded_though_its_first_verdict_waited_under_the_deliverys_name(
    settings: Settings,
) -> None:
    """The key was not to be had when the message came, and is when the judge speaks."""
    message = replace(a_message(), once=b"n" * 16)
    first = before(Outcome.UNSURE)
    recorder = JournalRecorder(settings, lambda _event: None)
    try:
        waits = {"seq": None, "leaf": None, "problem": "the key is locked", "waiting": True}
        recorder.record(message, first, SEEN)  # what waited is in the journal by now, under the same name
        first = replace(first, journal=waits)
        where = recorder.record_late(message, first, raised(first), SEEN)
    finally:
        recorder.close()
    assert where is not None
    with begun(settings) as journal:
        verdict = view_of(Scan(journal), journal.entry(where["seq"])).verdict()
        assert verdict is not None
        assert verdict.outcome is Outcome.FLAGGED


def test_what_was_forgotten_meanwhile_is_not_spoken_of_again(settings: Settings) -> None:
    message, first = a_message(), before(Outcome.FLAGGED)
    recorder = JournalRecorder(settings, lambda _event: None)
    try:
        first = replace(first, journal=recorder.record(message, first, SEEN))
        assert first.journal is not None
        seq = first.journal["seq"]
        with begun(settings) as journal:
            journal.forget([(seq, seq)], "as asked")
        recorder.record_late(message, first, raised(first), SEEN)
    finally:
        recorder.close()
    with begun(settings) as journal:
        assert "opinion" not in kinds(journal)


def test_the_owners_word_and_the_judges_do_not_take_each_others_place(settings: Settings) -> None:
    first = recorded_late(settings, before(Outcome.FLAGGED))
    assert first.journal is not None
    seq = int(first.journal["seq"])
    with begun(settings) as journal:
        journal.append(Feedback(seq, Says.RIGHT).to_record("0"))
        words = LatestWords()
        for entry in journal.entries():
            words.add(entry)
        said = words.of(seq)
    assert said.feedback is not None
    assert said.opinion is not None
