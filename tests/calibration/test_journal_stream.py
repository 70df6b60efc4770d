"""Promises of the journal's stream: only whole days, only the present model, no sender by repeating itself."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from calibration_builders import LABELS, a_manifest, a_policy
from hypothesis import given
from hypothesis import strategies as st
from journal_builders import DAY_MS, MANIFEST, NOON_MS, a_verdict_record, counts, said, streamed

from guardian.calibration import journal_stream
from guardian.calibration.alarm import AlarmRule
from guardian.calibration.bank import ReferenceBank
from guardian.calibration.budget import ONE_SENDER
from guardian.calibration.journal_stream import JournalStream, Left, VerdictReader
from guardian.calibration.plan import Plan, make_plan
from guardian.calibration.thresholds import MOST_STEP, fingerprint, logit
from guardian.errors import CalibrationError
from guardian.journal.feedback import Says
from guardian.journal.record import Erased, Kind, Record, Spoke, Unreadable
from guardian.message import Channel
from guardian.verdict import Outcome

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def some(count: int, **known: Any) -> list[Record]:
    """Different messages of different senders, one a day, the last one today."""
    first_ms = NOON_MS - (count - 1) * DAY_MS
    return [
        a_verdict_record(f"Text {n}.", f"p{n}@x.example", at_ms=first_ms + n * DAY_MS, **known) for n in range(count)
    ]


def places(stream: JournalStream) -> list[int]:
    return [record.place for record in stream.records]


# --- one verdict ---------------------------------------------------------------------------------------------------

# What is odd about a record -> why it is not used.
NOT_USED: list[tuple[str, dict[str, Any], Left]] = [
    ("another model", {"model_sha256": "1" * 64}, Left.OTHER_MODEL),
    ("calibrated anew", {"meaning": fingerprint(a_manifest(threshold=0.7))}, Left.OTHER_MODEL),
    ("of an older program", {"meaning": ""}, Left.OTHER_MODEL),
    ("the model was down", {"scores": {}}, Left.NOT_JUDGED),
    ("an output is missing", {"scores": dict.fromkeys(LABELS[1:], 0.1)}, Left.UNREADABLE),
    ("an output too many", {"scores": {**dict.fromkeys(LABELS, 0.1), "more": 0.1}}, Left.UNREADABLE),
    ("a score over 1", {"scores": {**dict.fromkeys(LABELS, 0.1), "risk": 1.5}}, Left.UNREADABLE),
]


@pytest.mark.parametrize(("known", "why"), [row[1:] for row in NOT_USED], ids=[row[0] for row in NOT_USED])
def test_a_verdict_of_anything_else_is_left_out_and_counted(known: dict[str, Any], why: Left) -> None:
    stream = streamed([a_verdict_record(), a_verdict_record("Another.", **known)])
    assert (places(stream), stream.left[why]) == ([0], 1)


@given(JSON)
def test_no_body_of_any_shape_is_taken_for_a_verdict(body: Any) -> None:
    record = Record(Kind.VERDICT, NOON_MS, body, Spoke(model_sha256=MANIFEST.sha256))
    assert isinstance(VerdictReader(MANIFEST, ()).read(0, record), Left)
    given = a_verdict_record()
    for part in ("message", "text", "verdict", "stream"):
        odd = replace(given, body={**given.body, part: body})
        assert isinstance(VerdictReader(MANIFEST, ()).read(0, odd), Left)


def test_a_record_keeps_scores_and_marks_of_its_senders() -> None:
    scores = dict(zip(LABELS, (0.4, 0.3, 0.2, 0.9), strict=True))
    policy = replace(a_policy("urgency"), senders_except=("@bank.example",))
    given = a_verdict_record(sender="My Bank <info@BANK.example>", scores=scores, outcome=Outcome.FLAGGED)
    record = VerdictReader(MANIFEST, [policy]).read(7, given)
    assert not isinstance(record, Left)
    assert (record.place, record.id, record.outcome) == (7, "7", Outcome.FLAGGED)
    assert record.scores == pytest.approx([0.4, 0.3, 0.2, 0.9])
    assert record.sent_s == NOON_MS / 1000
    assert record.is_ordinary
    assert record.excepted == (policy.id,)
    bare = VerdictReader(MANIFEST, [policy]).read(8, a_verdict_record(sender="info@bank.example", ordinary=False))
    assert not isinstance(bare, Left)
    assert not bare.is_ordinary
    assert bare.sender == record.sender  # the address alone makes the sender


def test_nothing_of_a_message_is_kept() -> None:
    stream = streamed([a_verdict_record("A secret.", "someone@secret.example")])
    assert "secret" not in repr([stream, *stream.records]) + json.dumps([record.id for record in stream.records])
    assert b"secret" not in b"".join([*(record.sender for record in stream.records), stream.records[0].digest])


# --- whole days ----------------------------------------------------------------------------------------------------


def test_flagged_messages_alone_are_never_calibrated_on() -> None:
    flagged = some(300, outcome=Outcome.FLAGGED)
    for more, says in (
        ([counts("2026-11-20", 412)], "412 were counted and not kept, and flagged ones alone would mislead"),
        ([], "no clean message"),
        (some(3, model_sha256="1" * 64), "judged by another model"),
    ):
        with pytest.raises(CalibrationError, match=says) as caught:
            streamed([*flagged, *more])
        assert 'journal.clean = "scores"' in caught.value.hint
        assert "\n" not in caught.value.line()


@pytest.mark.parametrize("is_sealed", [True, False])
def test_a_day_whose_clean_messages_were_only_counted_does_not_count(is_sealed: bool) -> None:
    records = some(20)
    day = "2026-11-16"  # five days before the last
    sealed = [counts(day, 7)] if is_sealed else []
    unsealed = {} if is_sealed else {day: {"ai_output": {"clean": 7}}}
    stream = streamed([*records, *sealed], unsealed=unsealed)
    assert places(stream) == [n for n in range(20) if n != 14]
    assert (stream.partial_days, stream.counted_clean, stream.left[Left.PARTIAL_DAY]) == (1, 7, 1)
    assert stream.days == pytest.approx(streamed(records).days - 1, abs=1)


def test_what_was_flagged_before_the_first_clean_message_that_was_kept_does_not_count() -> None:
    records = some(30)
    for n in range(20):
        records[n] = a_verdict_record(f"Bad {n}.", at_ms=records[n].at_ms, outcome=Outcome.FLAGGED)
    stream = streamed(records)
    assert places(stream) == list(range(20, 30))
    assert stream.left[Left.PARTIAL_DAY] == 20


def test_counts_of_other_outcomes_and_other_times_take_no_day_away() -> None:
    records = [*some(10), counts("2026-11-16", 0, notice=3), counts("2026-01-01", 50), counts("no day", 5)]
    stream = streamed(records)
    assert len(stream.records) == 10
    assert (stream.partial_days, stream.counted_clean) == (0, 0)


# --- time ----------------------------------------------------------------------------------------------------------


def test_only_the_last_days_count_and_the_future_does_not() -> None:
    records = [*some(40), a_verdict_record("Tomorrow.", at_ms=NOON_MS + DAY_MS)]
    assert places(streamed(records, days=10)) == list(range(30, 40))


def test_what_came_in_late_counts_at_the_time_when_it_was_screened() -> None:
    late = replace(a_verdict_record("Waited.", at_ms=NOON_MS - 15 * DAY_MS), late=True)
    stream = streamed([*some(10), late], days=20)
    assert stream.records[-1].sent_s == (NOON_MS - 15 * DAY_MS) / 1000
    assert places(streamed([*some(10), late], days=12)) == list(range(10))


def test_many_in_one_hour_are_seen_as_such() -> None:
    assert streamed(some(10)).in_one_hour == 1
    at_once = [a_verdict_record(f"T{n}.", at_ms=NOON_MS + n * 1000) for n in range(50)]
    assert streamed([*some(10), *at_once]).in_one_hour == 51  # today's one too


def test_the_newest_are_used_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_stream, "MOST_MESSAGES", 6)
    stream = streamed(some(10))
    assert places(stream) == [4, 5, 6, 7, 8, 9]
    assert stream.left[Left.TOO_MANY] == 4


# --- senders -------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 19), max_size=60))
def test_the_same_message_again_changes_nothing_however_often(again: list[int]) -> None:
    records = some(20)
    repeats = [replace(records[n], at_ms=NOON_MS + place) for place, n in enumerate(again)]
    once, more = streamed(records), streamed([*records, *repeats])
    assert places(more) == places(once)
    assert more.days == once.days
    assert more.left[Left.REPEAT] == len(again)


def test_a_message_is_new_only_once_also_where_it_first_came_before_the_time_that_is_looked_at() -> None:
    old = a_verdict_record("Old.", at_ms=NOON_MS - 200 * DAY_MS)
    assert places(streamed([old, *some(5), replace(old, at_ms=NOON_MS)])) == [1, 2, 3, 4, 5]


def test_another_sender_or_channel_makes_another_message() -> None:
    records = [
        a_verdict_record("Same."),
        a_verdict_record("Same.", "other@home.example"),
        a_verdict_record("Same.", channel=Channel.AI_OUTPUT),
        a_verdict_record("Same.", ""),
        a_verdict_record("Same.", "Friend <FRIEND@home.example>"),  # the first one again
    ]
    assert places(streamed(records)) == [0, 1, 2, 3]


# --- what follows from it ------------------------------------------------------------------------------------------


def _scored(count: int, *, seed: int = 5, mean: float = -1.5, sender: str = "") -> list[Record]:
    logits = np.random.default_rng(seed).normal(mean, 1.2, size=(count, len(LABELS)))
    rows = (1 / (1 + np.exp(-logits))).round(4)
    step_ms = 70 * DAY_MS // count
    return [
        a_verdict_record(
            f"Text {seed} {n}.",
            sender or f"p{n}@x{seed}.example",
            at_ms=NOON_MS - (count - n) * step_ms,
            scores=dict(zip(LABELS, map(float, row), strict=True)),
        )
        for n, row in enumerate(rows)
    ]


def _plan(records: list[Record], budget: float) -> Plan:
    chance = np.random.default_rng(4)
    logits = chance.normal(-2.0, 1.2, size=(300, len(LABELS))).astype(np.float32)
    bank = ReferenceBank(np.zeros((300, 2), np.float32), logits, np.zeros(300, np.uint8))
    rules = {channel: AlarmRule([a_policy("urgency or guilt")], MANIFEST, channel) for channel in Channel}
    stream = streamed(records)
    return make_plan(stream.records, rules, bank, MANIFEST, None, budget=budget, days=stream.days)


def test_a_plan_from_the_journal_keeps_to_the_band() -> None:
    for budget in (0.1, 100.0):
        plan = _plan(_scored(400), budget)
        assert plan.weeks == pytest.approx(10, abs=0.5)
        assert plan.moves
        assert all(abs(logit(move.after) - logit(move.before)) <= MOST_STEP + 1e-3 for move in plan.moves)


def test_one_flooding_sender_lifts_no_threshold_by_more_than_its_share() -> None:
    honest, flood = _scored(400), _scored(1500, seed=6, mean=4.0, sender="flood@evil.example")
    without, flooded = _plan(honest, 3.0), _plan([*honest, *flood], 3.0)
    for label in ("urgency", "guilt"):
        before = logit(without.thresholds.on(Channel.INCOMING)[label])
        assert logit(flooded.thresholds.on(Channel.INCOMING)[label]) <= before + ONE_SENDER + 2e-3


def test_the_owners_word_is_counted_and_moves_nothing() -> None:
    records = _scored(400)
    for seq in (3, 4, 5, 6):
        records[seq] = a_verdict_record(f"Bad {seq}.", outcome=Outcome.FLAGGED, at_ms=records[seq].at_ms)
    words = [said(3, Says.WRONG), said(4, Says.RIGHT), said(5, Says.WRONG), said(6, Says.RIGHT)]
    words += [said(4, Says.WITHDRAWN), said(5, Says.UNSURE), said(900, Says.WRONG)]
    silent, spoken = streamed(records).alerts, streamed([*records, *words]).alerts
    assert (silent.flagged, silent.right, silent.wrong, silent.unsure) == (4, 0, 0, 0)
    assert (spoken.flagged, spoken.right, spoken.wrong, spoken.unsure) == (4, 1, 1, 1)
    assert _plan([*records, *words], 50.0).thresholds == _plan(records, 50.0).thresholds


def test_forgotten_and_unreadable_records_end_nothing() -> None:
    stream = streamed([Erased(), *some(3), Unreadable("its seal does not open")])
    assert places(stream) == [1, 2, 3]
    assert stream.left[Left.UNREADABLE] == 1
