"""Drift: the distance is Kolmogorov and Smirnov's, chance alone is no breach, and too few messages give no number."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.assembly import Assembled
from guardian.calibration.record import ScoredRecord
from guardian.health.bounds import LARGEST_DRIFT, LEAST_DRIFT_MESSAGES
from guardian.health.drift import Sample, band, drift_of, ks_distance
from guardian.message import Channel
from guardian.verdict import Outcome


def sample(*scores: float) -> Sample:
    return Sample(np.array(scores), np.ones(len(scores)))


# Worked by hand from the two step functions.
DISTANCES = [
    ((1, 2, 3), (1, 2, 3), 0.0),
    ((1, 2, 3), (4, 5, 6), 1.0),
    ((1, 2), (1, 3), 0.5),
    ((1, 1, 1, 2), (1, 2, 2, 2), 0.5),
    ((0.1, 0.2, 0.3, 0.4), (0.15, 0.35), 0.25),
]


@pytest.mark.parametrize(("one", "other", "distance"), DISTANCES)
def test_the_distance_is_the_largest_gap_of_the_two_distributions(
    one: tuple[float, ...], other: tuple[float, ...], distance: float
) -> None:
    assert ks_distance(sample(*one), sample(*other)) == pytest.approx(distance)


scores = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(scores, scores)
def test_the_distance_is_symmetric_and_a_share(one: list[float], other: list[float]) -> None:
    there, back = ks_distance(sample(*one), sample(*other)), ks_distance(sample(*other), sample(*one))
    assert there == pytest.approx(back)
    assert 0 <= there <= 1 + 1e-9


def test_a_weight_counts_as_so_many_messages() -> None:
    weighted = Sample(np.array([0.1, 0.9]), np.array([3.0, 1.0]))
    assert ks_distance(weighted, sample(0.1, 0.1, 0.1, 0.9)) == pytest.approx(0.0)
    assert weighted.effective == pytest.approx(16 / 10)


def test_the_band_is_the_inequalitys() -> None:
    assert band(200, 0.95) == pytest.approx(math.sqrt(math.log(40) / 400))
    assert band(0) == 1.0


def records(parts: Assembled, count: int, *, senders: int, at: np.ndarray | None = None) -> list[ScoredRecord]:
    """Ordinary messages that score as the shipped bank's do, or as the rows `at` of it."""
    manifest, bank = parts.bench.manifest, parts.bench.bank
    rows = [
        (manifest.scores(bank.logits[row : row + 1], stratum))
        for stratum, members in bank.strata()
        if stratum.channel is Channel.INCOMING
        for row in np.flatnonzero(members)
    ]
    rows.sort(key=manifest.overall)
    chosen = at if at is not None else np.linspace(0, len(rows) - 1, count).astype(int)
    return [
        ScoredRecord(
            place=place,
            id=str(place),
            channel=Channel.INCOMING,
            outcome=Outcome.CLEAN,
            scores=np.array([rows[row][label] for label in manifest.labels], dtype=np.float32),
            sender=str(place % senders).encode(),
            sent_s=float(place),
            is_ordinary=True,
            excepted=(),
            digest=b"",
        )
        for place, row in enumerate(chosen)
    ]


def test_messages_like_those_of_the_bank_have_not_drifted(parts: Assembled) -> None:
    drift = drift_of(records(parts, 200, senders=100), Channel.INCOMING, parts.bench.manifest, parts.bench.bank, None)
    assert drift.distance is not None
    assert drift.distance < 0.05
    assert drift.at_least == 0
    assert drift.reference == "the shipped ordinary messages"


def test_messages_that_all_score_as_the_highest_of_the_bank_have(parts: Assembled) -> None:
    high = records(parts, 200, senders=100, at=np.full(200, -1))
    drift = drift_of(high, Channel.INCOMING, parts.bench.manifest, parts.bench.bank, None)
    assert drift.at_least > LARGEST_DRIFT


def test_one_sender_who_floods_makes_no_drift(parts: Assembled) -> None:
    usual = records(parts, 200, senders=200)
    flood = records(parts, 200, senders=1, at=np.full(200, -1))
    drift = drift_of([*flood, *usual], Channel.INCOMING, parts.bench.manifest, parts.bench.bank, None)
    assert drift.at_least < LARGEST_DRIFT


def test_too_few_messages_give_no_number(parts: Assembled) -> None:
    few = records(parts, LEAST_DRIFT_MESSAGES - 1, senders=40)
    assert drift_of(few, Channel.INCOMING, parts.bench.manifest, parts.bench.bank, None).distance is None
    assert drift_of(few, Channel.AI_OUTPUT, parts.bench.manifest, parts.bench.bank, None).messages == 0


def test_the_owners_own_calibration_window_is_the_reference_where_there_is_one(parts: Assembled) -> None:
    stream = records(parts, 200, senders=100)
    drift = drift_of(stream, Channel.INCOMING, parts.bench.manifest, parts.bench.bank, 100.0)
    assert drift.reference == "your messages when you calibrated"
    assert drift.messages == 100
