"""A margin says exactly how much higher the thresholds must stand for a message to raise no alarm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from calibration_builders import LABELS, SHIPPED, a_manifest, a_policy, a_rule
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.calibration.alarm import AlarmRule
from guardian.calibration.stream import logits_of
from guardian.calibration.thresholds import Thresholds, logit, score_of
from guardian.detectors.base import Evidence
from guardian.message import Channel, Message
from guardian.policy.base import Policy, Status
from guardian.policy.match import Matcher
from guardian.reading.base import Reading
from guardian.verdict import Action

THRESHOLDS = np.full(len(LABELS), logit(SHIPPED))
EXPRESSIONS = (
    "urgency",
    "urgency or guilt",
    "urgency and guilt",
    "money_request or (urgency and guilt)",
    "(urgency or guilt) and risk",
    "risk",
    "risk or urgency",
    "risk and guilt",
    "pressure",
)


def _margin(rule: AlarmRule, *scores: float) -> float:
    return float(rule.margins(logits_of(np.array([scores])), THRESHOLDS)[0])


@pytest.mark.parametrize(
    ("tactics", "scores", "at"),
    [
        ("urgency", (0.1, 0.9, 0.1, 0.1), 0.9),
        ("urgency or guilt", (0.1, 0.6, 0.7, 0.1), 0.7),
        ("urgency and guilt", (0.1, 0.6, 0.7, 0.1), 0.6),
        ("urgency and risk", (0.3, 0.9, 0.1, 0.1), 0.3),  # the weak output is a condition
        ("urgency and not guilt", (0.1, 0.9, 0.99, 0.1), 0.9),  # what is negated counts as true
    ],
)
def test_alternatives_take_the_larger_margin_and_conditions_the_smaller(
    tactics: str, scores: tuple[float, ...], at: float
) -> None:
    assert _margin(a_rule(tactics), *scores) == pytest.approx(logit(at) - logit(SHIPPED), abs=1e-6)


@pytest.mark.parametrize(
    ("tactics", "fields"),
    [
        ("risk", {}),  # gives notice only
        ("hidden_text", {}),  # rules alone speak of it
        ("urgency", {"action": Action.NOTICE}),
        ("urgency", {"status": Status.TEST}),
        ("urgency", {"channels": (Channel.AI_OUTPUT,)}),
        ("urgency", {"thresholds": {"urgency": 0.3}}),  # the owner's own: fixed
    ],
)
def test_what_no_threshold_may_change_is_no_alarm_of_the_budget(tactics: str, fields: dict[str, object]) -> None:
    rule = a_rule(tactics, **fields)
    assert not rule.can_alarm
    assert _margin(rule, 0.99, 0.99, 0.99, 0.99) == -np.inf


def test_an_owners_own_threshold_is_a_condition_that_does_not_move() -> None:
    rule = a_rule("urgency and guilt", thresholds={"guilt": 0.5})
    assert _margin(rule, 0.1, 0.9, 0.6, 0.1) == pytest.approx(logit(0.9) - logit(SHIPPED), abs=1e-6)
    assert _margin(rule, 0.1, 0.9, 0.4, 0.1) == -np.inf
    assert [LABELS[column] for column in rule.watched] == ["urgency"]


def test_a_policy_that_excepts_the_sender_raises_no_alarm() -> None:
    rule = a_rule("urgency")
    logits = logits_of(np.full((2, 4), 0.9))
    margins = rule.margins(logits, THRESHOLDS, {"a-policy": np.array([True, False])})
    assert margins[0] == -np.inf
    assert margins[1] > 0


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(EXPRESSIONS),
    st.tuples(*[st.floats(0.3, 0.99)] * 4),
    st.floats(-1, 1),
)
def test_the_margin_agrees_with_the_matcher(tactics: str, scores: tuple[float, ...], shift: float) -> None:
    """Whether the policy warns once all thresholds are shifted, by the code that screens messages."""
    policy = a_policy(tactics)
    margin = _margin(AlarmRule([policy], a_manifest(), Channel.INCOMING), *scores)
    if abs(margin - shift) < 1e-6:
        return
    assert _warns(policy, scores, score_of(logit(SHIPPED) + shift)) == (margin >= shift)


def _warns(policy: Policy, scores: tuple[float, ...], threshold: float) -> bool:
    thresholds = Thresholds(dict.fromkeys(Channel, dict.fromkeys(LABELS, threshold)))
    matcher = Matcher([policy], a_manifest(), None, {}, thresholds)
    evidence = Evidence(Message(b"text"), Reading((), ()), dict(zip(LABELS, scores, strict=True)))
    (match,) = matcher.match(evidence, [])
    return match.matched and match.action is Action.WARN


def test_the_starter_policies_have_alarms_on_both_channels() -> None:
    from guardian.inference.manifest import load_manifest
    from guardian.policy.load import load_policies

    root = Path(__file__).resolve().parents[2]
    manifest = load_manifest(root / "models" / "manifest.toml")
    policies = load_policies(root / "policies").policies
    for channel in Channel:
        assert AlarmRule(policies, manifest, channel).can_alarm
