"""What is offered while a filter is typed: it fits where the cursor stands, and what it makes can be read."""

from __future__ import annotations

from datetime import datetime

import pytest
from entries_rig import TERMINAL_ATTACK
from hypothesis import given
from hypothesis import strategies as st

from guardian.journal.filters.completion import MOST_OPTIONS, completions, quoted_value
from guardian.journal.filters.lexer import TokenKind, tokens
from guardian.journal.filters.query import CODES, FilterError, parse_filter
from guardian.journal.marks import Marked
from guardian.journal.record import Kind
from guardian.message import Channel
from guardian.tactics import GROUPS, RISK, TACTICS
from guardian.verdict import Outcome

NOW = datetime(2026, 11, 21, 12)
POLICIES = ("pressure-to-pay", "hurry", "p2")
SENDERS = ("Bob <bob@shop.example>", "BOB@shop.example", "Tante Käthe", 'odd "quoted" one', "cut@exampl…", "")


def offered(text: str, cursor: int | None = None) -> list[str]:
    found = completions(text, len(text) if cursor is None else cursor, POLICIES, SENDERS)
    return [option.value for option in found.options]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", [f"~{code} " for code in CODES]),
        ("~", [f"~{code} " for code in CODES]),
        ("~o clean ~", [f"~{code} " for code in CODES]),
        ("(~", [f"~{code} " for code in CODES]),
        ("~o", ["~o "]),
        ("~ou", []),
        ("~z", []),
        ("~o fl", ["flagged"]),
        ("~o FL", ["flagged"]),
        ("~o judged", ["unsure", "unscreened"]),  # by what it means
        ("~o xyz", []),
        ("!~o un", ["unsure", "unscreened"]),
        ("~t urg", ["urgency"]),
        ("~t money", ["money_request"]),
        ("~p p", ["p2", "pressure-to-pay"]),
        ("~p pr", ["pressure-to-pay"]),
        ("~p pay", ["pressure-to-pay"]),
        ("~c a", ["ai"]),
        ("~c i", ["incoming"]),
        ("~d 7", ["7h", "7d", "7w"]),
        ("~d 2w", ["2w"]),
        ("~f ", ["right", "wrong", "unsure", "none"]),
        ("~a ", ["kept", "done", "none"]),
        ("~k am", ["amendment"]),
        ("~s bob", ["bob@shop.example"]),
        ("~s tante", ['"tante käthe"']),
        ('~s "tante k', ['"tante käthe"']),
        ("~s odd", ['"odd \\"quoted\\" one"']),
        ("~s exampl…", []),
        ("~m gi", []),
        ("gift", []),
        ("gift ", []),
        ('"gift', []),
        ("~n 1", []),
        ("~o clean ~o ", ["clean"]),  # a record has one outcome
        ("(~o clean | ~o fl", ["flagged"]),
        ("~o clean ) ~o fl", []),  # it was wrong before
    ],
)
def test_what_is_offered(text: str, values: list[str]) -> None:
    found = offered(text)
    assert found == values


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("o", {each.value for each in Outcome}),
        ("t", {*TACTICS, *GROUPS, RISK.id}),
        ("p", set(POLICIES)),
        ("c", {Channel.INCOMING.value, "ai"}),
        ("f", {"right", "wrong", "unsure", "none"}),
        ("a", {each.value for each in Marked}),
        ("k", {each.value for each in Kind}),
    ],
)
def test_nothing_that_a_code_may_have_is_left_out(code: str, values: set[str]) -> None:
    found = completions(f"~{code} ", 3, POLICIES, SENDERS).options
    assert {option.value for option in found} == values
    assert all(option.say and option.say == option.say.strip() for option in found)


@pytest.mark.parametrize(
    ("text", "cursor", "start", "values"),
    [
        ("~o fl ~d 7d", 5, 3, ["flagged"]),
        ("~o fl)", 5, 3, []),  # a parenthesis without its beginning
        ("(~o fl)", 6, 4, ["flagged"]),
        ("~o fl|~o clean", 5, 3, ["flagged"]),
        ("~o flagged", 5, 5, []),  # in the middle of a word
        ("~o  ~d 7d", 3, 3, ["flagged", "notice", "unsure", "unscreened", "clean"]),
        ("~o fl ~o clean", 5, 3, []),
        ("~f wrong ~ ~d 7d", 10, 9, [f"~{code} " for code in CODES]),
    ],
)
def test_the_place_of_the_cursor_counts(text: str, cursor: int, start: int, values: list[str]) -> None:
    found = completions(text, cursor, POLICIES, SENDERS)
    assert (found.start, [option.value for option in found.options]) == (start, values)


PARTS = st.sampled_from(
    [*(f"~{code}" for code in CODES), *"()|!~", "flagged", "7", "urg", "bob", "x", '"', "'", "\\", "tante"]
)
TEXTS = st.lists(st.one_of(PARTS, st.text(max_size=4)), max_size=8).flatmap(
    lambda parts: st.sampled_from([" ", ""]).map(lambda gap: gap.join(parts))
)


def is_filter(text: str) -> bool:
    try:
        parse_filter(text, NOW)
    except FilterError:
        return False
    return True


@given(TEXTS, st.integers(0, 40), st.lists(st.text(max_size=12), max_size=4))
def test_whatever_is_taken_makes_a_filter_that_can_be_read(text: str, at: int, senders: list[str]) -> None:
    cursor = min(at, len(text))
    found = completions(text, cursor, POLICIES, [*SENDERS, *senders, TERMINAL_ATTACK])
    assert 0 <= found.start <= cursor
    assert len(found.options) <= MOST_OPTIONS
    for option in found.options:
        done = text[: found.start] + option.value + text[cursor:]
        if option.value.startswith("~"):
            assert option.value[1:2] in CODES
            continue
        operators = [token.text for token in tokens(done) if token.kind is TokenKind.OPERATOR]
        assert is_filter(done + ")" * (operators.count("(") - operators.count(")"))), done


@given(st.sampled_from(sorted(CODES)), st.integers(0, MOST_OPTIONS))
def test_a_code_and_then_a_value_are_a_filter(code: str, choice: int) -> None:
    text = completions("", 0, POLICIES, SENDERS).options[list(CODES).index(code)].value
    options = completions(text, len(text), POLICIES, SENDERS).options
    if options:
        assert is_filter(text + options[choice % len(options)].value)
    else:
        assert code in "mn"  # any words, any number


@given(st.text(min_size=1))
def test_a_quoted_value_is_one_value(value: str) -> None:
    (token,) = tokens(f"~s {quoted_value(value)}".removeprefix("~s "))
    assert (token.kind, token.text) == (TokenKind.VALUE, value)


def test_a_hundred_thousand_senders_are_not_all_looked_through() -> None:
    looked = iter([f"s{number}@x.example" for number in range(100_000)])
    assert completions("~s nobody", 9, (), looked).options == ()
    assert next(looked).startswith("s5000")
