"""Expressions over tactics mean what Python's `and`, `or` and `not` mean, and errors name their column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_builders import steady

from guardian.policy.expression import (
    AllOf,
    AnyOf,
    Expression,
    ExpressionError,
    Name,
    Not,
    is_true,
    names,
    parse_expression,
)
from guardian.policy.schema_values import KNOWN_TACTICS

LETTERS = ("urgency", "threat", "secrecy", "guilt")


@pytest.mark.parametrize(
    ("source", "column", "message", "hint"),
    [
        ("", 1, "expression is empty", 'write a tactic, such as "urgency"'),
        ("   ", 1, "expression is empty", 'write a tactic, such as "urgency"'),
        ("urgncy", 1, 'unknown tactic "urgncy"', 'did you mean "urgency"?'),
        ("urgency or money-request", 12, 'unknown tactic "money-request"', 'did you mean "money_request"?'),
        ("urgency and", 12, "expression ends where a tactic is due", ""),
        ("and urgency", 1, 'expected a tactic, not "and"', ""),
        ("urgency threat", 9, 'expected "and" or "or", not "threat"', ""),
        ("urgency AND threat", 9, 'expected "and" or "or", not "AND"', 'write "and" in small letters'),
        ("urgency & threat", 9, 'expected "and" or "or", not "&"', 'write "and"'),
        ("urgency, threat", 8, 'expected "and" or "or", not ","', 'join tactics by "and" or "or"'),
        ("(urgency or threat", 1, '"(" without its ")"', ""),
        ("urgency and (threat or (guilt)", 13, '"(" without its ")"', ""),
        ("urgency)", 8, '")" without its "("', ""),
        ("urgency and ()", 14, 'expected a tactic, not ")"', ""),
        ("!urgency", 1, 'expected a tactic, not "!"', 'write "not"'),
        ("zzzzzzzz", 1, 'unknown tactic "zzzzzzzz"', ""),
        ("not " * 40 + "urgency", 129, "expression is nested deeper than 32", ""),
    ],
)
def test_an_error_names_its_column_and_its_mending(source: str, column: int, message: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(source, KNOWN_TACTICS)
    assert (caught.value.column, caught.value.message, caught.value.hint) == (column, message, hint)


@pytest.mark.parametrize("source", ["not urgency", "urgency or not threat", "not (urgency and threat)"])
def test_an_expression_that_holds_where_nothing_was_found_is_refused(source: str) -> None:
    with pytest.raises(ExpressionError, match="nothing was found"):
        parse_expression(source, KNOWN_TACTICS)


def test_precedence_is_that_of_python() -> None:
    expression = parse_expression("urgency or threat and not guilt", KNOWN_TACTICS)
    assert expression == AnyOf((Name("urgency"), AllOf((Name("threat"), Not(Name("guilt"))))))


def test_groups_and_risk_are_names_too() -> None:
    assert names(parse_expression("risk and (the_ask or pressure) and risk", KNOWN_TACTICS)) == (
        "risk",
        "the_ask",
        "pressure",
    )


def _expressions() -> st.SearchStrategy[Expression]:
    leaves = st.sampled_from(LETTERS).map(Name)
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: AnyOf(tuple(parts)))
            | st.lists(inner, min_size=2, max_size=3).map(lambda parts: AllOf(tuple(parts)))
            | inner.map(Not)
        ),
        max_leaves=8,
    )


@steady
@given(_expressions(), st.sets(st.sampled_from(LETTERS)))
def test_what_is_written_out_means_the_same_to_us_and_to_python(expression: Expression, present: set[str]) -> None:
    as_python = eval(str(expression), {"__builtins__": {}}, {name: name in present for name in LETTERS})
    assert is_true(expression, present) == as_python
    if not is_true(expression, ()):
        assert is_true(parse_expression(str(expression), LETTERS), present) == as_python


@steady
@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_an_error_inside_it(source: str) -> None:
    column = 1
    try:
        parse_expression(source, KNOWN_TACTICS)
    except ExpressionError as error:
        column = error.column
    assert 1 <= column <= len(source) + 1
