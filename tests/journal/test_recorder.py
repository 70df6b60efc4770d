"""The recorder: what the journal keeps of a verdict, and what becomes of one that it can't take."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from journal_rig import SEEN, a_message, a_verdict, opened, settings_in

from guardian.errors import JournalError
from guardian.events import CaughtUp, Event, JournalNotice, NotJournaled
from guardian.finding import Finding, Span
from guardian.journal import backlog
from guardian.journal import recorder as recorder_module
from guardian.journal.counts import unsealed_counts
from guardian.journal.journal import Journal
from guardian.journal.places.passphrase import PassphrasePlace
from guardian.journal.record import Kind, Record
from guardian.journal.recorder import JournalRecorder, open_recorder
from guardian.journal.secret import Secret
from guardian.journal.verdict_record import text_of
from guardian.policy.life.standing import policies_in_force
from guardian.recording import NoRecord
from guardian.settings import Settings
from guardian.verdict import Outcome

CANARY = "xylophone-4711"


def records(settings: Settings) -> list[Record]:
    with opened(settings) as journal:
        return [entry.record for entry in journal.entries() if isinstance(entry.record, Record)]


def kinds(settings: Settings) -> list[Kind]:
    return [record.kind for record in records(settings)]


def record_once(settings: Settings, *verdicts: Any, observer: Callable[[Event], None] = lambda _: None) -> list[Any]:
    with open_recorder(settings, observer) as recorder:
        return [recorder.record(a_message(), verdict, SEEN) for verdict in verdicts]


# What is kept


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.CLEAN])
def test_every_outcome_but_clean_is_recorded_in_full_and_its_place_is_answered(
    tmp_path: Path, outcome: Outcome
) -> None:
    settings = settings_in(tmp_path)
    (place,) = record_once(settings, a_verdict(outcome))
    with opened(settings) as journal:
        entry = journal.entry(place["seq"])
        assert entry.leaf.hex() == place["leaf"]
        assert isinstance(entry.record, Record)
        assert entry.record.body["verdict"]["outcome"] == outcome.value
        assert entry.record.spoke.model_name == "guardian-mini-2"


def test_a_clean_message_is_counted_by_day_and_leaves_no_record(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    assert record_once(settings, *[a_verdict(Outcome.CLEAN)] * 3) == [None, None, None]
    assert kinds(settings) == [Kind.SEAL]
    with opened(settings) as journal:
        (counts,) = unsealed_counts(journal.store, journal.id).values()
    assert counts == {"incoming": {"clean": 3}}


def test_counts_of_a_day_that_is_over_are_sealed_with_the_next_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path)
    yesterday = time.time_ns() // 1_000_000 - 86_400_000
    monkeypatch.setattr(recorder_module, "now_ms", lambda: yesterday)
    record_once(settings, a_verdict(Outcome.CLEAN), a_verdict(Outcome.CLEAN))
    monkeypatch.undo()
    record_once(settings, a_verdict())
    (sealed,) = [record for record in records(settings) if record.kind is Kind.COUNTS]
    assert sealed.body["counts"] == {"incoming": {"clean": 2}}
    with opened(settings) as journal:
        assert unsealed_counts(journal.store, journal.id) == {}


def test_clean_messages_are_kept_with_scores_and_without_text_where_the_owner_asks(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, clean="scores")
    record_once(settings, a_verdict(Outcome.CLEAN))
    record = records(settings)[-1]
    stream = record.body["stream"]
    assert stream["scores"] == {"urgency": 0.97, "risk": 0.9}
    assert (stream["senders"], stream["ordinary"]) == (["mallory@example.org"], True)
    assert text_of(record) is None


TEXT_KEPT = [
    ("flagged", Outcome.FLAGGED, True, True),
    ("flagged", Outcome.NOTICE, True, False),
    ("flagged", Outcome.UNSURE, True, False),
    ("recorded", Outcome.UNSURE, True, True),
    ("none", Outcome.FLAGGED, True, False),
    ("recorded", Outcome.FLAGGED, False, False),  # the policy's own keep_text = false outranks the setting
]


@pytest.mark.parametrize(("setting", "outcome", "policy_keeps", "kept"), TEXT_KEPT)
def test_the_text_is_kept_as_the_owner_says_and_else_no_word_of_it_stands_anywhere(
    tmp_path: Path, setting: str, outcome: Outcome, policy_keeps: bool, kept: bool
) -> None:
    settings = settings_in(tmp_path, keep_text=setting)
    finding = Finding("rules", "urgency", 0.9, "hurries you", (Span(0, 14, CANARY),))
    verdict = a_verdict(outcome, keep_text=policy_keeps, findings=(finding,))
    with open_recorder(settings) as recorder:
        recorder.record(a_message(f"{CANARY}, pay now", context=(f"earlier: {CANARY}",)), verdict, SEEN)
    record = records(settings)[-1]
    assert (text_of(record) is not None) is kept
    assert (CANARY in json.dumps(record.body)) is kept
    assert bool(record.body["text"]["why_not"]) is not kept


def test_bytes_that_are_no_text_come_back_exactly(tmp_path: Path) -> None:
    raw = bytes(range(256))
    settings = settings_in(tmp_path)
    with open_recorder(settings) as recorder:
        recorder.record(a_message(raw), a_verdict(), SEEN)
    assert text_of(records(settings)[-1]) == raw


def test_lone_surrogates_in_names_do_not_stop_a_record(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with open_recorder(settings) as recorder:
        place = recorder.record(a_message(id="\ud800", sender="a\udfff@b"), a_verdict(id="\ud800"), SEEN)
    assert place is not None
    assert place["seq"] == 1


def test_screening_the_same_file_twice_records_it_once_but_a_pipe_always(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    named, unnamed = a_message(id="a.txt", source="/inbox/a.txt"), a_message()
    for _ in range(2):
        with open_recorder(settings) as recorder:
            first = recorder.record(named, a_verdict(), SEEN)
            again = recorder.record(replace(named), a_verdict(), SEEN)
            assert first == again
            recorder.record(unnamed, a_verdict(), SEEN)
    assert kinds(settings).count(Kind.VERDICT) == 3


def test_the_same_file_with_another_verdict_or_another_text_is_recorded_again(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with open_recorder(settings) as recorder:
        for text, outcome in (("a", Outcome.FLAGGED), ("b", Outcome.FLAGGED), ("a", Outcome.NOTICE)):
            recorder.record(a_message(text, id="a.txt"), a_verdict(outcome), SEEN)
    assert kinds(settings).count(Kind.VERDICT) == 3


def test_another_model_is_recorded_before_the_first_verdict_that_it_gives(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    record_once(settings, a_verdict())
    record_once(settings, a_verdict(), a_verdict(model_sha256="00"))
    assert kinds(settings)[1:] == [Kind.VERDICT, Kind.VERDICT, Kind.MODEL, Kind.VERDICT]


def test_a_change_of_the_policies_is_recorded_before_the_first_verdict_under_it(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    record_once(settings, a_verdict())
    policies_in_force(settings)  # the starter policies come in force: twelve amendments that wait for the journal
    record_once(settings, a_verdict())
    found = kinds(settings)
    assert found.count(Kind.AMENDMENT) == 12
    assert found[-1] is Kind.VERDICT
    assert [kind for kind in found if kind is not Kind.AMENDMENT] == [Kind.SEAL, Kind.VERDICT, Kind.VERDICT]


def test_nothing_is_kept_where_nothing_is_to_be_kept(tmp_path: Path) -> None:
    assert NoRecord().record(a_message(), a_verdict(), SEEN) is None
    assert not settings_in(tmp_path).paths.journal_file.exists()


# Trouble


def test_the_key_file_is_spoken_of_once(tmp_path: Path) -> None:
    events: list[Event] = []
    settings = settings_in(tmp_path)
    for _ in range(3):
        record_once(settings, a_verdict(), observer=events.append)
    assert [type(event) for event in events] == [JournalNotice]


def test_a_journal_that_cannot_be_written_costs_no_verdict_and_is_caught_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path)
    events: list[Event] = []
    data = settings.paths.data
    data.parent.mkdir(parents=True, exist_ok=True)
    data.write_text("a file where the folder should be")
    with open_recorder(settings, events.append) as recorder:
        for _ in range(3):
            place = recorder.record(a_message(), a_verdict(), SEEN)
            assert place is not None
            assert place["seq"] is None
            assert place["problem"]
        assert [type(event) for event in events] == [NotJournaled] * 3
        data.unlink()
        place = recorder.record(a_message(), a_verdict(), SEEN)
        assert place is not None
        assert place["seq"] == 4
    assert CaughtUp(3) in events
    assert kinds(settings).count(Kind.VERDICT) == 4


def test_what_could_not_be_recorded_until_the_end_is_said_at_the_end(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    events: list[Event] = []
    settings.paths.data.parent.mkdir(parents=True, exist_ok=True)
    settings.paths.data.write_text("in the way")
    record_once(settings, a_verdict(), a_verdict(), observer=events.append)
    assert isinstance(events[-1], NotJournaled)
    assert "not in the journal, of this run: 2 of its verdicts" in events[-1].line


def test_memory_is_bounded_and_what_fell_out_of_it_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "MOST_IN_MEMORY", 5)
    settings = settings_in(tmp_path)
    settings.paths.data.parent.mkdir(parents=True, exist_ok=True)
    settings.paths.data.write_text("in the way")
    with open_recorder(settings) as recorder:
        for _ in range(8):
            recorder.record(a_message(), a_verdict(), SEEN)
        settings.paths.data.unlink()
        recorder.record(a_message(), a_verdict(), SEEN)
    found = records(settings)
    assert [record.body["records"] for record in found if record.kind is Kind.GAP] == [3]
    assert sum(record.kind is Kind.VERDICT for record in found) == 6


def test_clean_messages_that_could_not_be_counted_cost_no_memory_each(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.paths.data.parent.mkdir(parents=True, exist_ok=True)
    settings.paths.data.write_text("in the way")
    events: list[Event] = []
    with open_recorder(settings, events.append) as recorder:
        for once in (b"", b"", b"", bytes(16), bytes(16), b"another delivery"):
            recorder.record(replace(a_message(), once=once), a_verdict(Outcome.CLEAN), SEEN)
        assert len(recorder._backlog.counts) == 3  # type: ignore[attr-defined]
    assert isinstance(events[-1], NotJournaled)
    assert "not counted, of this run: 5 of its clean messages" in events[-1].line
    settings.paths.data.unlink()


def test_a_defect_of_the_journal_keeps_no_verdict_from_its_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError(CANARY)

    monkeypatch.setattr(recorder_module, "seen_at", broken)
    events: list[Event] = []
    (place,) = record_once(settings_in(tmp_path), a_verdict(), observer=events.append)
    assert place["seq"] is None
    assert CANARY not in "".join(event.line for event in events if isinstance(event, NotJournaled))


def test_while_the_key_is_locked_verdicts_wait_sealed_and_are_merged_once_after_it(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    record_once(settings, a_verdict())
    word = Secret(b"a long enough passphrase")
    with opened(settings) as journal:
        journal.move_key(PassphrasePlace(settings.paths.config, lambda _: word), lambda *_: b"")
    events: list[Event] = []
    with open_recorder(settings, events.append) as recorder:
        for _ in range(4):
            place = recorder.record(a_message(CANARY), a_verdict(), SEEN)
            assert place is not None
            assert (place["seq"], place["waiting"]) == (None, True)
    assert all(isinstance(event, NotJournaled) and event.is_kept for event in events)
    files = list(settings.paths.journal_waiting.rglob("*.sealed"))
    assert len(files) == 4
    assert not any(CANARY.encode() in path.read_bytes() for path in files)
    recorder = JournalRecorder(settings, events.append, ask=lambda _: word)
    place = recorder.record(a_message(), a_verdict(), SEEN)
    recorder.close()
    assert place is not None
    assert CaughtUp(4) in events
    assert not list(settings.paths.journal_waiting.rglob("*.sealed"))


def test_a_locked_key_is_not_asked_for_again_at_once(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    asked: list[str] = []
    record_once(settings, a_verdict())
    word = Secret(b"a long enough passphrase")
    with opened(settings) as journal:
        journal.move_key(PassphrasePlace(settings.paths.config, lambda _: word), lambda *_: b"")

    def nobody(prompt: str) -> None:
        asked.append(prompt)

    recorder = JournalRecorder(settings, lambda _: None, ask=nobody)
    for _ in range(5):
        recorder.record(a_message(), a_verdict(), SEEN)
    recorder.close()
    assert len(asked) == 1


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_journal_opened_before_a_fork_is_not_used_behind_it(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    record_once(settings, a_verdict())
    with opened(settings) as journal:
        child = os.fork()
        if child == 0:
            os._exit(_appends(journal))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        assert journal.size == 2


def _appends(journal: Journal) -> int:
    try:
        journal.append(Record(Kind.GAP, 0, {"why": "a test"}))
    except JournalError:
        return 7
    return 0
