"""Each road of a policy leads where it says, and every exception is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from policy_builders import SIZE, a_bank, a_manifest, a_policy, an_output, evidence_of, unit_rows

from guardian.finding import Finding, FindingKind
from guardian.inference.base import Floats
from guardian.inference.outputs import OutputKind
from guardian.message import Channel
from guardian.policy.base import Policy, Status
from guardian.policy.match import Matcher
from guardian.policy.roads import RULE_THRESHOLD
from guardian.verdict import Action, PolicyMatch

SCAM = unit_rows(1, seed=1)[0]
FLAG = unit_rows(3, seed=2, towards=SCAM, pull=1.5)
FINE = unit_rows(2, seed=3, towards=SCAM, pull=1.2)
EXAMPLES: dict[str, Floats] = {"f1": FLAG[0], "f2": FLAG[1], "f3": FLAG[2], "g1": FINE[0], "g2": FINE[1]}
ORDINARY = unit_rows(1, seed=99)


def _rule(tactic: str, score: float, kind: FindingKind = FindingKind.RULE) -> Finding:
    return Finding("test", tactic, score, "does something", kind=kind)


def _match(policy: Policy, *findings: Finding, **evidence: Any) -> PolicyMatch:
    matcher = Matcher([policy], a_manifest(), a_bank(), EXAMPLES)
    (match,) = matcher.match(evidence_of(**evidence), findings)
    return match


# scores of the outputs, findings of rules, and what must come of it. Thresholds: urgency 0.8, money_request 0.9,
# pressure 0.7 (answers for scarcity, threat, intimidation), cutting_off 0.6, risk 0.8.
@pytest.mark.parametrize(
    ("tactics", "scores", "rules", "matched", "because"),
    [
        ("urgency", {"urgency": 0.8}, {}, True, ("tactic:urgency",)),
        ("urgency", {"urgency": 0.79}, {}, False, ()),
        ("urgency", {}, {"urgency": RULE_THRESHOLD}, True, ("rule:urgency",)),
        ("urgency", {}, {"urgency": RULE_THRESHOLD - 0.01}, False, ()),
        ("urgency", {"urgency": 0.9}, {"urgency": 0.9}, True, ("tactic:urgency", "rule:urgency")),
        ("urgency", {"pressure": 0.99, "urgency": 0.1}, {}, False, ()),  # its own output answers, not the group's
        ("threat", {"pressure": 0.7}, {}, True, ("tactic:threat",)),
        ("threat", {"pressure": 0.69}, {}, False, ()),
        ("pressure", {"pressure": 0.7}, {}, True, ("tactic:pressure",)),
        ("pressure", {}, {"threat": 0.9}, True, ("rule:threat",)),
        ("the_ask", {"money_request": 0.95}, {}, True, ("tactic:the_ask",)),  # no output of its own: its tactics'
        ("risk", {"risk": 0.8}, {}, True, ("tactic:risk",)),
        ("hidden_text", {}, {"hidden_text": 0.9}, True, ("rule:hidden_text",)),
        ("hidden_text", {"risk": 1.0}, {}, False, ()),
        ("urgency or threat", {"urgency": 0.9, "pressure": 0.9}, {}, True, ("tactic:urgency", "tactic:threat")),
        ("urgency and secrecy", {"urgency": 0.9, "cutting_off": 0.5}, {}, False, ()),
        ("urgency and secrecy", {"urgency": 0.9}, {"secrecy": 0.9}, True, ("tactic:urgency", "rule:secrecy")),
        ("urgency and not secrecy", {"urgency": 0.9, "cutting_off": 0.5}, {}, True, ("tactic:urgency",)),
        ("urgency and not secrecy", {"urgency": 0.9}, {"secrecy": 0.9}, False, ()),
        ("urgency and not secrecy", {"urgency": 0.9}, {}, True, ("tactic:urgency",)),
    ],
)
def test_tactics_match_by_the_model_and_by_rules(
    tactics: str, scores: dict[str, float], rules: dict[str, float], matched: bool, because: tuple[str, ...]
) -> None:
    match = _match(a_policy(tactics=tactics), *(_rule(*item) for item in rules.items()), scores=scores)
    assert (match.matched, match.because) == (matched, because)
    assert (match.score >= match.threshold) == matched
    assert match.tactics == tuple(reason.partition(":")[2] for reason in because if reason.startswith("tactic:")) or (
        rules and matched
    )


def test_findings_of_the_model_count_through_scores_alone() -> None:
    assert not _match(a_policy(tactics="urgency"), _rule("urgency", 0.99, FindingKind.MODEL)).matched


def test_the_owners_own_threshold_replaces_the_measured_one() -> None:
    policy = a_policy(tactics="urgency", thresholds={"urgency": 0.95})
    assert not _match(policy, _rule("urgency", 0.9), scores={"urgency": 0.9}).matched
    match = _match(policy, scores={"urgency": 0.96})
    assert (match.matched, match.score, match.threshold) == (True, 0.96, 0.95)


def test_the_road_that_is_furthest_over_its_threshold_gives_score_and_threshold() -> None:
    match = _match(a_policy(tactics="urgency or money_request"), scores={"urgency": 0.9, "money_request": 0.91})
    assert (match.score, match.threshold) == (0.9, 0.8), "0.9 over 0.8 is further than 0.91 over 0.9"
    missed = _match(a_policy(tactics="urgency or money_request"), scores={"urgency": 0.7, "money_request": 0.7})
    assert (missed.score, missed.threshold) == (0.7, 0.8)


@pytest.mark.parametrize(
    ("text", "hidden", "because"),
    [
        ("Buy a gift card", "", ("pattern:1",)),
        ("Buy\udcff a GIFTCARD", "", ("pattern:1",)),
        ("Nothing here", "a gift card", ("pattern:1",)),
        ("itunes and gift cards", "", ("pattern:1", "pattern:2")),
        ("Nothing here", "", ()),
    ],
)
def test_patterns_match_in_what_is_seen_and_in_what_is_hidden(text: str, hidden: str, because: tuple[str, ...]) -> None:
    match = _match(a_policy(patterns=["(?i)gift ?cards?", "itunes"]), text=text, hidden=hidden)
    assert (match.matched, match.because) == (bool(because), because)


def test_the_words_of_a_pattern_are_quoted_with_their_bytes() -> None:
    policy = a_policy(patterns=["never", "(?i)gift ?cards?"])
    matcher = Matcher([policy], a_manifest(), a_bank(), {})
    text = "Für dich: Gift Card und giftcards"
    evidence = evidence_of(text, hidden="GIFT CARD")
    (match,) = matcher.match(evidence, [])
    spans = matcher.pattern_spans(match, evidence)
    assert [(span.quote, span.view) for span in spans] == [
        ("Gift Card", "visible"),
        ("giftcards", "visible"),
        ("GIFT CARD", "hidden"),
    ]
    for span in spans:
        assert evidence.message.raw[span.start : span.end].decode() == span.quote


def test_a_pattern_that_is_everywhere_gives_few_quotes() -> None:
    matcher = Matcher([a_policy(patterns=["a"])], None, None, {})
    evidence = evidence_of("a" * 10_000)
    (match,) = matcher.match(evidence, [])
    assert len(matcher.pattern_spans(match, evidence)) == 8


def test_examples_match_and_name_the_nearest_one() -> None:
    match = _match(a_policy(flag=["f1", "f2", "f3"]), embeddings=FLAG[1:2])
    assert (match.matched, match.because) == (True, ("example:2",))
    assert match.score > match.threshold == 0.5
    assert not _match(a_policy(flag=["f1", "f2", "f3"]), embeddings=ORDINARY).matched


def test_one_bad_window_among_many_is_enough() -> None:
    rows = np.concatenate([unit_rows(20, seed=41), FLAG[:1], unit_rows(20, seed=42)])
    assert _match(a_policy(flag=["f1", "f2"]), embeddings=rows).because == ("example:1",)


def test_a_match_by_examples_says_how_strange_the_message_is() -> None:
    matcher = Matcher([a_policy(flag=["f1", "f2"], patterns=["x"])], None, a_bank(1_000), EXAMPLES)
    by_example, by_pattern = evidence_of(embeddings=FLAG[:1]), evidence_of("x", embeddings=ORDINARY)
    (match,) = matcher.match(by_example, [])
    assert matcher.rarity_words(match, by_example) == "as strange as 1 in 1,000 ordinary messages"
    (match,) = matcher.match(by_pattern, [])
    assert matcher.rarity_words(match, by_pattern) == ""


def test_sentences_can_be_scored_against_a_policys_examples() -> None:
    matcher = Matcher([a_policy(flag=["f1", "f2"])], None, a_bank(), EXAMPLES)
    (match,) = matcher.match(evidence_of(embeddings=FLAG[:1]), [])
    scores = matcher.example_scores(match, np.concatenate([ORDINARY, FLAG[:1]]))
    assert scores[1] > 0 > scores[0]
    without = Matcher([a_policy(patterns=["x"])], None, a_bank(), {})
    assert np.isneginf(without.example_scores(match, ORDINARY)).all()


def test_all_roads_that_match_are_told() -> None:
    policy = a_policy(tactics="urgency", patterns=["now"], flag=["f1"])
    match = _match(policy, text="now", scores={"urgency": 0.9}, embeddings=FLAG[:1])
    assert match.because == ("tactic:urgency", "pattern:1", "example:1")


@pytest.mark.parametrize(("field", "sender"), [("sender", "Bills <A@Bank.example>"), ("mail_sender", "a@bank.example")])
def test_an_excepted_sender_is_excused_by_name(field: str, sender: str) -> None:
    policy = a_policy(patterns=["x"], senders_except=("@bank.example",))
    match = _match(policy, text="x", **{field: sender})
    assert (match.matched, match.because, match.excused) == (False, (), "sender @bank.example is excepted")
    assert _match(policy, text="x", **{field: "a@evil.example"}).matched
    assert _match(policy, text="y", **{field: sender}).excused == "", "there was nothing to excuse"


def test_a_copy_of_a_fine_example_is_excused_from_what_the_model_says() -> None:
    policy = a_policy(tactics="urgency", flag=["f1"], fine=["g1", "g2"])
    match = _match(policy, scores={"urgency": 0.99}, embeddings=FINE[1:2])
    assert not match.matched
    assert match.excused == "nearly the same as your fine example 3"
    assert _match(policy, scores={"urgency": 0.99}, embeddings=np.stack([FINE[1], ORDINARY[0]])).matched


def test_a_copy_of_a_fine_example_is_never_excused_from_a_pattern_or_a_rule() -> None:
    policy = a_policy(tactics="urgency or secrecy", patterns=["now"], flag=["f1"], fine=["g1"])
    by_pattern = _match(policy, text="now", scores={"urgency": 0.99}, embeddings=FINE[:1])
    assert (by_pattern.matched, by_pattern.because) == (True, ("pattern:1",))
    assert by_pattern.excused == "nearly the same as your fine example 2"
    by_rule = _match(policy, _rule("secrecy", 0.9), embeddings=FINE[:1])
    assert (by_rule.matched, by_rule.because, by_rule.excused) == (True, ("rule:secrecy",), "")


@pytest.mark.parametrize(
    ("status", "action", "expected"),
    [
        (Status.ACTIVE, Action.HOLD, Action.HOLD),
        (Status.TEST, Action.HOLD, Action.NOTICE),
        (Status.TEST, Action.WARN, Action.NOTICE),
        (Status.TEST, Action.LOG, Action.LOG),
    ],
)
def test_a_policy_on_trial_gives_notice_at_most(status: Status, action: Action, expected: Action) -> None:
    assert _match(a_policy(patterns=["x"], status=status, action=action), text="x").action is expected


@pytest.mark.parametrize("status", [Status.DRAFT, Status.RETIRED])
def test_a_policy_that_is_not_in_force_looks_at_nothing(status: Status) -> None:
    assert Matcher([a_policy(patterns=["x"], status=status)], None, None, {}).match(evidence_of("x"), []) == ()


def test_a_policy_looks_only_at_its_channels_and_all_that_look_are_listed_in_order() -> None:
    policies = [
        a_policy(id="b", patterns=["x"]),
        a_policy(id="a", patterns=["y"]),
        a_policy(id="c", patterns=["x"], channels=(Channel.AI_OUTPUT,)),
    ]
    matcher = Matcher(policies, a_manifest(), a_bank(), {})
    assert [match.id for match in matcher.match(evidence_of("x"), [])] == ["b", "a"]
    assert [match.id for match in matcher.match(evidence_of("x", channel=Channel.AI_OUTPUT), [])] == ["c"]


def test_outputs_measured_too_weakly_give_notice_at_most_unless_something_else_matched() -> None:
    manifest = a_manifest(
        an_output("urgency", OutputKind.TACTIC, "urgency", notice_only=True),
        an_output("money_request", OutputKind.TACTIC, "money_request"),
    )

    def action(tactics: str, text: str = "") -> Action:
        matcher = Matcher([a_policy(tactics=tactics, patterns=["now"])], manifest, None, {})
        (match,) = matcher.match(evidence_of(text, scores={"urgency": 0.9, "money_request": 0.9}), [])
        assert match.matched
        return match.action

    assert action("urgency") is Action.NOTICE
    assert action("urgency and not guilt") is Action.NOTICE
    assert action("urgency or money_request") is Action.WARN
    assert action("urgency and money_request") is Action.WARN
    assert action("urgency", text="now") is Action.WARN


def test_without_a_model_rules_and_patterns_still_match() -> None:
    policy = a_policy(tactics="urgency", patterns=["now"], flag=["f1"])
    matcher = Matcher([policy], None, None, EXAMPLES)
    (match,) = matcher.match(evidence_of("now"), [_rule("urgency", 0.9)])
    assert match.because == ("rule:urgency", "pattern:1")
    (match,) = matcher.match(evidence_of("later"), [])
    assert (match.matched, match.score) == (False, 0.0)


def test_the_same_evidence_gives_the_same_answer() -> None:
    policy = a_policy(tactics="urgency or risk", patterns=["a"], flag=["f1"], fine=["g1"])
    matcher = Matcher([policy], a_manifest(), a_bank(), EXAMPLES)
    evidence = evidence_of("a", scores={"urgency": 0.9, "risk": 0.85}, embeddings=np.concatenate([FLAG, ORDINARY]))
    assert evidence.encoding is not None
    assert evidence.encoding.embeddings.shape == (4, SIZE)
    first = matcher.match(evidence, [])
    assert all(matcher.match(evidence, []) == first for _ in range(3))
