"""Kinds of value that a policy file is made of, each with what is said where it is wrong.

Invariant: a check answers the value or raises an error in our own words: `message`, and beside it `hint` and (where
known) `column`, from which `guardian.policy.schema_problems` makes a problem with its place.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from guardian.policy.expression import ExpressionError, check_name, parse_expression
from guardian.policy.patterns import Pattern, PatternError
from guardian.tactics import GROUPS, RISK, TACTICS

KNOWN_TACTICS = (*TACTICS, *GROUPS, RISK.id)
"""Every id that a policy may name: tactics, groups of tactics, and the model's overall risk."""


class Table(BaseModel):
    """Base of every table of a policy file: unknown keys are errors, and nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def custom_error(error: Exception | str, code: str, **context: Any) -> PydanticCustomError:
    """An error whose words are ours."""
    return PydanticCustomError(code, "{message}", {"message": str(error), "hint": "", **context})


def check_expression(source: str) -> str:
    """An expression over tactics, as it stands. Raises where it is none."""
    try:
        parse_expression(source, KNOWN_TACTICS)
    except ExpressionError as error:
        raise custom_error(error, error.code, hint=error.hint, column=error.column) from None
    return source


def check_pattern(source: str) -> str:
    """A pattern, as it stands. Raises where RE2 refuses it."""
    try:
        Pattern(source)
    except PatternError as error:
        message = f"RE2 refuses this pattern: {error.reason}"
        raise custom_error(message, "bad-pattern", hint=error.hint, column=error.column) from None
    return source


def check_not_blank(text: str) -> str:
    """A text, as it stands. Raises where it says nothing."""
    if not text.strip():
        raise custom_error("must not be empty", "empty-text")
    return text


def check_one_line(text: str) -> str:
    """A line of text, as it stands. Raises where it is more, or says nothing."""
    if "\n" in text:
        raise custom_error("must be one line", "not-one-line")
    return check_not_blank(text)


def check_distinct(values: list[str]) -> list[str]:
    """A list, as it stands. Raises where something is there twice."""
    if len(set(values)) != len(values):
        raise custom_error("names something twice", "named-twice")
    return values


def _check_tactic(name: str) -> str:
    try:
        return check_name(name, KNOWN_TACTICS).id
    except ExpressionError as error:
        raise custom_error(error, error.code, hint=error.hint) from None


TacticId = Annotated[str, AfterValidator(_check_tactic), Field(json_schema_extra={"enum": list(KNOWN_TACTICS)})]
"""A tactic, a group of tactics, or `risk`."""

TacticIds = Annotated[list[TacticId], Field(min_length=1), AfterValidator(check_distinct)]
"""Several of them, each once."""
