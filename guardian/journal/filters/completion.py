"""What may come next in a filter that is being typed: codes behind a `~`, values behind a code.

Invariants: pure; what is offered fits where the cursor stands, so a filter that was right stays right with it, an open
parenthesis aside; a value that would contradict the rest is not offered. A sender is a stranger's words: whoever shows
an option makes it safe.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from guardian.journal.filters.lexer import Token, TokenKind, tokens
from guardian.journal.filters.query import CODES, FilterError, parse_filter
from guardian.journal.marks import Marked
from guardian.journal.record import Kind
from guardian.policy.senders import address_of
from guardian.tactics import GROUPS, RISK, TACTICS
from guardian.verdict import Outcome

MOST_OPTIONS: Final = 60
"""All tactics and groups are fewer."""
_SENDERS_LOOKED_AT: Final = 5_000
_ANY_MOMENT: Final = datetime(2026, 1, 1)
"""Whether a filter can be read does not depend on when."""

_OUTCOMES: Final = {
    Outcome.FLAGGED.value: "this may be working on you",
    Outcome.NOTICE.value: "worth a second look",
    Outcome.UNSURE.value: "only a part could be judged",
    Outcome.UNSCREENED.value: "could not be judged",
    Outcome.CLEAN.value: "nothing in it matched",
}
_CHANNELS: Final = {"incoming": "people and organisations", "ai": "AI assistants"}
_AGES: Final = {
    "24h": "the last 24 hours",
    "7d": "the last 7 days",
    "2w": "the last 2 weeks",
    "30d": "the last 30 days",
    "90d": "the last 90 days",
}
_UNITS: Final = {"h": "hours", "d": "days", "w": "weeks"}
_FEEDBACK: Final = {
    "right": "you said it was right",
    "wrong": "you said it was wrong",
    "unsure": "you said you are not sure",
    "none": "you have not said anything",
}
_MARKS: Final = {
    Marked.KEPT.value: "kept to come back to",
    Marked.DONE.value: "done with",
    Marked.NONE.value: "not marked",
}
_KINDS: Final = {
    Kind.VERDICT.value: "messages that were judged",
    Kind.COUNTS.value: "clean messages that were only counted",
    Kind.FEEDBACK.value: "what you said of verdicts",
    Kind.MARK.value: "your marks",
    Kind.OPINION.value: "what your judge said late",
    Kind.AMENDMENT.value: "changes of your policies",
    Kind.MODEL.value: "changes of the model",
    Kind.SEAL.value: "the journal's beginning and its key",
    Kind.RESEAL.value: "new keys",
    Kind.FORGOTTEN.value: "what was forgotten",
    Kind.GAP.value: "what is missing",
}
_PLAIN: Final = re.compile(r"""[^\s()|!"'~][^\s()|]*""")
"""A value that needs no quotes."""
_NUMBER: Final = re.compile(r"[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be put in."""

    value: str
    """What stands there then, with quotes where it needs them; behind a code a space."""
    say: str
    """What it finds, in a few plain words."""


@dataclass(frozen=True, slots=True)
class Completions:
    """What may stand from `start` to the cursor."""

    start: int
    """In characters, from 0."""
    options: tuple[Option, ...] = ()


def completions(text: str, cursor: int, policies: Collection[str] = (), senders: Iterable[str] = ()) -> Completions:
    """What may stand before the cursor (in characters, from 0) in place of what was begun there.

    `policies` are ids, `senders` those that were seen, the likeliest first.
    """
    left, right = text[:cursor], text[cursor:]
    nothing = Completions(len(left))
    if right[:1] not in ("", ")", "|") and not right[0].isspace():
        return nothing  # in the middle of a word
    if not left.strip():
        return Completions(len(left), _codes(""))
    before, begun, start = _begun(left)
    if begun.startswith("~"):
        return Completions(start, _codes(begun[1:]))
    if not before or before[-1].kind is not TokenKind.CODE:
        return nothing
    values = _values(before[-1].text, begun, policies, senders)
    fitting = (option for option in values if _is_filter(left[:start] + option.value + right))
    return Completions(start, tuple(islice(fitting, MOST_OPTIONS)))


def _begun(left: str) -> tuple[Sequence[Token], str, int]:
    """The whole tokens before the cursor, what was begun there (without its quotation mark), and where it begins."""
    try:
        found = list(tokens(left))
    except ValueError as error:
        start = int(error.args[0]) - 1  # at a quotation mark without its end
        return list(tokens(left[:start])), left[start + 1 :], start
    last = found[-1]
    if left[-1].isspace() or last.kind is TokenKind.OPERATOR:
        return found, "", len(left)
    if last.kind is TokenKind.CODE:
        return found[:-1], f"~{last.text}", last.column - 1
    return found[:-1], last.text, last.column - 1


def _codes(begun: str) -> tuple[Option, ...]:
    return tuple(Option(f"~{code} ", say) for code, say in CODES.items() if code.startswith(begun))


def _values(code: str, begun: str, policies: Collection[str], senders: Iterable[str]) -> Iterable[Option]:
    match code:
        case "o":
            return _table(_OUTCOMES, begun)
        case "t":
            groups = {group.id: f"{group.name} (a group)" for group in GROUPS.values()}
            names = {tactic.id: tactic.name for tactic in TACTICS.values()}
            return _table({**names, **groups, RISK.id: RISK.name}, begun)
        case "p":
            return _table(dict.fromkeys(sorted(policies), "it matched"), begun)
        case "s":
            return _senders(begun, senders)
        case "c":
            return _table(_CHANNELS, begun)
        case "d":
            ages = {f"{begun}{unit}": f"the last {begun} {name}" for unit, name in _UNITS.items()}
            return _table({**(ages if _NUMBER.fullmatch(begun) else {}), **_AGES}, begun)
        case "f":
            return _table(_FEEDBACK, begun)
        case "a":
            return _table(_MARKS, begun)
        case "k":
            return _table(_KINDS, begun)
        case _:
            return ()


def _table(words: dict[str, str], begun: str) -> list[Option]:
    """Those that begin so, then those in which a word does, in their order; one letter begins too many words."""
    folded = begun.lower()
    first = [value for value in words if value.startswith(folded)]
    inside = re.compile(rf"(?<![^\W_]){re.escape(folded)}" if len(folded) > 1 else r"(?!)")
    then = [value for value, say in words.items() if value not in first and inside.search(f"{value} {say}".lower())]
    return [Option(quoted_value(value), words[value]) for value in (*first, *then)]


def _senders(begun: str, senders: Iterable[str]) -> list[Option]:
    """Addresses without the names that their owners give themselves."""
    folded = begun.lower()
    addresses = dict.fromkeys(address_of(sender) for sender in islice(senders, _SENDERS_LOOKED_AT))
    found = (address for address in addresses if address and folded in address and not address.endswith("…"))
    return [Option(quoted_value(address), "sent it, or claims to have") for address in islice(found, MOST_OPTIONS)]


def quoted_value(value: str) -> str:
    """A value as a filter holds it: in quotes where it has to be."""
    if _PLAIN.fullmatch(value):
        return value
    return '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'


def _is_filter(text: str) -> bool:
    """Whether it can be read, once its parentheses are closed."""
    try:
        operators = [token.text for token in tokens(text) if token.kind is TokenKind.OPERATOR]
        parse_filter(text + ")" * max(operators.count("(") - operators.count(")"), 0), _ANY_MOMENT)
    except (ValueError, FilterError):
        return False
    return True
