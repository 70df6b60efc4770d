"""Thresholds are the shipped ones on every channel until one is moved, and then only there."""

from __future__ import annotations

import pytest
from calibration_builders import LABELS, SHIPPED, a_manifest, a_policy
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.calibration.thresholds import MOST_STEP, MOST_TOTAL, is_within_band, logit, score_of, shipped_thresholds
from guardian.detectors.base import Evidence
from guardian.detectors.encoder import EncoderDetector
from guardian.detectors.load import load_detectors
from guardian.message import Channel, Message
from guardian.policy.match import Matcher
from guardian.reading.base import Reading

MANIFEST = a_manifest()
LOWERED = shipped_thresholds(MANIFEST).moved(Channel.INCOMING, {"urgency": 0.7})


def _evidence(score: float, channel: Channel) -> Evidence:
    return Evidence(Message(b"text", channel=channel), Reading((), ()), {"urgency": score})


def test_what_is_moved_is_moved_on_its_channel_alone() -> None:
    assert LOWERED.on(Channel.INCOMING) == {**dict.fromkeys(LABELS, SHIPPED), "urgency": 0.7}
    assert LOWERED.on(Channel.AI_OUTPUT) == dict.fromkeys(LABELS, SHIPPED)


@pytest.mark.parametrize(("channel", "found"), [(Channel.INCOMING, ["urgency"]), (Channel.AI_OUTPUT, [])])
def test_detectors_find_by_the_thresholds_in_force(channel: Channel, found: list[str]) -> None:
    (encoder,) = (one for one in load_detectors(MANIFEST, LOWERED) if isinstance(one, EncoderDetector))
    assert [finding.tactic for finding in encoder.detect(_evidence(0.75, channel))] == found


@pytest.mark.parametrize(("channel", "threshold"), [(Channel.INCOMING, 0.7), (Channel.AI_OUTPUT, SHIPPED)])
def test_policies_match_by_the_thresholds_in_force(channel: Channel, threshold: float) -> None:
    matcher = Matcher([a_policy("urgency", channels=tuple(Channel))], MANIFEST, None, {}, LOWERED)
    (match,) = matcher.match(_evidence(0.75, channel), [])
    assert (match.matched, match.threshold) == (threshold <= 0.75, threshold)


def test_a_policys_own_threshold_stands_whatever_was_calibrated() -> None:
    matcher = Matcher([a_policy("urgency", thresholds={"urgency": 0.9})], MANIFEST, None, {}, LOWERED)
    (match,) = matcher.match(_evidence(0.75, Channel.INCOMING), [])
    assert (match.matched, match.threshold) == (False, 0.9)


@settings(deadline=None)
@given(st.floats(1e-6, 1 - 1e-6))
def test_logit_and_score_are_each_others_inverse(score: float) -> None:
    assert score_of(logit(score)) == pytest.approx(score, abs=1e-9)


def test_the_band_is_the_documented_one() -> None:
    # docs/guide/calibration.md names these scores.
    edges = [round(score_of(logit(0.8) + shift), 2) for shift in (-MOST_TOTAL, -MOST_STEP, MOST_STEP, MOST_TOTAL)]
    assert edges == [0.65, 0.73, 0.86, 0.89]
    assert is_within_band(0.66, 0.8)
    assert not is_within_band(0.64, 0.8)
    assert not is_within_band(1.0, 0.8)
