"""Patterns are linear, quiet and exact about places, whatever stands in the text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_builders import steady

from guardian.policy.patterns import Pattern, PatternError, encode


@pytest.mark.parametrize(
    ("source", "reason", "hint", "column"),
    [
        (r"(?=a)", "invalid perl operator: (?=", "RE2 has no look-ahead", 1),
        (r"(?!a)", "invalid perl operator: (?!", "RE2 has no look-ahead", 1),
        (r"(?<=a)", "invalid perl operator: (?<=", "RE2 has no look-behind", 1),
        (r"(a)\1", r"invalid escape sequence: \1", "RE2 has no back-references", 4),
        (r"a\Z", r"invalid escape sequence: \Z", r"write \z", 2),
        (r"a{1001}", "invalid repetition size: {1001}", "RE2 repeats at most 1,000 times", 2),
        (r"((a{100}){100}){100}", "invalid repetition size: {100}", "RE2 repeats at most 1,000 times", 10),
        (r"\\1 (a)\1", r"invalid escape sequence: \1", "RE2 has no back-references", 8),
        (r"(?:a)(?=b)", "invalid perl operator: (?=", "RE2 has no look-ahead", 6),
        ("(a", "missing )", r"close the bracket, or write \(", 1),
        ("(a)(b", "missing )", r"close the bracket, or write \(", 4),
        (r"[)(] \( (b", "missing )", r"close the bracket, or write \(", 9),
        ("é a)b", "unexpected )", r"open the bracket, or write \)", 4),
        ("ab [cd", "missing ]", r"close the class, or write \[", 4),
        ("ab [z-a]", "invalid character class range: z-a", "write a backslash", 5),
        ("x|*", "no argument for repetition operator: *", "write a backslash", 3),
        ("a**", "bad repetition operator: **", "one sign of repetition is enough", 2),
        ("abc\\", "trailing \\", "write two backslashes", 4),
        ("x" * 1_001, "is longer than 1000 characters", "", 1),
    ],
)
def test_a_refused_pattern_says_why_where_and_how_to_write_it(
    source: str, reason: str, hint: str, column: int, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(PatternError) as caught:
        Pattern(source)
    assert caught.value.reason == reason
    assert caught.value.hint.startswith(hint)
    assert caught.value.column == column
    assert capfd.readouterr() == ("", ""), "RE2 would write its errors to standard error"


# Patterns that take `re` exponential or quadratic time: OWASP, "Regular expression Denial of Service".
@pytest.mark.parametrize("source", [r"(a+)+$", r"([a-z]+)*=", r"(a|aa)+$", r"(.*a){20}", r"\s+$"])
def test_no_text_makes_a_pattern_slow(source: str) -> None:
    found = Pattern(source).is_in(b"a" * 200_000 + b" " * 200_000 + b"!")  # `re` would not come back
    assert found is (source == r"(.*a){20}")


def test_places_are_characters_whatever_stands_before_them() -> None:
    text = "naïve \udcff 🎁 gift card, then Gift Cards"
    found = [text[start:end] for start, end in Pattern("(?i)gift ?cards?").ranges(text, 10)]
    assert found == ["gift card", "Gift Cards"]


@steady
@given(st.text(alphabet="ab é🎁\udcff\n", max_size=30))
def test_places_are_those_of_re(text: str) -> None:
    expected = [match.span() for match in re.finditer("a+b?|é", text)]
    assert list(Pattern("a+b?|é").ranges(text, 100)) == expected
    assert Pattern("a+b?|é").is_in(encode(text)) == bool(expected)


def test_empty_places_are_no_quotes_and_the_number_is_bounded() -> None:
    assert list(Pattern("x*").ranges("axa" * 3, 2)) == [(1, 2), (4, 5)]
    assert list(Pattern("x*").ranges("aaa", 10)) == []
    assert Pattern("x*").matches_every_text
    assert not Pattern("x+").matches_every_text
