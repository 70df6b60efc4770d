"""A plan changes nothing by itself, keeps what it cannot settle, and finds every message that can change."""

from __future__ import annotations

import numpy as np
import pytest
from calibration_builders import LABELS, SHIPPED, a_manifest, a_policy, a_record

from guardian.calibration.alarm import AlarmRule
from guardian.calibration.bank import ReferenceBank
from guardian.calibration.plan import Plan, bank_counts, crossing, make_plan
from guardian.calibration.record import ScoredRecord
from guardian.calibration.state import Calibration
from guardian.calibration.thresholds import fingerprint, shipped_thresholds
from guardian.errors import CalibrationError
from guardian.message import Channel

MANIFEST = a_manifest()
RULES = {channel: AlarmRule([a_policy("urgency or guilt")], MANIFEST, channel) for channel in Channel}


def _bank(count: int = 300) -> ReferenceBank:
    chance = np.random.default_rng(4)
    logits = chance.normal(-2.0, 1.2, size=(count, len(LABELS))).astype(np.float32)
    return ReferenceBank(np.zeros((count, 2), np.float32), logits, np.zeros(count, np.uint8))


def _records(count: int, *, channel: Channel = Channel.INCOMING) -> list[ScoredRecord]:
    logits = np.random.default_rng(5).normal(-1.5, 1.2, size=(count, len(LABELS)))
    scores = 1 / (1 + np.exp(-logits))
    return [a_record(place, scores=row, channel=channel) for place, row in enumerate(scores)]


def _plan(records: list[ScoredRecord], budget: float = 100.0, calibration: Calibration | None = None) -> Plan:
    return make_plan(records, RULES, _bank(), MANIFEST, calibration, budget=budget, days=70)


def test_a_plan_moves_what_decides_about_alarms_on_its_channel_alone() -> None:
    plan = _plan(_records(400))
    assert {(move.channel, move.label) for move in plan.moves} == {
        (Channel.INCOMING, "urgency"),
        (Channel.INCOMING, "guilt"),
    }
    assert plan.thresholds.on(Channel.AI_OUTPUT) == shipped_thresholds(MANIFEST).on(Channel.AI_OUTPUT)
    assert all(move.before == SHIPPED and move.after < SHIPPED for move in plan.moves)


def test_too_few_records_make_a_plan_that_moves_nothing() -> None:
    plan = _plan(_records(60))
    assert plan.moves == ()
    assert plan.thresholds == plan.before
    assert plan.calibration("2026-11-21T12:00:00+00:00", MANIFEST, 3.0, None).channels == {}


def test_what_is_kept_is_the_plan_and_what_stood_for_other_channels() -> None:
    at = "2026-11-21T12:00:00+00:00"
    first = _plan(_records(400)).calibration(at, MANIFEST, 100.0, None)
    assert first.fingerprint == fingerprint(MANIFEST)
    kept = _plan(_records(60), calibration=first).calibration(at, MANIFEST, 100.0, first)
    assert kept.channels == first.channels
    assert kept.thresholds(MANIFEST) == first.thresholds(MANIFEST)


def test_a_second_go_moves_on_from_the_first() -> None:
    first = _plan(_records(400)).calibration("2026-11-21T12:00:00+00:00", MANIFEST, 100.0, None)
    second = _plan(_records(400), calibration=first)
    assert all(move.after < move.before < SHIPPED for move in second.moves)
    assert second.moves


def test_every_record_on_another_side_of_a_moved_threshold_is_found() -> None:
    plan = _plan(_records(400))
    found = {record.place for record in crossing(plan, MANIFEST)}
    before, after = plan.before.on(Channel.INCOMING), plan.thresholds.on(Channel.INCOMING)
    for record in plan.records:
        sides = [
            [score >= thresholds[label] for label, score in zip(LABELS, record.scores, strict=True)]
            for thresholds in (before, after)
        ]
        assert (record.place in found) == (sides[0] != sides[1])
    assert found


def test_without_dates_or_days_there_is_no_plan() -> None:
    with pytest.raises(CalibrationError, match="no message with a date"):
        make_plan(_records(10), RULES, _bank(), MANIFEST, None, budget=3.0, days=None)


def test_the_bank_is_counted_under_the_thresholds_in_force() -> None:
    bank = _bank()
    counts = bank_counts(bank, MANIFEST, shipped_thresholds(MANIFEST))
    expected = int((1 / (1 + np.exp(-bank.logits[:, 1].astype(float))) >= SHIPPED).sum())
    assert counts[Channel.INCOMING]["urgency"] == (expected, len(bank.channels))
