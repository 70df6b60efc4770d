"""What a judge may do: raise; turn flagged into unsure where its owner allows that and no rule spoke; never clear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from weighing_rig import JUDGE, a_match, a_policy, an_opinion

from guardian.finding import FindingKind
from guardian.hearing import Weighed
from guardian.judge.base import Label, Opinion
from guardian.judge.weighing import Agreed, agreed, weigh
from guardian.policy.base import Policy, Status
from guardian.policy.decide import decide
from guardian.second_opinion import Changed
from guardian.verdict import Action, Coverage, Outcome, PolicyMatch, Reason

RANKS = (Outcome.CLEAN, Outcome.NOTICE, Outcome.UNSURE, Outcome.FLAGGED)
"""Mildest first, for a message of which something was judged."""
SOFT: dict[str, Any] = {"judge_may_soften": True}
BY_RULE = {"because": ("rule:urgency", "tactic:urgency")}
YES, NO, UNSURE = Label
CLEAN, LOGGED = (Outcome.CLEAN, Action.NONE), (Outcome.NOTICE, Action.LOG)
NOTED, WARNED = (Outcome.NOTICE, Action.NOTICE), (Outcome.FLAGGED, Action.WARN)
HELD = (Outcome.FLAGGED, Action.HOLD)
JUDGED = Coverage(10, 1)


def weighed(policy: Policy, match: PolicyMatch, opinion: Opinion) -> Weighed:
    return weigh([match], [opinion], {policy.id: policy}, JUDGE)


def outcome_of(found: Weighed, before: Coverage = JUDGED, *, judged: bool = True) -> tuple[Outcome, Action]:
    return decide(found.matches, before.with_reasons(found.reasons), judged)


@pytest.mark.parametrize(
    ("what", "fields", "match", "label", "expected"),
    [
        ("yes raises", {}, {"score": 0.4}, YES, WARNED),
        ("yes raises to what the policy asks for", {"action": Action.HOLD}, {"score": 0.4}, YES, HELD),
        ("a policy that only notes raises to a notice", {"action": Action.LOG}, {"score": 0.4}, YES, LOGGED),
        ("so does one on trial", {"status": Status.TEST}, {"score": 0.4}, YES, NOTED),
        ("yes raises what was only weakly measured", {}, {"score": 0.9, "action": Action.NOTICE}, YES, WARNED),
        ("yes on what is flagged changes nothing", {}, {"score": 0.9}, YES, WARNED),
        ("no on what is flagged changes nothing", {}, {"score": 0.6}, NO, WARNED),
        ("unless its owner lets it", SOFT, {"score": 0.6}, NO, (Outcome.UNSURE, Action.NOTICE)),
        ("and no rule spoke", SOFT, {"score": 0.6, **BY_RULE}, NO, WARNED),
        ("and no pattern", SOFT, {"score": 1.0, "because": ("pattern:1",)}, NO, WARNED),
        ("no on what did not match clears nothing more", SOFT, {"score": 0.4}, NO, CLEAN),
        ("can't tell changes nothing", SOFT, {"score": 0.6}, UNSURE, WARNED),
        ("can't tell raises nothing", SOFT, {"score": 0.4}, UNSURE, CLEAN),
        ("what was excused is not brought back", {}, {"score": 0.4, "excused": "you muted it"}, YES, CLEAN),
        ("a notice is not softened", {**SOFT, "action": Action.NOTICE}, {"score": 0.6}, NO, NOTED),
    ],
)  # fmt: skip
def test_what_an_opinion_does(
    what: str, fields: dict[str, Any], match: dict[str, Any], label: Label, expected: tuple[Outcome, Action]
) -> None:
    policy = a_policy(**fields)
    assert outcome_of(weighed(policy, a_match(policy, **match), an_opinion(policy, label))) == expected, what


def test_what_was_raised_says_who_raised_it_and_invents_no_quotes() -> None:
    policy = a_policy()
    found = weighed(policy, a_match(policy, 0.4), an_opinion(policy, YES))
    (finding,) = found.findings
    assert found.matches[0].because == ("judge",)
    assert found.says is not None
    assert found.says.changed is Changed.RAISED
    assert (finding.kind, finding.tactic, finding.spans) == (FindingKind.JUDGE, "policy:gift-cards", ())
    assert finding.say == "is what your policy 'Title of gift-cards' asks to flag, as your judge (tiny) reads it"


def test_what_was_softened_stands_with_its_reason() -> None:
    policy = a_policy(**SOFT)
    found = weighed(policy, a_match(policy, 0.6), an_opinion(policy, NO))
    assert found.matches[0].matched
    assert [reason.code for reason in found.reasons] == ["judge-doubts"]
    assert found.says is not None
    assert found.says.changed is Changed.SOFTENED


def test_a_message_of_which_nothing_was_judged_stays_so() -> None:
    policy = a_policy(**SOFT)
    coverage = Coverage(10, 0, (Reason("model-down", "the model did not run"),))
    found = weighed(policy, a_match(policy, 0.0), an_opinion(policy, NO))
    assert outcome_of(found, coverage, judged=False)[0] is Outcome.UNSCREENED


@pytest.mark.parametrize(
    ("match", "label", "expected"),
    [
        ({"score": 0.6, **BY_RULE}, YES, (True, None)),
        ({"score": 0.6, **BY_RULE}, NO, (False, None)),
        ({"score": 0.6}, YES, (None, True)),
        ({"score": 0.6}, NO, (None, False)),
        ({"score": 0.4}, YES, (None, False)),
        ({"score": 0.4}, NO, (None, True)),
        ({"score": 0.0}, NO, (None, None)),  # nothing was measured
        ({"score": 0.6}, UNSURE, (None, None)),
    ],
)
def test_agreement_is_with_whoever_said_something(
    match: dict[str, Any], label: Label, expected: tuple[bool | None, bool | None]
) -> None:
    policy = a_policy()
    assert agreed(a_match(policy, **match), an_opinion(policy, label)) == Agreed(*expected)


# Whatever the numbers

POLICIES = st.builds(
    lambda number, action, status, soft: a_policy(f"p{number}", action=action, status=status, judge_may_soften=soft),
    st.integers(0, 5),
    st.sampled_from([Action.LOG, Action.NOTICE, Action.WARN, Action.HOLD]),
    st.sampled_from([Status.ACTIVE, Status.TEST]),
    st.booleans(),
)
REASONS = st.sampled_from([("tactic:urgency",), ("example:1",), ("rule:urgency",), ("pattern:1", "tactic:urgency")])


@st.composite
def standings(draw: st.DrawFn) -> tuple[list[Policy], list[PolicyMatch], list[Opinion]]:
    policies = draw(st.lists(POLICIES, min_size=1, max_size=5, unique_by=lambda policy: policy.id))
    matches, opinions = [], []
    for policy in policies:
        match = a_match(policy, draw(st.sampled_from([0.0, 0.1, 0.4, 0.5, 0.6, 0.9, 1.0])))
        fields: dict[str, Any] = {"because": draw(REASONS)} if match.matched else {}
        if not match.matched and draw(st.booleans()):
            fields["excused"] = "sender is excepted"
        if match.matched and draw(st.booleans()) and match.action in (Action.WARN, Action.HOLD):
            fields["action"] = Action.NOTICE
        matches.append(a_match(policy, match.score, **fields))
        if draw(st.booleans()):
            failure = draw(st.sampled_from(["", "", "model-timeout: it took too long"]))
            opinions.append(
                an_opinion(policy, draw(st.sampled_from(list(Label))), is_sure=draw(st.booleans()), failure=failure)
            )
    return policies, matches, opinions


COVERAGES = st.sampled_from([Coverage(10, 1), Coverage(10, 1, (Reason("too-large", "only a part was read"),))])


def weigh_all(policies: Sequence[Policy], matches: Sequence[PolicyMatch], opinions: Sequence[Opinion]) -> Weighed:
    return weigh(matches, opinions, {policy.id: policy for policy in policies}, JUDGE)


@given(standings(), COVERAGES)
def test_no_opinion_clears(case: tuple[list[Policy], list[PolicyMatch], list[Opinion]], coverage: Coverage) -> None:
    policies, before, opinions = case
    found = weigh_all(policies, before, opinions)
    assert all(now.matched for then, now in zip(before, found.matches, strict=True) if then.matched)
    then, _ = decide(before, coverage, judged=True)
    now, _ = outcome_of(found, coverage)
    assert RANKS.index(now) >= min(RANKS.index(then), RANKS.index(Outcome.UNSURE))


@given(standings(), COVERAGES)
def test_what_a_rule_stands_behind_is_never_lowered(
    case: tuple[list[Policy], list[PolicyMatch], list[Opinion]], coverage: Coverage
) -> None:
    policies, before, opinions = case
    found = weigh_all(policies, before, opinions)
    actions = list(Action)
    for then, now in zip(before, found.matches, strict=True):
        if any(reason.startswith(("rule:", "pattern:")) for reason in then.because):
            assert actions.index(now.action) >= actions.index(then.action)
            assert now.because[: len(then.because)] == then.because


@given(standings(), COVERAGES)
def test_without_the_owners_leave_nothing_is_lowered(
    case: tuple[list[Policy], list[PolicyMatch], list[Opinion]], coverage: Coverage
) -> None:
    policies, before, opinions = case
    strict = [a_policy(p.id, action=p.action, status=p.status) for p in policies]
    found = weigh_all(strict, before, opinions)
    assert not found.reasons
    assert RANKS.index(outcome_of(found, coverage)[0]) >= RANKS.index(decide(before, coverage, judged=True)[0])


@given(standings())
def test_what_is_not_sure_or_failed_changes_nothing(
    case: tuple[list[Policy], list[PolicyMatch], list[Opinion]],
) -> None:
    policies, before, opinions = case
    ways: tuple[dict[str, Any], ...] = ({"is_sure": False}, {"failure": "model-down: it ended"})
    doubtful = [an_opinion(each.policy, each.label, **ways[number % 2]) for number, each in enumerate(opinions)]
    found = weigh_all(policies, before, doubtful)
    assert (found.matches, found.findings, found.reasons) == (tuple(before), (), ())


@given(standings(), COVERAGES)
def test_one_more_yes_never_lowers_and_one_more_no_never_raises(
    case: tuple[list[Policy], list[PolicyMatch], list[Opinion]], coverage: Coverage
) -> None:
    policies, before, opinions = case
    for policy in policies:
        others = [opinion for opinion in opinions if opinion.policy != policy.id]
        without = RANKS.index(outcome_of(weigh_all(policies, before, others), coverage)[0])
        for label, is_right in ((YES, int.__ge__), (NO, int.__le__)):
            more = weigh_all(policies, before, [*others, an_opinion(policy, label)])
            assert is_right(RANKS.index(outcome_of(more, coverage)[0]), without), (label, policy.id)


@given(standings())
def test_an_opinion_touches_no_policy_but_its_own(
    case: tuple[list[Policy], list[PolicyMatch], list[Opinion]],
) -> None:
    policies, before, opinions = case
    spoken_of = {opinion.policy for opinion in opinions}
    found = weigh_all(policies, before, opinions)
    assert all(then == now for then, now in zip(before, found.matches, strict=True) if then.id not in spoken_of)
