"""A policy looks where its owner said, and where it looks away the verdict says why."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_builders import a_policy, evidence_of, steady

from guardian.message import Channel
from guardian.policy.base import Day, Hours, Policy, Status, Turns, When
from guardian.policy.load import policy_set_sha256
from guardian.policy.match import Matcher
from guardian.policy.schema_scope import to_hours
from guardian.policy.scope import Circumstances, Scope, precedence
from guardian.verdict import PolicyMatch

FRIDAY = datetime(2026, 11, 20)
NAMES = "the policy looks only at the senders that it names, and this is none of them"


def _match(text: str = "x", /, **fields: Any) -> PolicyMatch:
    """A policy that looks for an x, held against a message: what `evidence_of` takes is the message's."""
    given_evidence = {
        name: fields.pop(name) for name in ("sender", "mail_sender", "judged_at", "context") if name in fields
    }
    (match,) = Matcher([a_policy(patterns=["x"], **fields)], None, None, {}).match(
        evidence_of(text, **given_evidence), []
    )
    return match


def _at(words: str) -> datetime:
    """`fri 22:00` in the week of 16 to 22 November 2026."""
    day, _, clock = words.partition(" ")
    (hours,) = to_hours([f"{clock}-24:00"])
    monday = datetime(2026, 11, 16)
    return monday + timedelta(days=list(Day).index(Day(day)), minutes=hours.begin_minute)


# except and only, the sender, and what must come of it
@pytest.mark.parametrize(
    ("excepted", "only", "sender", "excused"),
    [
        (["@bank.example"], [], "a@bank.example", "sender @bank.example is excepted"),
        (["*@*.bank.example"], [], "a@mail.bank.example", "sender *@*.bank.example is excepted"),
        ([], ["*@*.bank.example"], "a@mail.bank.example", ""),
        ([], ["*@*.bank.example"], "a@elsewhere.example", NAMES),
        ([], ["@bank.example"], None, NAMES),
        (["boss@x.example"], ["@x.example"], "other@x.example", ""),
        (["boss@x.example"], ["@x.example"], "boss@x.example", "sender boss@x.example is excepted"),
        (["@x.example"], ["boss@x.example"], "boss@x.example", "sender @x.example is excepted"),
    ],
)
def test_senders_are_excepted_or_alone_looked_at_and_except_goes_first(
    excepted: list[str], only: list[str], sender: str | None, excused: str
) -> None:
    match = _match(senders_except=tuple(excepted), senders_only=tuple(only), sender=sender)
    assert (match.matched, match.excused) == (not excused, excused)
    assert match.because == (() if excused else ("pattern:1",))
    assert match.score > match.threshold, "the score still says how strong it was"


def test_the_sender_in_the_mails_own_header_counts_too() -> None:
    assert _match(senders_only=("@x.example",), sender="stranger@y.example", mail_sender="A <a@x.example>").matched


def test_what_a_stranger_wrote_is_not_repeated() -> None:
    hostile = "\x1b]52;c;x\x07@evil.example"
    for fields in ({"senders_only": ("@x.example",)}, {"senders_except": ("*@evil.example",)}):
        assert "\x1b" not in _match(sender=hostile, **fields).excused


# spans of the day, days, a moment, and whether the policy looks
@pytest.mark.parametrize(
    ("hours", "days", "moment", "looks"),
    [
        (["09:00-17:00"], "", "mon 09:00", True),
        (["09:00-17:00"], "", "mon 08:59", False),
        (["09:00-17:00"], "", "mon 16:59", True),
        (["09:00-17:00"], "", "mon 17:00", False),
        (["22:00-07:00"], "", "mon 22:00", True),
        (["22:00-07:00"], "", "mon 00:00", True),
        (["22:00-07:00"], "", "mon 06:59", True),
        (["22:00-07:00"], "", "mon 07:00", False),
        (["00:00-24:00"], "", "sun 23:59", True),
        (["22:00-24:00"], "", "sun 23:59", True),
        (["22:00-00:00"], "", "sun 23:59", True),
        (["22:00-00:00"], "", "sun 00:00", False),
        (["06:00-07:00", "20:00-21:00"], "", "sun 20:30", True),
        (["06:00-07:00", "20:00-21:00"], "", "sun 12:00", False),
        ([], "sat sun", "sat 00:00", True),
        ([], "sat sun", "sun 23:59", True),
        ([], "sat sun", "mon 00:00", False),
        (["09:00-17:00"], "sat", "sat 12:00", True),
        (["09:00-17:00"], "sat", "sun 12:00", False),
        # A night belongs to the day on which it began.
        (["22:00-07:00"], "fri", "fri 23:00", True),
        (["22:00-07:00"], "fri", "sat 03:00", True),
        (["22:00-07:00"], "fri", "fri 03:00", False),
        (["22:00-07:00"], "fri", "sat 23:00", False),
        (["22:00-07:00"], "sun", "mon 03:00", True),
    ],
)
def test_a_policy_looks_at_its_hours_and_days(hours: list[str], days: str, moment: str, looks: bool) -> None:
    match = _match(hours=to_hours(hours), days=tuple(map(Day, days.split())), judged_at=_at(moment))
    assert match.matched is looks
    assert match.excused.startswith(f"it was {moment}, and the policy looks ") is not looks


def test_the_words_name_hours_and_days() -> None:
    fields: dict[str, Any] = {"hours": to_hours(["22:00-07:00", "12:00-13:00"]), "days": (Day.SUN, Day.SAT)}
    said = _match(judged_at=_at("mon 15:05"), **fields).excused
    assert said == "it was mon 15:05, and the policy looks 22:00-07:00, 12:00-13:00 on sat, sun"


