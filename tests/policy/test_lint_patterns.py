"""A pattern that can't be found, or is found in everything, is told with the sign that makes it so."""

from __future__ import annotations

from pathlib import Path

import pytest
from policy_builders import STARTER_POLICIES, a_policy

from guardian.policy.lints.patterns import FEWEST_TEXTS, pattern_problems
from guardian.policy.load import load_policies
from guardian.policy.position import Positions

ORDINARY = [f"Ordinary text number {number}, about the weather." for number in range(FEWEST_TEXTS)]


def _found(pattern: str, ordinary: list[str] = ORDINARY) -> list[tuple[str, int, str]]:
    """Code, column inside the pattern (from 1), message."""
    text = f"match.patterns = ['{pattern}']\n"
    begins = text.index(pattern)
    policy = a_policy(patterns=[pattern])
    return [(code, place.column - begins, message) for _, code, place, message, _ in
            pattern_problems(policy, Positions(text), ordinary)]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "code", "column"),
    [
        (r"\bpay $500\b", "never-found", 7),  # the dollar that people mean as one
        (r"only $9", "never-found", 6),
        (r"now^ or never", "never-found", 4),
        (r"a\zb", "never-found", 2),
        (r"(a|b)\Ac", "never-found", 6),
        (r"\b£500", "odd-word-edge", 1),
        (r"(?i)\bübung\b", "odd-word-edge", 5),  # RE2's words are ASCII
        (r"(?:now|\b€5)", "odd-word-edge", 8),
        (r"\bsign up!\b", "odd-word-edge", 11),
        (r"\$5\b|fee:\b", "odd-word-edge", 11),
    ],
)
def test_a_sign_for_a_place_that_hides_the_rest_is_named_with_its_column(pattern: str, code: str, column: int) -> None:
    assert [(found, at) for found, at, _ in _found(pattern)] == [(code, column)]


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?i)\btoday only\b", r"pay \$500", r"^Dear", r"bye$", r"(?m)^Dear$", r"[$^]5", r"\b-?\d+",
        r"\bgift ?cards?\b", r"\Q$5\E", r"a$|b", r"(^a|b$)", r"\bw\B", r"x\b.*\by", r"\$\b5", r"(?i)\bcrypto ?atm\b", 
        r"\Bfoo$", r"[£$]\b5$", r"^[£$]\b", r"a^?b", r"^{2}a", r"(?m)foo$\nbar", r"\w+\b\S+",
    ],
)  # fmt: skip
def test_patterns_that_do_what_they_seem_to_do_are_left_in_peace(pattern: str) -> None:
    assert _found(pattern, []) == []


@pytest.mark.parametrize(
    ("pattern", "code"), [("x*", "matches-everything"), ("e", "matches-ordinary"), (r"\w", "matches-ordinary")]
)
def test_a_pattern_that_is_in_everything_is_told(pattern: str, code: str) -> None:
    assert [found for found, _, _ in _found(pattern)] == [code]


def test_few_ordinary_texts_prove_nothing() -> None:
    assert _found("e", ORDINARY[1:]) == []


def test_the_number_of_ordinary_texts_is_told() -> None:
    ((_, _, message),) = _found("weather", [*ORDINARY, *["Nothing of that kind."] * 8])
    assert message == "pattern 1 is in 8 of 16 ordinary texts"


def test_no_starter_policy_has_such_a_pattern() -> None:
    policies = load_policies(STARTER_POLICIES).policies
    fine = [example.text for policy in policies for example in policy.examples if not example.flag]
    assert len(fine) > FEWEST_TEXTS
    for policy in policies:
        text = Path(policy.path).read_text(encoding="utf-8")
        assert list(pattern_problems(policy, Positions(text), fine)) == [], policy.id
