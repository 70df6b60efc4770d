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

from pydantic import AfterValidator, Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator
from pydantic.json_schema import SkipJsonSchema

from guardian.message import Channel
from guardian.policy.base import DEFAULT_RARITY, Example, Match, Policy, Status, When
from guardian.policy.expression import Expression, Name, all_of, any_of, parse_expression
from guardian.policy.patterns import LONGEST_PATTERN_CHARACTERS
from guardian.policy.schema_scope import (
    MOST_MUTES,
    ConversationTable,
    MuteTable,
    SendersTable,
    WhenTable,
    to_days,
    to_hours,
    to_mute,
    to_turns,
)
from guardian.policy.schema_values import (
    KNOWN_TACTICS,
    Table,
    TacticId,
    TacticIds,
    check_distinct,
    check_expression,
    check_not_blank,
    check_one_line,
    check_pattern,
    custom_error,
)
from guardian.verdict import Action, Severity


def _shape_of_tactics(value: object) -> str | None:
    if isinstance(value, list):
        return "list"
    if isinstance(value, str):
        return "expression"
    return "table" if isinstance(value, dict | TacticsTable) else None


class TacticsTable(Table):
    """Tactics of which any, or all, must be there. With both, all of the one and any of the other."""

    any: TacticIds = Field(default_factory=list, description="At least one of these.")
    all: TacticIds = Field(default_factory=list, description="Every one of these.")

    @model_validator(mode="after")
    def _check_names_something(self) -> TacticsTable:
        if not self.any and not self.all:
            raise custom_error("names no tactics", "empty-table", hint="write any = [...] or all = [...] in it")
        return self


class MatchTable(Table):
    """What the policy looks for, besides its examples."""

    tactics: Annotated[
        Annotated[TacticIds, Tag("list")]
        | Annotated[str, AfterValidator(check_expression), Tag("expression")]
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
        Annotated[str, Field(min_length=1, max_length=LONGEST_PATTERN_CHARACTERS), AfterValidator(check_pattern)]
    ] = Field(default_factory=list, max_length=100, description="Regular expressions in RE2's syntax.")
    rarity: int = Field(
        default=DEFAULT_RARITY,
        ge=2,
        le=1_000_000,
        description="The examples may match at most one ordinary message in this many.",
    )


class ExampleTable(Table):
    """One text that shows what is meant."""

    text: Annotated[str, Field(max_length=20_000), AfterValidator(check_not_blank)]
    flag: bool = Field(description="true: flag such a text; false: such a text is fine.")


class PolicyFile(Table):
    """A Guardian policy: what to look for, where, what to do, why, and since when."""

    id: str = Field(pattern="^[a-z0-9][a-z0-9-]{0,63}$", description="Small letters, digits and hyphens.")
    title: Annotated[str, Field(max_length=120), AfterValidator(check_one_line)]
    why: Annotated[str, Field(max_length=2_000, description="Your reason."), AfterValidator(check_not_blank)]
    since: date = Field(description="The day from which you wanted this, such as 2026-11-21.")
    review_by: date | SkipJsonSchema[None] = Field(default=None, description="The day on which to look at it again.")
    channels: Annotated[list[Literal["incoming", "ai_output"]], Field(min_length=1), AfterValidator(check_distinct)]
    severity: Literal["low", "medium", "high"] = "medium"
    action: Literal["log", "notice", "warn", "hold"] = "warn"
    status: Literal["draft", "test", "active", "retired"] = "active"
    prose: str = Field(default="", max_length=20_000, description="The policy in full sentences.")
    keep_text: bool = Field(default=True, description="Whether the journal may keep the text of matched messages.")
    judge: Literal["undecided", "always", "never"] = Field(
        default="undecided", description="When your judge is asked, where you have one."
    )
    judge_may_soften: bool = Field(
        default=False,
        description="Whether your judge may turn flagged into unsure where no rule and no pattern matched.",
    )
    match: MatchTable = Field(default_factory=MatchTable)
    examples: list[ExampleTable] = Field(default_factory=list)
    senders: SendersTable = Field(default_factory=SendersTable)
    when: WhenTable = Field(default_factory=WhenTable)
    conversation: ConversationTable | SkipJsonSchema[None] = Field(
        default=None, description="Which messages of a conversation the policy looks at; left out: all."
    )
    mutes: list[MuteTable] = Field(default_factory=list, max_length=MOST_MUTES)

    @field_validator("review_by")
    @classmethod
    def _check_dates(cls, review_by: date, others: ValidationInfo) -> date:
        if "since" in others.data and review_by < others.data["since"]:
            raise custom_error("must not be before since", "review-before-since")
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
        senders_only=tuple(file.senders.only),
        hours=to_hours(file.when.hours),
        days=to_days(list(file.when.days)),
        conversation=to_turns(file.conversation),
        mutes=tuple(to_mute(mute) for mute in file.mutes),
        judge=When(file.judge),
        judge_may_soften=file.judge_may_soften,
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
