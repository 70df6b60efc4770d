"""The policy file's schema: pydantic at the edge, a frozen `Policy` at the seam.

Invariants: unknown keys are errors; nothing is converted silently (strict); `policies/policy.schema.json` is
generated from these models and a test compares it.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from guardian.message import Channel
from guardian.policy.base import DEFAULT_RARITY, Example, Match, Policy, Status
from guardian.policy.expression import (
    Expression,
    ExpressionError,
    Name,
    all_of,
    any_of,
    check_name,
    parse_expression,
)
from guardian.policy.patterns import LONGEST_PATTERN_CHARACTERS, Pattern, PatternError
from guardian.tactics import GROUPS, RISK, TACTICS
from guardian.verdict import Action, Severity

KNOWN_TACTICS = (*TACTICS, *GROUPS, RISK.id)
"""Every id that a policy may name: tactics, groups of tactics, and the model's overall risk."""


def _custom(error: ExpressionError | PatternError | str, code: str, **context: Any) -> PydanticCustomError:
    """An error whose words are ours: `message`, and in its context `hint` and (where known) `column`."""
    return PydanticCustomError(code, "{message}", {"message": str(error), "hint": "", **context})


def _check_tactic(name: str) -> str:
    try:
        return check_name(name, KNOWN_TACTICS).id
    except ExpressionError as error:
        raise _custom(error, error.code, hint=error.hint) from None


def _check_expression(source: str) -> str:
    try:
        parse_expression(source, KNOWN_TACTICS)
    except ExpressionError as error:
        raise _custom(error, error.code, hint=error.hint, column=error.column) from None
    return source


def _check_pattern(source: str) -> str:
    try:
        Pattern(source)
    except PatternError as error:
        raise _custom(f"RE2 refuses this pattern: {error.reason}", "bad-pattern", hint=error.hint) from None
    return source


def _check_not_blank(text: str) -> str:
    if not text.strip():
        raise _custom("must not be empty", "empty-text")
    return text


def _check_one_line(text: str) -> str:
    if "\n" in text:
        raise _custom("must be one line", "not-one-line")
    return _check_not_blank(text)


def _check_sender(sender: str) -> str:
    name, at, domain = sender.strip().rpartition("@")
    if not at or not domain or any(c.isspace() or c in "<>," for c in name + domain):
        hint = 'write "billing@bank.example", or "@bank.example" for everybody there'
        raise _custom("must be an address or an @domain", "bad-sender", hint=hint)
    return sender.strip().lower()


