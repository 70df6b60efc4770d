"""A change counts as milder where the policy does less, and only there."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_builders import SIZE, a_bank, a_manifest, a_policy, evidence_of, steady, unit_rows

from guardian.finding import Finding, FindingKind
from guardian.inference.base import Floats
from guardian.message import Channel
from guardian.policy.base import Day, Hours, Match, Mute, Policy, Status, Turns, When
from guardian.policy.effects.behaviour import Probes, loosens
from guardian.policy.effects.sample import Sample, ranked
from guardian.policy.match import Matcher
from guardian.tactics import TACTICS
from guardian.verdict import Action

TODAY = date(2026, 11, 21)
PROBES = Probes(TODAY, a_manifest())
NAMED = tuple(TACTICS)
IN_A_MONTH = TODAY + timedelta(days=30)


def milder(before: Policy | None, after: Policy | None, probes: Probes = PROBES) -> str | None:
    return loosens(before, after, probes)


BASE = a_policy(tactics="urgency or money_request", patterns=("(?i)gift ?cards?",))
HOLDS = replace(BASE, action=Action.HOLD)
AT_NIGHT = replace(BASE, hours=(Hours(22 * 60, 7 * 60),))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (BASE, None),
        (BASE, replace(BASE, status=Status.RETIRED)),
        (BASE, replace(BASE, status=Status.DRAFT)),
        (BASE, replace(BASE, status=Status.TEST)),
        (BASE, replace(BASE, action=Action.NOTICE)),
        (BASE, replace(BASE, action=Action.LOG)),
        (HOLDS, BASE),
        (replace(BASE, channels=(Channel.INCOMING, Channel.AI_OUTPUT)), BASE),
        (BASE, a_policy(tactics="urgency", patterns=BASE.match.patterns)),
        (BASE, a_policy(tactics="urgency and money_request", patterns=BASE.match.patterns)),
        (BASE, a_policy(tactics="(urgency or money_request) and not flattery", patterns=BASE.match.patterns)),
        (BASE, a_policy(tactics="urgency or money_request", patterns=BASE.match.patterns, thresholds={"urgency": 0.9})),
        (BASE, a_policy(tactics="urgency or money_request")),
        (BASE, a_policy(tactics="urgency or money_request", patterns=("(?i)gift cards",))),
        (BASE, a_policy(tactics="urgency or money_request", patterns=("(?i)^gift ?cards?",))),
        (BASE, a_policy(tactics="urgency or money_request", patterns=("(?i)\\bgift ?cards?\\b",))),
        (BASE, a_policy(tactics="urgency or money_request", patterns=("gift ?cards?",))),
        (BASE, replace(BASE, senders_except=("bob@shop.example",))),
        (BASE, replace(BASE, senders_except=("@shop.example",))),
        (BASE, replace(BASE, senders_only=("@shop.example",))),
        (replace(BASE, senders_only=("*@*.shop.example",)), replace(BASE, senders_only=("a*@*.shop.example",))),
        (BASE, AT_NIGHT),
        (AT_NIGHT, replace(BASE, hours=(Hours(22 * 60, 6 * 60 + 59),))),
        (BASE, replace(BASE, days=(Day.SAT, Day.SUN))),
        (BASE, replace(BASE, conversation=Turns.FIRST)),
        (BASE, replace(BASE, mutes=(Mute("", "", TODAY, IN_A_MONTH),))),
        (BASE, replace(BASE, mutes=(Mute("urgency", "sister@x.example", TODAY, IN_A_MONTH),))),
        (BASE, replace(BASE, mutes=(Mute("urgency", "", IN_A_MONTH, IN_A_MONTH),))),
        (a_policy(tactics="risk"), a_policy(tactics="risk", mutes=(Mute("risk", "", TODAY, IN_A_MONTH),))),
        (
            replace(BASE, mutes=(Mute("urgency", "", TODAY, IN_A_MONTH),)),
            replace(BASE, mutes=(Mute("urgency", "", TODAY, IN_A_MONTH + timedelta(days=1)),)),
        ),
        (
            replace(AT_NIGHT, mutes=()),
            replace(AT_NIGHT, mutes=(Mute("", "@home.example", TODAY, TODAY),)),
        ),
    ],
)
def test_doing_less_is_milder(before: Policy, after: Policy | None) -> None:
    why = milder(before, after)
    assert why
    assert why.isprintable()
    if after is not None:
        assert milder(after, before) == "", "the way back takes nothing away"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (BASE, replace(BASE, channels=(Channel.AI_OUTPUT,))),
        (a_policy(tactics="pressure"), a_policy(tactics="urgency or scarcity")),
        (a_policy(tactics="risk"), a_policy(tactics="urgency")),
        (replace(BASE, conversation=Turns.FIRST), replace(BASE, conversation=Turns.ONGOING)),
        (a_policy(patterns=("a",)), a_policy(patterns=("b",))),
    ],
)
def test_what_gives_with_one_hand_and_takes_with_the_other_is_milder(before: Policy, after: Policy) -> None:
    assert milder(before, after)
    assert milder(after, before)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((When.UNDECIDED, False), (When.NEVER, False), "your judge is asked less: never, before undecided"),
        ((When.ALWAYS, False), (When.UNDECIDED, False), "your judge is asked less: undecided, before always"),
        ((When.ALWAYS, True), (When.NEVER, True), "your judge is asked less: never, before always"),
        ((When.UNDECIDED, False), (When.UNDECIDED, True), "your judge may turn what it flags into unsure"),
        ((When.NEVER, False), (When.ALWAYS, True), "your judge may turn what it flags into unsure"),
        (
            (When.UNDECIDED, True),
            (When.ALWAYS, True),
            "your judge, which may soften what it flags, is asked more: always, before undecided",
        ),
        ((When.UNDECIDED, True), (When.UNDECIDED, False), ""),
        ((When.NEVER, False), (When.ALWAYS, False), ""),
        ((When.UNDECIDED, True), (When.ALWAYS, False), ""),
    ],
)
def test_fewer_chances_to_raise_or_more_to_soften_are_milder(
    before: tuple[When, bool], after: tuple[When, bool], expected: str
) -> None:
    then, now = (replace(BASE, judge=judge, judge_may_soften=may_soften) for judge, may_soften in (before, after))
    assert milder(then, now) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, BASE),
        (replace(BASE, status=Status.RETIRED), BASE),
        (replace(BASE, status=Status.DRAFT), replace(BASE, status=Status.RETIRED)),
        (BASE, replace(BASE, title="Another", why="Another reason.", keep_text=False, review_by=IN_A_MONTH)),
        (BASE, replace(BASE, prose="Flag what hurries me.")),
        (BASE, a_policy(tactics="money_request or urgency", patterns=("(?i)gift ?cards?", "(?i)voucher"))),
        (BASE, a_policy(tactics="urgency or money_request", patterns=("(?i)gift[ -]?cards?", "(?i)gift"))),
        (a_policy(tactics="urgency and money_request"), a_policy(tactics="urgency")),
        (a_policy(tactics="urgency and not secrecy"), a_policy(tactics="urgency")),
        (a_policy(tactics="not (not urgency)"), a_policy(tactics="urgency")),
        (a_policy(tactics="not (not urgency or not secrecy)"), a_policy(tactics="urgency and secrecy")),
        (
            a_policy(tactics="urgency and not secrecy", thresholds={"secrecy": 0.4}),
            a_policy(tactics="urgency and not secrecy", thresholds={"secrecy": 0.7}),
        ),
        (a_policy(tactics="scarcity"), a_policy(tactics="pressure")),
        (replace(BASE, senders_except=("@shop.example",)), replace(BASE, senders_except=("bob@shop.example",))),
        (BASE, replace(BASE, mutes=(Mute("", "", TODAY - timedelta(days=9), TODAY - timedelta(days=1)),))),
        (BASE, replace(BASE, hours=(Hours(0, 12 * 60), Hours(12 * 60, 1440)))),
        (BASE, replace(BASE, days=tuple(Day))),
    ],
)
def test_doing_as_much_or_more_is_not_milder(before: Policy | None, after: Policy) -> None:
    assert milder(before, after) == ""


def test_a_lower_threshold_of_a_tactic_that_must_be_absent_is_milder() -> None:
    before = a_policy(tactics="urgency and not secrecy", thresholds={"secrecy": 0.7})
    after = a_policy(tactics="urgency and not secrecy", thresholds={"secrecy": 0.4})
    assert "urgency" in str(milder(before, after))


def test_what_cannot_be_tried_counts_as_milder_and_says_so() -> None:
    patterns = a_policy(patterns=("\\pL+ gift",)), a_policy(patterns=("gift",))
    assert "can't be shown" in str(milder(*patterns))
    many = " and ".join(f"({a} or {b})" for a, b in zip(NAMED[:13], NAMED[13:26], strict=True))
    assert "too many ways" in str(milder(a_policy(tactics=many), a_policy(tactics=NAMED[0])))


def test_a_pattern_that_lost_what_a_kept_message_says_is_milder() -> None:
    kept = Sample("record 7", evidence_of("Your ÄPFEL gift"))
    probes = replace(PROBES, messages=(kept,))
    assert "gift" in str(milder(a_policy(patterns=("\\pL+ gift",)), a_policy(patterns=("[a-z] gift",)), probes))


def test_a_message_of_the_journal_that_is_no_longer_flagged_is_named() -> None:
    kept = Sample("record 412", evidence_of("hello", sender="bob@shop.example", scores={"urgency": 0.85}))
    before = a_policy(tactics="urgency")
    after = replace(before, senders_except=("bob@shop.example",))
    assert milder(before, after, replace(PROBES, messages=(kept,)))
    copy = replace(before, match=Match(before.match.tactics, MappingProxyType({"urgency": 0.86})))
    assert "urgency" in str(milder(before, copy, replace(PROBES, messages=(kept,))))


def rows_of(texts: Sequence[str], towards: Floats, pull: float = 4.0) -> dict[str, Floats]:
    return dict(zip(texts, unit_rows(len(texts), 3, towards, pull), strict=True))


TOWARDS = unit_rows(1, 1)[0]
FLAG = tuple(f"flag {number}" for number in range(6))
FINE = tuple(f"fine {number}" for number in range(4))
ROWS = {
    **rows_of(FLAG[:3], TOWARDS),
    **rows_of(FLAG[3:], unit_rows(1, 9)[0]),
    **rows_of(FINE, unit_rows(1, 2)[0], 1.0),
    **rows_of(("near",), TOWARDS, 0.8),
}
WITH_MODEL = Probes(TODAY, a_manifest(), None, a_bank(), ROWS)


def test_an_example_to_flag_that_is_taken_away_is_milder() -> None:
    assert milder(a_policy(flag=FLAG), a_policy(flag=FLAG[:3]), WITH_MODEL)
    assert milder(a_policy(flag=FLAG), a_policy(patterns=("x",)), WITH_MODEL)


def test_an_example_to_flag_more_is_not_milder() -> None:
    assert milder(a_policy(flag=FLAG[:3]), a_policy(flag=FLAG), WITH_MODEL) == ""


def test_an_example_that_is_called_fine_now_is_milder() -> None:
    before, after = a_policy(flag=FLAG), a_policy(flag=FLAG[:-1], fine=FLAG[-1:])
    assert "example" in str(milder(before, after, WITH_MODEL))


def test_a_fine_example_near_the_flagged_ones_is_milder() -> None:
    assert milder(a_policy(flag=FLAG), a_policy(flag=FLAG, fine=("near",)), WITH_MODEL)


def test_a_fine_example_may_excuse_what_the_tactics_find_so_it_is_milder_unless_it_is_known_to_be_harmless() -> None:
    before = a_policy(tactics="urgency")
    after = a_policy(tactics="urgency", fine=("near",))
    assert milder(before, after, WITH_MODEL)
    known = Sample("", evidence_of("near", scores={"urgency": 0.1}, embeddings=ROWS["near"][None]))
    assert milder(before, after, replace(WITH_MODEL, tests={("near", Channel.INCOMING): known})) == ""


def test_a_greater_rarity_is_milder_and_a_lesser_one_is_not() -> None:
    often, seldom = a_policy(flag=FLAG, rarity=10), a_policy(flag=FLAG, rarity=300)
    assert milder(often, seldom, WITH_MODEL)
    assert milder(seldom, often, WITH_MODEL) == ""


def test_without_the_rows_of_changed_examples_nobody_can_tell() -> None:
    assert milder(a_policy(flag=FLAG), a_policy(flag=FLAG[:3]), PROBES) is None
    assert milder(a_policy(flag=FLAG), a_policy(flag=FLAG[:3], action=Action.LOG), PROBES)
    assert milder(a_policy(flag=FLAG), a_policy(flag=FLAG, title="Another"), PROBES) == ""


def test_an_example_is_judged_as_the_gate_would_where_that_is_known() -> None:
    """The tactics still find the example that is no longer one."""
    before = a_policy(flag=FLAG, tactics="urgency")
    after = replace(before, examples=before.examples[:3])
    assert milder(before, after, WITH_MODEL)
    judged = {
        (text, Channel.INCOMING): Sample("", evidence_of(text, scores={"urgency": 0.99}, embeddings=ROWS[text][None]))
        for text in FLAG
    }
    why = milder(before, after, replace(WITH_MODEL, tests=judged))
    assert "example to flag" not in str(why)


# Properties

NAMES = ("urgency", "money_request", "secrecy", "pressure", "risk", "flattery")


@st.composite
def policies(draw: st.DrawFn, *, monotone: bool = False) -> Policy:
    def expression(depth: int) -> str:
        if depth == 0 or draw(st.booleans()):
            return draw(st.sampled_from(NAMES))
        left, right = expression(depth - 1), expression(depth - 1)
        word = draw(st.sampled_from(["and", "or"] if monotone else ["and", "or", "and not"]))
        return f"({left}) {word} ({right})"

    thresholds = draw(st.dictionaries(st.sampled_from(NAMES), st.sampled_from([0.2, 0.5, 0.8, 0.9]), max_size=3))
    return a_policy(
        tactics=f"{draw(st.sampled_from(NAMES))} or ({expression(2)})",
        thresholds=thresholds,
        patterns=draw(st.lists(st.sampled_from(["a+b", "(?i)gift", "x|y", "\\d{2,4}"]), max_size=2, unique=True)),
        action=draw(st.sampled_from([Action.LOG, Action.NOTICE, Action.WARN, Action.HOLD])),
        senders_except=tuple(draw(st.sets(st.sampled_from(["a@b.example", "@c.example"]), max_size=2))),
    )


@steady
@given(policies())
def test_the_same_content_is_never_milder(policy: Policy) -> None:
    assert milder(policy, replace(policy, path=policy.path.with_name("renamed.toml"))) == ""


@steady
@given(policies(monotone=True), st.sampled_from(NAMES), st.sampled_from([0.01, 0.1]))
def test_a_lower_threshold_is_never_milder_where_nothing_must_be_absent(policy: Policy, name: str, low: float) -> None:
    def lowered(by: Mapping[str, float]) -> Policy:
        return replace(policy, match=replace(policy.match, thresholds=MappingProxyType({**by})))

    assert (
        milder(lowered({**policy.match.thresholds, name: 0.15}), lowered({**policy.match.thresholds, name: low})) == ""
    )


@steady
@given(policies(), policies(), st.integers(0, 2**32))
def test_no_message_is_lost_where_nothing_is_milder(before: Policy, after: Policy, seed: int) -> None:
    """The answer against an oracle: messages with random scores and random rules' findings."""
    if milder(before, after) != "":
        return
    then, now = (Matcher([policy], a_manifest(), None, {}) for policy in (before, after))
    rng = random.Random(seed)
    for _ in range(60):
        scores = {output.label: rng.choice([0.0, 0.3, 0.6, 0.85, 0.95]) for output in a_manifest().outputs}
        rules = [
            Finding("r", name, rng.choice([0.3, 0.6, 0.9]), "", (), FindingKind.RULE)
            for name in rng.sample(["urgency", "money_request", "secrecy", "flattery"], 2)
        ]
        evidence = evidence_of(rng.choice(["", "gift", "aab", "123", "y"]), scores=scores)
        assert ranked(now, evidence, rules) >= ranked(then, evidence, rules)


def test_every_answer_is_the_same_twice() -> None:
    cases: list[tuple[Any, Any]] = [(BASE, HOLDS), (HOLDS, BASE), (a_policy(flag=FLAG), a_policy(flag=FLAG[:3]))]
    for before, after in cases:
        assert milder(before, after, WITH_MODEL) == milder(before, after, WITH_MODEL)
    assert np.isfinite(list(ROWS.values())).all()
    assert len(TOWARDS) == SIZE