def test_the_clock_is_the_one_on_the_owners_wall() -> None:
    zone = timezone(timedelta(hours=-8))
    assert _match(hours=to_hours(["22:00-24:00"]), judged_at=datetime(2026, 11, 20, 23, 0, tzinfo=zone)).matched


@pytest.mark.parametrize(
    ("turns", "context", "excused"),
    [
        (Turns.FIRST, (), ""),
        (Turns.FIRST, ("Hello.",), "it has earlier turns, and the policy looks only at what begins a conversation"),
        (Turns.ONGOING, ("Hello.",), ""),
        (Turns.ONGOING, (), "it begins a conversation, and the policy looks only at what has earlier turns"),
        (None, (), ""),
        (None, ("Hello.",), ""),
    ],
)
def test_a_policy_looks_at_its_turns_of_a_conversation(turns: Turns | None, context: tuple[str], excused: str) -> None:
    match = _match(conversation=turns, context=context)
    assert (match.matched, match.excused) == (not excused, excused)


def test_what_is_not_known_never_keeps_a_policy_from_looking() -> None:
    for conversation in Turns:
        policy = a_policy(hours=(Hours(0, 1),), days=(Day.MON,), conversation=conversation)
        assert Scope(policy).outside(Circumstances()) == ""


def test_where_nothing_matched_there_is_nothing_to_excuse() -> None:
    assert _match("y", senders_except=("@x.example",), sender="a@x.example").excused == ""
    assert _match("y", days=(Day.MON,), judged_at=FRIDAY).excused == ""


def test_the_first_step_of_the_precedence_that_sets_a_message_aside_gives_the_words() -> None:
    fields: dict[str, Any] = {
        "senders_except": ("@x.example",),
        "senders_only": ("@y.example",),
        "days": (Day.MON,),
        "conversation": Turns.ONGOING,
    }
    assert _match(sender="a@x.example", judged_at=FRIDAY, **fields).excused == "sender @x.example is excepted"
    assert _match(sender="a@z.example", judged_at=FRIDAY, **fields).excused == NAMES
    assert _match(sender="a@y.example", judged_at=FRIDAY, **fields).excused.startswith("it was fri 00:00")
    assert _match(sender="a@y.example", judged_at=_at("mon 09:00"), **fields).excused.startswith("it begins")


def test_precedence_is_told_in_the_order_in_which_it_is_decided() -> None:
    policy = a_policy(
        status=Status.TEST,
        channels=(Channel.INCOMING, Channel.AI_OUTPUT),
        senders_except=("boss@x.example",),
        senders_only=tuple(f"a{number}@x.example" for number in range(7)),
        hours=to_hours(["22:00-07:00"]),
        days=(Day.FRI,),
        conversation=Turns.FIRST,
    )
    assert precedence(policy) == [
        "1. status: test, so it looks",
        "2. channel: incoming and ai_output",
        "3. senders except: boss@x.example (goes before only)",
        "4. senders only: a0@x.example, a1@x.example, a2@x.example, a3@x.example, a4@x.example and 2 more",
        "5. when: 22:00-07:00 on fri, by this machine's clock",
        "6. conversation: messages that begin one",
        "7. match: tactics, patterns and examples, any of them",
        "8. mutes: none (go before rules and patterns too)",
        "9. fine examples: near copies are excused from what the model says, never from a rule or a pattern",
        "10. judge: asked where this is undecided; it may raise, never clear",
    ]
    for judge, may_soften, words in (
        (When.NEVER, True, "never asked"),
        (When.ALWAYS, False, "asked of every message; it may raise, never clear"),
        (
            When.ALWAYS,
            True,
            "asked of every message; it may raise, and turn flagged into unsure where no rule and no pattern matched, "
            "never clear",
        ),
    ):
        assert precedence(a_policy(judge=judge, judge_may_soften=may_soften))[-1] == f"10. judge: {words}"
    plain = precedence(a_policy(status=Status.DRAFT))
    assert plain[0] == "1. status: draft, so it looks at nothing"
    assert plain[2:6] == [
        "3. senders except: nobody (goes before only)",
        "4. senders only: everybody",
        "5. when: at any time, by this machine's clock",
        "6. conversation: all messages",
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"senders_only": ("@x.example",)},
        {"hours": (Hours(0, 60),)},
        {"days": (Day.MON,)},
        {"conversation": Turns.FIRST},
    ],
)
def test_scope_is_a_part_of_the_policy_sets_hash(change: dict[str, Any]) -> None:
    assert policy_set_sha256([a_policy()]) != policy_set_sha256([a_policy(**change)])


_MINUTES = st.integers(0, 1439)
_POLICIES = st.builds(
    a_policy,
    hours=st.lists(
        st.builds(Hours, _MINUTES, st.integers(0, 1440)).filter(lambda h: h.begin_minute != h.end_minute)
    ).map(tuple),
    days=st.sets(st.sampled_from(Day)).map(tuple),
)


@steady
@given(_POLICIES, _MINUTES, st.integers(0, 6))
def test_hours_cover_what_walking_through_them_minute_by_minute_covers(policy: Policy, minute: int, day: int) -> None:
    """The oracle walks each span from its begin on each of the policy's days."""
    week = 7 * 1440
    covered: set[int] = set()
    for name in policy.days or tuple(Day):
        midnight = list(Day).index(name) * 1440
        for hours in policy.hours or (Hours(0, 1440),):
            length = hours.end_minute - hours.begin_minute + (1440 if hours.runs_past_midnight else 0)
            covered.update((midnight + hours.begin_minute + step) % week for step in range(length))
    at = datetime(2026, 11, 16) + timedelta(days=day, minutes=minute)
    outside = Scope(policy).outside(Circumstances(judged_at=at))
    assert (outside == "") is (day * 1440 + minute in covered)