def _check_distinct(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise _custom("names something twice", "named-twice")
    return values


def _shape_of_tactics(value: object) -> str | None:
    if isinstance(value, list):
        return "list"
    if isinstance(value, str):
        return "expression"
    return "table" if isinstance(value, dict | TacticsTable) else None


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


TacticId = Annotated[str, AfterValidator(_check_tactic), Field(json_schema_extra={"enum": list(KNOWN_TACTICS)})]
TacticIds = Annotated[list[TacticId], Field(min_length=1), AfterValidator(_check_distinct)]


class TacticsTable(_Table):
    """Tactics of which any, or all, must be there. With both, all of the one and any of the other."""

    any: TacticIds = Field(default_factory=list, description="At least one of these.")
    all: TacticIds = Field(default_factory=list, description="Every one of these.")

    @model_validator(mode="after")
    def _check_names_something(self) -> TacticsTable:
        if not self.any and not self.all:
            raise _custom("names no tactics", "empty-table", hint="write any = [...] or all = [...] in it")
        return self


class MatchTable(_Table):
    """What the policy looks for, besides its examples."""

    tactics: Annotated[
        Annotated[TacticIds, Tag("list")]
        | Annotated[str, AfterValidator(_check_expression), Tag("expression")]
        | Annotated[TacticsTable, Tag("table")],
        Discriminator(_shape_of_tactics),
    ] = Field(
        default_factory=list,
        description="A list (any of them), an expression ('urgency and not flattery'), or a table of any and all.",
    )
    thresholds: dict[TacticId, Annotated[float, Field(gt=0, lt=1)]] = Field(
        default_factory=dict, description="Own threshold for a tactic, between 0 and 1, in place of the measured one."
    )
    patterns: list[
        Annotated[str, Field(min_length=1, max_length=LONGEST_PATTERN_CHARACTERS), AfterValidator(_check_pattern)]
    ] = Field(default_factory=list, max_length=100, description="Regular expressions in RE2's syntax.")
    rarity: int = Field(
        default=DEFAULT_RARITY,
        ge=2,
        le=1_000_000,
        description="The examples may match at most one ordinary message in this many.",
    )


class ExampleTable(_Table):
    """One text that shows what is meant."""

    text: Annotated[str, Field(max_length=20_000), AfterValidator(_check_not_blank)]
    flag: bool = Field(description="true: flag such a text; false: such a text is fine.")


class SendersTable(_Table):
    """Whom the policy does not look at."""

    except_: list[Annotated[str, Field(max_length=320), AfterValidator(_check_sender)]] = Field(
        default_factory=list,
        alias="except",
        max_length=1_000,
        description="Addresses or @domains. An address can be forged, so a forged sender is excepted too.",
    )


class PolicyFile(_Table):
    """A Guardian policy: what to look for, where, what to do, why, and since when."""

    id: str = Field(pattern="^[a-z0-9][a-z0-9-]{0,63}$", description="Small letters, digits and hyphens.")
    title: Annotated[str, Field(max_length=120), AfterValidator(_check_one_line)]
    why: Annotated[str, Field(max_length=2_000, description="Your reason."), AfterValidator(_check_not_blank)]
    since: date = Field(description="The day from which you wanted this, such as 2026-11-21.")
    review_by: date | SkipJsonSchema[None] = Field(default=None, description="The day on which to look at it again.")
    channels: Annotated[list[Literal["incoming", "ai_output"]], Field(min_length=1), AfterValidator(_check_distinct)]
    severity: Literal["low", "medium", "high"] = "medium"
    action: Literal["log", "notice", "warn", "hold"] = "warn"
    status: Literal["draft", "test", "active", "retired"] = "active"
    prose: str = Field(default="", max_length=20_000, description="The policy in full sentences.")
    keep_text: bool = Field(default=True, description="Whether the journal may keep the text of matched messages.")
    match: MatchTable = Field(default_factory=MatchTable)
    examples: list[ExampleTable] = Field(default_factory=list)
    senders: SendersTable = Field(default_factory=SendersTable)

    @field_validator("review_by")
    @classmethod
    def _check_dates(cls, review_by: date, others: ValidationInfo) -> date:
        if "since" in others.data and review_by < others.data["since"]:
            raise _custom("must not be before since", "review-before-since")
        return review_by


def to_policy(file: PolicyFile, path: Path) -> Policy:
    """The policy that a checked file describes."""
    match = Match(
        tactics=_expression(file.match.tactics),
        thresholds=MappingProxyType(dict(file.match.thresholds)),
        patterns=tuple(file.match.patterns),
        rarity=file.match.rarity,
    )
    return Policy(
        id=file.id,
        title=file.title.strip(),
        why=file.why.strip(),
        since=file.since,
        review_by=file.review_by,
        channels=tuple(Channel(channel) for channel in file.channels),
        severity=Severity(file.severity),
        action=Action(file.action),
        status=Status(file.status),
        prose=file.prose.strip(),
        match=match,
        examples=tuple(Example(example.text, example.flag) for example in file.examples),
        senders_except=tuple(file.senders.except_),
        keep_text=file.keep_text,
        path=path,
    )


def _expression(tactics: list[str] | str | TacticsTable) -> Expression | None:
    if not tactics:
        return None
    if isinstance(tactics, str):
        return parse_expression(tactics, KNOWN_TACTICS)
    if isinstance(tactics, list):
        return any_of([Name(tactic) for tactic in tactics])
    required: list[Expression] = [Name(tactic) for tactic in tactics.all]
    if tactics.any:
        required.append(any_of([Name(tactic) for tactic in tactics.any]))
    return all_of(required)


def policy_schema() -> dict[str, Any]:
    """The JSON Schema of a policy file, for editors."""
    schema = PolicyFile.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_without_null_defaults(schema)}


def policy_schema_text() -> str:
    """`policy_schema` as it stands in `policies/policy.schema.json`."""
    return json.dumps(policy_schema(), indent=2, ensure_ascii=False) + "\n"


def _without_null_defaults(node: Any) -> Any:
    """TOML has no null, so a default of null is no default."""
    if isinstance(node, dict):
        return {key: _without_null_defaults(v) for key, v in node.items() if not (key == "default" and v is None)}
    if isinstance(node, list):
        return [_without_null_defaults(item) for item in node]
    return node
