"""Which messages a policy looks at: channel, senders, time of day, conversation; and what its owner muted.

Invariants: pure (the clock is read by the gate, and comes in with the evidence); what is not known (a time, the earlier
turns) never keeps a policy from looking, for a guard that is blind by accident is worse than one alarm too many; an
`except` goes before an `only`; every decision has its words, and none of them repeats what a stranger wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from guardian.detectors.base import Evidence
from guardian.policy.base import Day, Hours, Mute, Policy, Turns, When
from guardian.policy.senders import SenderList, addresses_of

_DAYS = tuple(Day)
_MOST_SENDERS_NAMED = 5


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What scope is decided by, besides status and channel."""

    addresses: tuple[str, ...] = ()
    """Of the senders that the message claims, as `senders.addresses_of` gives them."""
    judged_at: datetime | None = None
    """When it was judged, by the owner's local clock; None where that is not known."""
    has_earlier_turns: bool | None = None
    """Whether earlier turns of its conversation are known; None where nobody can say."""


def circumstances_of(evidence: Evidence) -> Circumstances:
    """The circumstances of a message at the gate."""
    message = evidence.message
    addresses = addresses_of((message.sender, evidence.reading.sender))
    return Circumstances(addresses, evidence.judged_at, bool(message.context))


class Scope:
    """The scope of one policy, ready to be asked."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._except = SenderList(policy.senders_except)
        self._only = SenderList(policy.senders_only)
        self._mutes = tuple((mute, SenderList((mute.sender,) if mute.sender else ())) for mute in policy.mutes)

    def outside(self, circumstances: Circumstances) -> str:
        """Why the policy does not look at such a message, in the order of `precedence`; empty where it looks."""
        return (
            self.outside_by_sender(circumstances.addresses)
            or self._outside_by_time(circumstances.judged_at)
            or self._outside_by_conversation(circumstances.has_earlier_turns)
        )

    def outside_by_sender(self, addresses: tuple[str, ...]) -> str:
        """Why the policy does not look at messages from these addresses; empty where it looks."""
        excepted = self._except.find(addresses)
        if excepted is not None:
            return f"sender {excepted} is excepted"
        if self._only and self._only.find(addresses) is None:
            return "the policy looks only at the senders that it names, and this is none of them"
        return ""

    def mutes(self, circumstances: Circumstances) -> tuple[Mute, ...]:
        """The mutes that hold for such a message; none where its time is not known."""
        if not self._mutes or circumstances.judged_at is None:
            return ()
        today = circumstances.judged_at.date()
        return tuple(
            mute
            for mute, sender in self._mutes
            if mute.is_in_force(today) and (not sender or sender.find(circumstances.addresses) is not None)
        )

    def _outside_by_time(self, judged_at: datetime | None) -> str:
        policy = self._policy
        if judged_at is None or _is_time(policy, judged_at):
            return ""
        day = _DAYS[judged_at.weekday()]
        return f"it was {day} {judged_at:%H:%M}, and the policy looks {_time_words(policy)}"

    def _outside_by_conversation(self, has_earlier_turns: bool | None) -> str:
        wanted = self._policy.conversation
        if wanted is Turns.FIRST and has_earlier_turns is True:
            return "it has earlier turns, and the policy looks only at what begins a conversation"
        if wanted is Turns.ONGOING and has_earlier_turns is False:
            return "it begins a conversation, and the policy looks only at what has earlier turns"
        return ""


def precedence(policy: Policy) -> list[str]:
    """The order in which it is decided whether a message counts for a policy, one line a step, first to last.

    The first step that sets a message aside decides. Senders and reasons are the owner's own words, not yet safe for a
    terminal.
    """
    looks = "looks" if policy.is_in_force else "looks at nothing"
    steps = [
        f"status: {policy.status}, so it {looks}",
        f"channel: {' and '.join(policy.channels)}",
        f"senders except: {_listed(policy.senders_except) or 'nobody'} (goes before only)",
        f"senders only: {_listed(policy.senders_only) or 'everybody'}",
        f"when: {_time_words(policy)}, by this machine's clock",
        f"conversation: {_turns_words(policy.conversation)}",
        "match: tactics, patterns and examples, any of them",
        f"mutes: {'; '.join(str(mute) for mute in policy.mutes) or 'none'} (go before rules and patterns too)",
        "fine examples: near copies are excused from what the model says, never from a rule or a pattern",
        f"judge: {_judge_words(policy)}",
    ]
    return [f"{number}. {step}" for number, step in enumerate(steps, start=1)]


def _judge_words(policy: Policy) -> str:
    """When the owner's judge is asked, where there is one, and what it may do."""
    if policy.judge is When.NEVER:
        return "never asked"
    when = "asked of every message" if policy.judge is When.ALWAYS else "asked where this is undecided"
    soften = "turn flagged into unsure where no rule and no pattern matched" if policy.judge_may_soften else ""
    return f"{when}; it may raise{f', and {soften}' if soften else ''}, never clear"


def _is_time(policy: Policy, at: datetime) -> bool:
    minute = at.hour * 60 + at.minute
    is_day = not policy.days or _DAYS[at.weekday()] in policy.days
    is_day_after = not policy.days or _DAYS[at.weekday() - 1] in policy.days
    if not policy.hours:
        return is_day
    return any(_is_within(hours, minute, is_day, is_day_after) for hours in policy.hours)


def _is_within(hours: Hours, minute: int, is_day: bool, is_day_after: bool) -> bool:
    """Whether a span covers a minute of the day; behind midnight it belongs to the day on which it began."""
    if not hours.runs_past_midnight:
        return is_day and hours.begin_minute <= minute < hours.end_minute
    return (is_day and minute >= hours.begin_minute) or (is_day_after and minute < hours.end_minute)


def _time_words(policy: Policy) -> str:
    hours = ", ".join(str(hours) for hours in policy.hours)
    days = ", ".join(day for day in _DAYS if day in policy.days)
    return " on ".join(filter(None, (hours, days))) if hours or days else "at any time"


def _turns_words(turns: Turns | None) -> str:
    words = {
        None: "all messages",
        Turns.FIRST: "messages that begin one",
        Turns.ONGOING: "messages that have earlier turns",
    }
    return words[turns]


def _listed(senders: tuple[str, ...]) -> str:
    more = len(senders) - _MOST_SENDERS_NAMED
    return ", ".join(senders[:_MOST_SENDERS_NAMED]) + (f" and {more:,} more" if more > 0 else "")
