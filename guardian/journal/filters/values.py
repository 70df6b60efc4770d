"""What may stand behind each code of a filter, and the term that it makes.

Every mistake is a ValueError: what is wrong, and a hint where there is one (its second argument).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from guardian.journal.filters.terms import (
    Between,
    ChannelIs,
    FeedbackIs,
    KindIs,
    MarkIs,
    NumberIn,
    OutcomeIs,
    PolicyIs,
    SenderHas,
    TacticIs,
    Term,
    Words,
)
from guardian.journal.filters.when import parse_span
from guardian.journal.marks import Marked
from guardian.journal.record import Kind
from guardian.journal.reports.words import Phrase
from guardian.message import Channel
from guardian.policy.problem import did_you_mean, quoted
from guardian.tactics import GROUPS, RISK, TACTICS
from guardian.verdict import Outcome

FEEDBACK_WORDS: Final = ("right", "wrong", "unsure", "none")
_CHANNELS: Final = {"ai": Channel.AI_OUTPUT.value, **{channel.value: channel.value for channel in Channel}}
_POLICY_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_NUMBERS: Final = re.compile(r"(\d{1,15})(?:(\.\.)(\d{1,15})?)?|\.\.(\d{1,15})", re.ASCII)
_NO_END: Final = 10**15


def parse_value(code: str, text: str, now: datetime, policies: Collection[str] | None) -> Term:
    """The term of one code and its value."""
    match code:
        case "o":
            return OutcomeIs(_one_of(text, [outcome.value for outcome in Outcome], "outcome"))
        case "t":
            return TacticIs(_one_of(text, [*TACTICS, *GROUPS, RISK.id], "tactic"))
        case "p":
            return PolicyIs(_policy(text, policies))
        case "s":
            return SenderHas(_not_empty(text, "sender"))
        case "c":
            return ChannelIs(_CHANNELS[_one_of(text, list(_CHANNELS), "channel")])
        case "d":
            return Between(*parse_span(text, now))
        case "f":
            return FeedbackIs(_one_of(text, FEEDBACK_WORDS, "word of feedback"))
        case "a":
            return MarkIs(_one_of(text, [mark.value for mark in Marked], "mark"))
        case "k":
            return KindIs(Kind(_one_of(text, [kind.value for kind in Kind], "kind")))
        case "n":
            return _numbers(text)
        case _:
            return Words(Phrase(text))


def _one_of(text: str, valid: Collection[str], what: str) -> str:
    word = text.lower()
    if word in valid:
        return word
    hint = did_you_mean(word, valid) or (f"one of {', '.join(valid)}" if len(valid) <= 12 else "see the guide")
    raise ValueError(f"expected {_article(what)} {what}, not {quoted(text)}", hint)


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


def _policy(text: str, policies: Iterable[str] | None) -> str:
    word = text.lower()
    if not _POLICY_ID.fullmatch(word):
        raise ValueError(f"expected a policy's id, not {quoted(text)}", "guardian policy list prints them")
    if policies is not None and word not in policies:
        hint = did_you_mean(word, policies) or "guardian policy list prints them"
        raise ValueError(f"no policy has the id {quoted(text)}", hint)
    return word


def _not_empty(text: str, what: str) -> str:
    if not text.strip():
        raise ValueError(f"expected a part of the {what}")
    return text.strip()


def _numbers(text: str) -> NumberIn:
    found = _NUMBERS.fullmatch(text)
    if found is None:
        raise ValueError(f"expected a number or a range (12, 12..20), not {quoted(text)}")
    if found[4] is not None:
        return NumberIn(0, int(found[4]))
    first = int(found[1])
    last = int(found[3]) if found[3] else (_NO_END if found[2] else first)
    if last < first:
        raise ValueError(f"impossible: {quoted(text)} ends before it begins")
    return NumberIn(first, last)
