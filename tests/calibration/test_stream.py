"""No sender counts for more than its share, and no few dates say how long a stream lasted."""

from __future__ import annotations

import numpy as np
import pytest
from calibration_builders import a_record
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.calibration.stream import LARGEST_SHARE, sender_weights, span_weeks, stream_of
from guardian.message import Channel

DAY_S = 86_400


def _per_sender(counts: list[int]) -> list[float]:
    senders = np.repeat(np.arange(len(counts)), counts)
    weights = sender_weights(senders)
    return [float(weights[senders == sender].sum()) for sender in range(len(counts))]


@pytest.mark.parametrize(
    ("counts", "counted"),
    [
        ([1] * 100, [1.0] * 100),
        ([3] * 100, [3.0] * 100),
        ([10_000] + [1] * 49, [1.0] * 50),  # 50 senders of one message each: a share of one message
        ([7, 7], [1.0, 1.0]),  # a sender never counts for less than one message
        ([10_000] + [5] * 98, [10.0] + [5.0] * 98),  # 2 % of 490 + 10
    ],
)
def test_what_a_sender_counts(counts: list[int], counted: list[float]) -> None:
    assert _per_sender(counts) == pytest.approx(counted, rel=1e-3)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(1, 3_000), min_size=1, max_size=120))
def test_no_sender_counts_for_more_than_its_share_or_than_it_sent(counts: list[int]) -> None:
    counted = _per_sender(counts)
    for sent, weight in zip(counts, counted, strict=True):
        assert 0 < weight <= sent + 1e-9
        assert weight <= max(1.0, LARGEST_SHARE * sum(counted)) * 1.01


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(1, 50), min_size=2, max_size=80), st.integers(1, 10_000))
def test_sending_more_never_makes_another_sender_count_less(counts: list[int], more: int) -> None:
    before, after = _per_sender(counts)[1:], _per_sender([counts[0] + more, *counts[1:]])[1:]
    assert all(b <= a + 1e-6 for b, a in zip(before, after, strict=True))


def test_the_span_is_that_of_most_messages() -> None:
    records = [a_record(n, sent_s=n * DAY_S) for n in range(1, 141)]
    assert span_weeks(records) == pytest.approx(20, rel=0.05)


def test_one_sender_cannot_stretch_the_span() -> None:
    honest = [a_record(n, sent_s=n * DAY_S) for n in range(1, 141)]
    forged = [a_record(n, sent_s=0 if n % 2 else 4e9, sender="mallory") for n in range(1_000)]
    assert span_weeks([*honest, *forged]) == pytest.approx(20, rel=0.1)


def test_a_span_is_a_week_at_least_and_unknown_without_dates() -> None:
    assert span_weeks([a_record(n, sent_s=5.0) for n in range(9)]) == 1.0
    assert span_weeks([a_record(n) for n in range(9)]) is None


def test_only_ordinary_messages_of_the_channel_are_in_its_stream() -> None:
    records = [
        a_record(0, excepted=("p",)),
        a_record(1, is_ordinary=False),
        a_record(2, channel=Channel.AI_OUTPUT),
        a_record(3, sender="same"),
        a_record(4, sender="same"),
    ]
    stream = stream_of(records, Channel.INCOMING, 2.0)
    assert stream is not None
    assert (len(stream), len(set(stream.senders.tolist())), stream.weeks) == (3, 2, 2.0)
    assert stream.excepted["p"].tolist() == [True, False, False]
    assert stream_of(records[1:2], Channel.INCOMING, 2.0) is None


def test_all_messages_of_a_sender_are_in_the_same_half() -> None:
    stream = stream_of([a_record(n, sender=f"sender{n % 7}") for n in range(70)], Channel.INCOMING, 1.0)
    assert stream is not None
    for sender in set(stream.senders.tolist()):
        assert len(set(stream.shapes[stream.senders == sender].tolist())) == 1
