"""What two versions of a policy are tried on covers what they can do: texts of patterns, points of tactics, scope."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_builders import STARTER_POLICIES, a_manifest, a_policy, evidence_of, steady

from guardian.message import Channel, Message
from guardian.policy.base import Day, Hours, Mute, Policy, Turns
from guardian.policy.effects.behaviour import Probes, loosens
from guardian.policy.effects.pattern_texts import matching_texts
from guardian.policy.effects.sample import NOTHING, ranked
from guardian.policy.effects.tactic_points import TooManyWaysError, points
from guardian.policy.load import load_policies
from guardian.policy.match import Matcher
from guardian.policy.roads import TacticOutputs
from guardian.tactics import TACTICS

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("pattern", "among"),
    [
        ("(?i)gift ?cards?", ["giftcard", "GIFT CARDS", "gift card", "giftcards"]),
        ("a|b{2,3}|[x-z]", ["a", "bb", "bbb", "x", "y", "z"]),
        ("^pay$", ["pay"]),
        ("\\d+ euros?", ["0 euro", "9 euro", "0 euros"]),
        ("(?:one|two) (three)?", ["one ", "two three"]),
        ("\\bpin\\b", ["pin", "-pin-"]),
        ("[^a-z]!", ["0!"]),
        ("x\\.y\\x41\\x{e9}", ["x.yAé"]),
    ],
)
def test_texts_of_a_pattern_walk_its_parts(pattern: str, among: list[str]) -> None:
    texts = matching_texts(pattern)
    assert set(among) <= set(texts)
    assert all(re2.search(pattern, text) for text in texts)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("gift ?cards?", "(?s)^.{0,200}gift ?cards?"),
        ("gift ?cards?", "(?s)gift ?cards?.{0,200}$"),
        ("a.*b", "a.{0,900}b"),
        ("pay \\w+ now", "pay \\w{1,1000} now"),
    ],
)
def test_a_pattern_that_reaches_less_far_is_milder(before: str, after: str) -> None:
    wide, narrow = (a_policy(patterns=(pattern,)) for pattern in (before, after))
    assert "pattern 1 is gone or changed" in (loosens(wide, narrow, Probes(TODAY)) or "")
    assert loosens(narrow, wide, Probes(TODAY)) == "", "the other way round it finds more"


@pytest.mark.parametrize("pattern", ["\\pL+", "\\p{Greek}", "[[:alpha:]]x", "\\Qa.b\\E", "a{1000}b{1000}c"])
def test_a_pattern_that_is_not_understood_gives_no_texts(pattern: str) -> None:
    assert matching_texts(pattern) == []


PIECES = st.sampled_from(
    ["a", "b ", "[a-f]", "\\d", "\\w", "\\s", ".", "(ab|c)", "(?:x|yz)", "\\.", "[^ab]", "é", "^", "\\b"]
)


@steady
@given(
    st.lists(st.tuples(PIECES, st.sampled_from(["", "", "?", "*", "+", "{2}", "{1,3}", "+?"])), min_size=1, max_size=6)
)
def test_every_text_matches_and_common_patterns_have_some(parts: list[tuple[str, str]]) -> None:
    pattern = "".join(piece + ("" if piece in ("^", "\\b") else count) for piece, count in parts)
    texts = matching_texts(pattern)
    assert all(re2.search(pattern.encode(), text.encode()) for text in texts)
    if not {"^", "\\b"} & {piece for piece, _ in parts}:
        assert texts


def test_the_starter_policies_patterns_are_understood() -> None:
    patterns = [pattern for policy in load_policies(STARTER_POLICIES).policies for pattern in policy.match.patterns]
    assert patterns
    assert all(map(matching_texts, patterns))


@pytest.mark.parametrize(
    "tactics", ["urgency", "pressure and not risk", "(urgency or secrecy) and (money_request or threat)"]
)
def test_every_point_matches_the_expression_that_it_was_made_from(tactics: str) -> None:
    policy = a_policy(tactics=tactics, thresholds={"urgency": 0.3})
    manifest = a_manifest()
    thresholds = {output.label: output.threshold for output in manifest.outputs}
    matcher = Matcher([policy], manifest, None, {})
    found = list(points(policy, a_policy(tactics="not (not urgency)"), TacticOutputs(manifest), thresholds))
    assert found
    for point in found:
        evidence = evidence_of("", scores=point.scores)
        assert ranked(matcher, evidence, point.findings) > NOTHING


def test_an_expression_with_too_many_ways_is_refused_whole() -> None:
    names = list(TACTICS)
    tactics = " and ".join(f"({a} or {b})" for a, b in zip(names[:12], names[12:24], strict=True))
    manifest = a_manifest()
    thresholds = {output.label: output.threshold for output in manifest.outputs}
    with pytest.raises(TooManyWaysError):
        list(points(a_policy(tactics=tactics), a_policy(tactics="urgency"), TacticOutputs(manifest), thresholds))


# Scope, against an oracle: random messages at random times

ENTRIES = ("bob@x.example", "@x.example", "*@x.example", "*@*.x.example", "b*@x.example", "@mail.x.example")
SENDERS = (None, "bob@x.example", "ann@x.example", "bob@mail.x.example", "b@y.example", "Bob <BOB@X.EXAMPLE>")
SPANS = (Hours(22 * 60, 7 * 60), Hours(8 * 60, 12 * 60 + 30), Hours(12 * 60 + 30, 1440), Hours(0, 8 * 60))


@st.composite
def scoped(draw: st.DrawFn) -> Policy:
    entries = st.lists(st.sampled_from(ENTRIES), max_size=2, unique=True)
    mutes = []
    for _ in range(draw(st.integers(0, 2))):
        since = TODAY + timedelta(days=draw(st.integers(-20, 20)))
        until = since + timedelta(days=draw(st.integers(0, 30)))
        tactic = draw(st.sampled_from(["", "urgency", "pressure"]))
        mutes.append(Mute(tactic, draw(st.sampled_from(["", *ENTRIES])), since, until))
    return a_policy(
        tactics="urgency",
        patterns=("x",),
        channels=tuple(draw(st.lists(st.sampled_from(Channel), min_size=1, unique=True))),
        senders_except=tuple(draw(entries)),
        senders_only=tuple(draw(entries)),
        hours=tuple(draw(st.lists(st.sampled_from(SPANS), max_size=2, unique=True))),
        days=tuple(draw(st.lists(st.sampled_from(Day), max_size=3, unique=True))),
        conversation=draw(st.sampled_from([None, None, Turns.FIRST, Turns.ONGOING])),
        mutes=tuple(mutes),
    )


FIELDS = ("channels", "senders_except", "senders_only", "hours", "days", "conversation", "mutes")


@pytest.mark.long
@settings(steady, max_examples=60)
@given(scoped(), scoped(), st.sets(st.sampled_from(FIELDS), max_size=2), st.integers(0, 2**32))
def test_no_message_is_lost_by_scope_where_nothing_is_milder(
    before: Policy, other: Policy, changed: set[str], seed: int
) -> None:
    after = replace(before, **{name: getattr(other, name) for name in changed})
    if loosens(before, after, Probes(TODAY, a_manifest())) != "":
        return
    then, now = (Matcher([policy], a_manifest(), None, {}) for policy in (before, after))
    rng = random.Random(seed)
    for _ in range(80):
        at = datetime.combine(TODAY, time()) + timedelta(minutes=rng.randrange(60 * 24 * 60))
        plain = evidence_of(rng.choice(["", "x"]), scores=rng.choice([{}, {"urgency": 0.9}]))
        context = ("Hi.",) if rng.random() < 0.5 else ()
        message = Message(b"x", channel=rng.choice(list(Channel)), sender=rng.choice(SENDERS), context=context)
        evidence = replace(plain, message=message, judged_at=at)
        assert ranked(now, evidence, ()) >= ranked(then, evidence, ())
