"""The judge is asked where rules and encoder leave it undecided, or a policy says so; never of what was excused."""

from __future__ import annotations

from typing import Any

import pytest
from weighing_rig import a_match, a_policy, by_fine_examples_alone, prose_alone

from guardian.judge.undecided import ABOVE_NATS, BELOW_NATS, MOST_ASKED, to_ask
from guardian.policy.base import Policy, Status, When
from guardian.verdict import Action, PolicyMatch, Severity

ALWAYS, NEVER = {"judge": When.ALWAYS}, {"judge": When.NEVER}


def asked(policy: Policy, match: PolicyMatch, *, is_judged: bool = True) -> bool:
    return bool(to_ask([match], {policy.id: policy}, is_judged=is_judged))


def test_the_band_round_a_threshold_of_a_half_is_what_the_guide_says() -> None:
    """docs/guide/judge.md names both ends; odds are exp(logit)."""
    policy = a_policy()
    scores = [score / 100 for score in range(1, 100) if asked(policy, a_match(policy, score / 100))]
    assert (scores[0], scores[-1]) == (0.27, 0.73)
    assert (BELOW_NATS, ABOVE_NATS) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("what", "fields", "match", "expected"),
    [
        ("just under its threshold", {}, {"score": 0.45}, True),
        ("just over it", {}, {"score": 0.55}, True),
        ("far below", {}, {"score": 0.01}, False),
        ("far above", {}, {"score": 0.97}, False),
        ("far below, always", ALWAYS, {"score": 0.01}, True),
        ("far above, always", ALWAYS, {"score": 0.97}, True),
        ("near, never", NEVER, {"score": 0.45}, False),
        ("near, but a rule found it", {}, {"score": 0.6, "because": ("tactic:urgency", "rule:urgency")}, False),
        ("near, but a pattern found it", {}, {"score": 0.6, "because": ("pattern:2",)}, False),
        ("a rule found it, always", ALWAYS, {"score": 0.6, "because": ("rule:urgency",)}, True),
        ("excused", {}, {"score": 0.45, "excused": "sender x is excepted"}, False),
        ("excused, always", ALWAYS, {"score": 0.45, "excused": "you muted urgency"}, False),
        ("matched by weak outputs alone", {}, {"score": 0.99, "action": Action.NOTICE}, True),
        ("asks for no more than a notice", {"action": Action.NOTICE}, {"score": 0.99}, False),
        ("on trial", {"status": Status.TEST}, {"score": 0.99}, False),
        ("near a threshold that is far from a half", {}, {"score": 0.9, "threshold": 0.95}, True),
    ],
)
def test_what_is_undecided(what: str, fields: dict[str, Any], match: dict[str, Any], expected: bool) -> None:
    policy = a_policy(**fields)
    assert asked(policy, a_match(policy, **match)) is expected, what


@pytest.mark.parametrize("policy", [prose_alone(), by_fine_examples_alone()])
def test_prose_alone_is_for_the_judge(policy: Policy) -> None:
    assert asked(policy, a_match(policy, 0.0))


def test_a_policy_that_says_nothing_at_all_is_not_asked_about() -> None:
    policy = prose_alone(prose="")
    assert not asked(policy, a_match(policy, 0.0))


def test_where_the_encoder_judged_nothing_all_is_undecided_but_what_a_rule_found() -> None:
    far, by_rule = a_policy("far"), a_policy("by-rule")
    matches = [a_match(far, 0.0), a_match(by_rule, 0.9, because=("rule:urgency",))]
    found = to_ask(matches, {each.id: each for each in (far, by_rule)}, is_judged=False)
    assert [policy.id for policy in found] == ["far"]


def test_one_message_is_held_against_so_many_and_the_closest_go_first() -> None:
    policies = [a_policy(f"p{number:02}") for number in range(MOST_ASKED + 5)]
    matches = [a_match(policy, 0.28 + 0.015 * number) for number, policy in enumerate(policies)]
    always, prose = a_policy("always", **ALWAYS), prose_alone("prose")
    everything = {each.id: each for each in (*policies, always, prose)}
    found = [p.id for p in to_ask([*matches, a_match(always, 0.0), a_match(prose, 0.0)], everything, is_judged=True)]
    assert found == [*(f"p{number:02}" for number in range(5, MOST_ASKED + 5)), "always", "prose"]


def test_without_a_score_the_gravest_go_first() -> None:
    policies = [a_policy(f"p{number:02}", severity=Severity.LOW) for number in range(MOST_ASKED)]
    grave = a_policy("grave", severity=Severity.HIGH)
    everything = [*policies, grave]
    found = to_ask([a_match(p, 0.0) for p in everything], {p.id: p for p in everything}, is_judged=False)
    assert grave in found
    assert len(found) == MOST_ASKED
