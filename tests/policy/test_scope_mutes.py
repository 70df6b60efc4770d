"""A mute takes one reason from one sender out of a match, for its days alone; it never makes a match, and is named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_builders import a_bank, a_manifest, a_policy, evidence_of, steady, unit_rows

from guardian.finding import Finding, FindingKind
from guardian.policy.base import Mute, Policy
from guardian.policy.expression import ExpressionError, parse_expression
from guardian.policy.load import policy_set_sha256
from guardian.policy.match import Matcher
from guardian.policy.schema_values import KNOWN_TACTICS
from guardian.policy.scope import precedence
from guardian.verdict import PolicyMatch

TODAY = datetime(2026, 11, 25, 12, 0)
SISTER = "sister@x.example"
SCORES = {"urgency": 0.9, "money_request": 0.95, "pressure": 0.9, "risk": 0.95}
FINE = unit_rows(1, seed=3)


def _mute(tactic: str = "", sender: str = "", *, begins: int = -4, ends: int = 26) -> Mute:
    """A mute from 21 November to 21 December 2026, or with other days before and after the 25th."""
    return Mute(tactic, sender, TODAY.date() + timedelta(days=begins), TODAY.date() + timedelta(days=ends))


def _match(
    *mutes: Mute,
    tactics: str = "urgency or money_request",
    text: str = "",
    sender: str | None = SISTER,
    rules: Sequence[str] = (),
    judged_at: datetime | None = TODAY,
    embeddings: Any = None,
    scores: dict[str, float] = SCORES,
    **fields: Any,
) -> PolicyMatch:
    policy = a_policy(tactics=tactics, mutes=mutes, **fields)
    evidence = evidence_of(text, scores=scores, sender=sender, judged_at=judged_at, embeddings=embeddings)
    findings = [Finding("test", tactic, 0.9, "does something", kind=FindingKind.RULE) for tactic in rules]
    (match,) = Matcher([policy], a_manifest(), a_bank(), {"f": FINE[0], "g": FINE[0]}).match(evidence, findings)
    return match


def test_one_reason_from_one_sender_is_set_aside_and_named() -> None:
    match = _match(_mute("urgency", SISTER), tactics="urgency")
    assert (match.matched, match.because, match.tactics) == (False, (), ())
    assert match.excused == "you muted urgency from sister@x.example until 2026-12-21"
    assert (match.score, match.threshold) == (0.9, 0.8), "how strong it was is still told"


def test_the_other_reasons_still_match() -> None:
    match = _match(_mute("urgency", SISTER))
    assert (match.matched, match.because, match.tactics) == (True, ("tactic:money_request",), ("money_request",))
    assert match.excused == "you muted urgency from sister@x.example until 2026-12-21"


# what is muted, from whom, in which days round today, and whether the match is set aside
@pytest.mark.parametrize(
    ("mute", "sender", "set_aside"),
    [
        (_mute("urgency", SISTER), "Sister <SISTER@x.example>", True),
        (_mute("urgency", "@x.example"), SISTER, True),
        (_mute("urgency", "sis*@*.example"), SISTER, True),
        (_mute("urgency", SISTER), "other@x.example", False),
        (_mute("urgency", SISTER), None, False),
        (_mute("urgency"), None, True),
        (_mute("urgency", begins=0), SISTER, True),
        (_mute("urgency", begins=1), SISTER, False),
        (_mute("urgency", ends=0), SISTER, True),
        (_mute("urgency", ends=-1), SISTER, False),
        (_mute("money_request"), SISTER, False),
        (_mute("pressure"), SISTER, True),  # its group
        (_mute("threat"), SISTER, False),  # another of its group
    ],
)
def test_a_mute_holds_for_its_reason_sender_and_days(mute: Mute, sender: str | None, set_aside: bool) -> None:
    match = _match(mute, tactics="urgency", sender=sender)
    assert match.matched is not set_aside
    assert match.excused == (f"you muted {mute}" if set_aside else "")


def test_without_a_time_nothing_is_muted() -> None:
    assert _match(_mute(), judged_at=None).matched


# Which reasons are left of: urgency and money_request by the model, urgency by a rule, one pattern
@pytest.mark.parametrize(
    ("mutes", "left"),
    [
        ([_mute("urgency")], ("tactic:money_request", "pattern:1")),
        ([_mute("urgency"), _mute("money_request")], ("pattern:1",)),
        ([_mute("risk")], ("tactic:urgency", "rule:urgency", "tactic:money_request", "pattern:1")),
        ([_mute("the_ask")], ("tactic:urgency", "rule:urgency", "pattern:1")),
        ([_mute()], ()),
        ([_mute("urgency"), _mute()], ()),
    ],
)
def test_a_mute_of_a_tactic_takes_the_models_and_the_rules_word_and_a_whole_one_takes_patterns_too(
    mutes: list[Mute], left: tuple[str, ...]
) -> None:
    match = _match(*mutes, text="now", patterns=["now"], rules=["urgency"])
    assert (match.matched, match.because) == (bool(left), left)


def test_what_found_a_muted_tactic_is_set_aside_under_its_groups_name_too() -> None:
    match = _match(_mute("threat"), tactics="pressure", rules=["threat", "scarcity"], scores={})
    assert match.because == ("rule:scarcity",)
    assert not _match(_mute("money_request"), tactics="the_ask").matched, "its tactics' outputs answer for that group"
    assert not _match(_mute("pressure"), tactics="threat", rules=["threat"], scores={}).matched


def test_mutes_that_took_nothing_are_not_named() -> None:
    match = _match(_mute("urgency"), _mute("guilt"), _mute("money_request", "@elsewhere.example"))
    assert match.excused == "you muted urgency until 2026-12-21"
    assert _match(_mute("urgency"), tactics="guilt").excused == "", "nothing matched that could be muted"


def test_each_mute_that_took_something_is_named() -> None:
    said = _match(_mute("urgency"), _mute("money_request", SISTER)).excused
    assert said == (
        "you muted urgency until 2026-12-21; you muted money_request from sister@x.example until 2026-12-21"
    )
    whole = _match(_mute("urgency"), _mute(sender=SISTER)).excused
    assert whole == "you muted this policy from sister@x.example until 2026-12-21"


def test_muting_what_a_policy_must_not_find_does_not_make_it_match() -> None:
    assert not _match(_mute("money_request"), tactics="urgency and not money_request").matched
    kept = _match(_mute("money_request"), tactics="urgency and not money_request", text="now", patterns=["now"])
    assert (kept.because, kept.excused) == (("pattern:1",), "")
    branch = _match(_mute("money_request"), tactics="urgency or (pressure and not money_request)")
    assert (branch.because, branch.excused) == (("tactic:urgency",), "")


def test_two_nots_are_none() -> None:
    match = _match(_mute("urgency"), tactics="risk and not (not urgency and not guilt)")
    assert (match.matched, match.excused) == (False, "you muted urgency until 2026-12-21")


def test_a_mute_of_what_was_not_found_is_not_named_beside_a_pattern() -> None:
    match = _match(_mute("urgency"), tactics="urgency", scores={"urgency": 0.5}, text="now", patterns=["now"])
    assert (match.because, match.excused) == (("pattern:1",), "")


def test_an_excepted_sender_is_decided_before_mutes() -> None:
    assert _match(_mute(), senders_except=(SISTER,)).excused == f"sender {SISTER} is excepted"


def test_a_mute_and_a_fine_example_are_both_named() -> None:
    match = _match(
        _mute("urgency"), text="now", patterns=["now"], rules=["urgency"], flag=["f"], fine=["g"], embeddings=FINE
    )
    assert match.because == ("pattern:1",)
    assert match.excused == "you muted urgency until 2026-12-21; nearly the same as your fine example 2"


def test_precedence_tells_the_mutes() -> None:
    said = precedence(a_policy(mutes=(_mute("urgency", SISTER), _mute())))[7]
    assert said == (
        "8. mutes: urgency from sister@x.example until 2026-12-21; this policy until 2026-12-21"
        " (go before rules and patterns too)"
    )


def test_a_mute_is_a_part_of_the_policy_sets_hash_and_its_place_in_the_file_is_not() -> None:
    first, second = _mute("urgency"), _mute("guilt")
    assert policy_set_sha256([a_policy()]) != policy_set_sha256([a_policy(mutes=(first,))])
    forth, back = a_policy(mutes=(first, second)), a_policy(mutes=(second, first))
    assert policy_set_sha256([forth]) == policy_set_sha256([back])


_TACTICS = ("urgency", "money_request", "threat", "pressure", "secrecy", "risk")


def _needs_something(source: str) -> bool:
    """Whether a policy may have this expression: one that is true of a message with nothing in it is refused."""
    try:
        parse_expression(source, KNOWN_TACTICS)
    except ExpressionError:
        return False
    return True


_EXPRESSIONS = st.recursive(
    st.sampled_from(_TACTICS),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(("and", "or")), inner).map(lambda each: f"({' '.join(each)})"),
        inner.map(lambda each: f"not {each}"),
    ),
    max_leaves=5,
).filter(_needs_something)


@steady
@given(
    _EXPRESSIONS,
    st.lists(st.sampled_from(("", *_TACTICS)), max_size=3),
    st.dictionaries(st.sampled_from(("urgency", "money_request", "pressure", "cutting_off", "risk")), st.floats(0, 1)),
    st.lists(st.sampled_from(("urgency", "threat", "secrecy")), max_size=2),
)
def test_mutes_only_ever_take_away_and_what_they_took_is_named(
    tactics: str, muted: list[str], scores: dict[str, float], rules: list[str]
) -> None:
    plain = _match(tactics=tactics, scores=scores, rules=rules)
    match = _match(*map(_mute, muted), tactics=tactics, scores=scores, rules=rules)
    assert set(match.because) <= set(plain.because)
    assert plain.matched or not match.matched
    assert ((match.matched, match.because) != (plain.matched, plain.because)) is bool(match.excused)
    assert not (match.matched and "" in muted)
    again = _match(*map(_mute, reversed(muted)), tactics=tactics, scores=scores, rules=rules)
    assert (again.matched, again.because) == (match.matched, match.because)


def test_a_mutes_words_are_short_and_have_its_end() -> None:
    end = date(2026, 12, 21)
    assert str(Mute("", "", end, end)) == "this policy until 2026-12-21"
    assert str(Mute("urgency", "@x.example", end, end)) == "urgency from @x.example until 2026-12-21"


def test_the_same_evidence_gives_the_same_answer() -> None:
    policy: Policy = a_policy(tactics="urgency or risk", mutes=(_mute("urgency", SISTER),))
    matcher = Matcher([policy], a_manifest(), a_bank(), {})
    evidence = evidence_of("a", scores=SCORES, sender=SISTER, judged_at=TODAY)
    assert all(matcher.match(evidence, []) == matcher.match(evidence, []) for _ in range(3))
