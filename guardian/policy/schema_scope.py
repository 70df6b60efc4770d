"""The part of the policy file's schema that says where and when a policy looks, and what its owner muted.

Invariants: as in `guardian.policy.schema`; a mute always has an end, at most `LONGEST_MUTE_DAYS` after its beginning.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from pydantic.json_schema import SkipJsonSchema

from guardian.policy.base import Day, Hours, Mute, Turns
from guardian.policy.schema_values import Table, TacticId, check_distinct, custom_error
from guardian.policy.senders import check_sender_pattern

LONGEST_MUTE_DAYS = 90
MOST_MUTES = 100
"""In one policy, past ones too."""
_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)")


def _check_sender(sender: str) -> str:
    try:
        return check_sender_pattern(sender)
    except ValueError as error:
        hint = 'write "billing@bank.example", "@bank.example" for everybody there, or * for any characters'
        raise custom_error(error, "bad-sender", hint=hint) from None


def _check_hours(span: str) -> str:
    if _HOURS.fullmatch(span) is None:
        hint = 'write "22:00-07:00", with two digits each; the day ends at 24:00'
        raise custom_error("must be a span of the day", "bad-hours", hint=hint)
    begin, _, end = span.partition("-")
    if begin == end:
        raise custom_error("begins when it ends", "bad-hours", hint='write "00:00-24:00" for the whole day')
    return span


SenderPattern = Annotated[str, Field(max_length=320), AfterValidator(_check_sender)]
"""Address, @domain, or either with `*`; lower case once checked."""


class SendersTable(Table):
    """Whose messages the policy looks at. An address can be forged, so what holds for a sender holds for a forger."""

    except_: list[SenderPattern] = Field(
        default_factory=list,
        alias="except",
        max_length=1_000,
        description="Addresses, @domains, or either with *: it does not look at these. Goes before only.",
    )
    only: list[SenderPattern] = Field(
        default_factory=list,
        max_length=1_000,
        description="Addresses, @domains, or either with *: it looks at these alone. Empty: at everybody.",
    )


class WhenTable(Table):
    """When the policy looks, by this machine's clock."""

    hours: Annotated[
        list[
            Annotated[
                str, AfterValidator(_check_hours), Field(json_schema_extra={"pattern": f"^(?:{_HOURS.pattern})$"})
            ]
        ],
        AfterValidator(check_distinct),
    ] = Field(
        default_factory=list,
        max_length=24,
        description='Spans such as "22:00-07:00": begin included, end not. Empty: all day.',
    )
    days: Annotated[list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]], AfterValidator(check_distinct)] = (
        Field(
            default_factory=list,
            description="Days of the week. A span past midnight belongs to the day on which it began.",
        )
    )


class ConversationTable(Table):
    """Which messages of a conversation the policy looks at."""

    turns: Literal["first", "ongoing"] = Field(
        description="first: those that begin one; ongoing: those that have earlier turns."
    )


class MuteTable(Table):
    """One reason that is not told for a while. Goes before patterns and rules too: it is your own word."""

    tactic: TacticId | SkipJsonSchema[None] = Field(
        default=None, description="Tactic or group that is muted; left out: the whole policy."
    )
    sender: SenderPattern | SkipJsonSchema[None] = Field(
        default=None, description="Address, @domain, or either with *; left out: everybody."
    )
    since: date = Field(description="Its first day, such as 2026-11-21.")
    until: date = Field(description=f"Its last day, at most {LONGEST_MUTE_DAYS} days after the first.")
    why: str = Field(default="", max_length=2_000, description="Your reason.")

    @field_validator("until")
    @classmethod
    def _check_dates(cls, until: date, others: ValidationInfo) -> date:
        since = others.data.get("since")
        if since is not None and until < since:
            raise custom_error("must not be before since", "mute-ends-before-it-begins")
        if since is not None and (until - since).days > LONGEST_MUTE_DAYS:
            hint = "change the rule instead: its match, its senders or its status"
            message = f"must be at most {LONGEST_MUTE_DAYS} days after since"
            raise custom_error(message, "mute-too-long", hint=hint)
        return until


def to_hours(spans: list[str]) -> tuple[Hours, ...]:
    """Checked spans of the day as a policy has them."""
    return tuple(Hours(*(_minute(clock) for clock in span.split("-"))) for span in spans)


def to_days(names: list[str]) -> tuple[Day, ...]:
    """Checked names of days as a policy has them."""
    return tuple(Day(name) for name in names)


def to_turns(table: ConversationTable | None) -> Turns | None:
    """Which turns of a conversation a policy looks at; None: all."""
    return Turns(table.turns) if table is not None else None


def to_mute(table: MuteTable) -> Mute:
    """A checked mute as a policy has it."""
    return Mute(table.tactic or "", table.sender or "", table.since, table.until, table.why.strip())


def _minute(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)
