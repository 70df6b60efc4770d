"""The filter language of the journal: short codes, as in mutt.

    ~o flagged ~d 7d !(~s @bank.example | ~f wrong) "gift card"

Grammar (`!` binds tightest, then standing beside each other, which is "and", then `|`):

    filter = "" | either
    either = both {"|" both}
    both   = one {one}
    one    = "!" one | "(" either ")" | "~" code value | value
    value  = word | "..." | '...'         (in "..." a backslash keeps the next character)

    ~o OUTCOME  clean, notice, flagged, unsure, unscreened
    ~t TACTIC   a tactic, or any of a group, by which a policy of the owner's matched
    ~p POLICY   this policy matched
    ~s SENDER   a part of the sender, such as bob or @bank.example
    ~c CHANNEL  incoming, ai_output (or ai)
    ~d WHEN     7d, 24h, 2w; 2026-11-01; 2026-11-01..2026-11-21 (guardian.journal.filters.when)
    ~m WORDS    the words stand in the text, in a quote or in the owner's note; a bare word means the same
    ~f WORD     the owner said right, wrong, unsure; none: nothing was said
    ~a MARK     the owner marked it kept or done; none: it has no mark
    ~k KIND     verdict, feedback, amendment, ...
    ~n NUMBER   12, 12..20, 12.., ..20

A term is neither true nor false of what it does not apply to: `!~o clean` finds verdicts, not seals.

Invariants: whatever can't be meant is refused with its column (in characters, from 1) and what was expected there;
nothing of a filter is ever run as anything else (no SQL, no regular expression).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from guardian.errors import UsageError
from guardian.journal.filters.lexer import Token, TokenKind, tokens
from guardian.journal.filters.matching import EVERYTHING, Filter
from guardian.journal.filters.terms import (
    AllOf,
    AnyOf,
    ChannelIs,
    FeedbackIs,
    KindIs,
    MarkIs,
    Not,
    OutcomeIs,
    Term,
    Words,
)
from guardian.journal.filters.values import parse_value
from guardian.journal.reports.words import Phrase
from guardian.policy.problem import quoted

LONGEST_FILTER_CHARACTERS: Final = 2_000
DEEPEST: Final = 32
_EXPECTED: Final = 'a code such as ~o, a word, "!" or "("'
CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "o": "outcome: flagged, notice, unsure, unscreened, clean",
        "t": "tactic, or a group of tactics, such as urgency",
        "p": "policy of yours that matched",
        "s": "sender, or a part of it, such as @bank.example",
        "c": "channel: incoming or ai",
        "d": "when: 7d, 24h, 2026-11-01",
        "m": "words in the text, in quotes or in your notes",
        "f": "what you said: right, wrong, unsure, none",
        "a": "your mark: kept, done, none",
        "k": "kind of record: verdict, feedback, ...",
        "n": "number: 12, 12..20, 12.., ..20",
    }
)
"""Every code, and what stands behind it, in plain words."""
_SINGLE: Final = {OutcomeIs: "outcome", ChannelIs: "channel", KindIs: "kind", FeedbackIs: "feedback", MarkIs: "mark"}
"""Of these a record has one at most."""


class FilterError(UsageError):
    """A filter that cannot be read, or that nothing can ever match."""

    def __init__(self, column: int, what: str, *, hint: str = "") -> None:
        super().__init__(f"filter, column {column}: {what}", hint=hint)
        self.column = column
        """Counted in characters, from 1."""


def parse_filter(text: str, now: datetime, *, policies: Collection[str] | None = None) -> Filter:
    """The filter that `text` spells; empty text lets everything through.

    `now` is the moment that ages count back from; naive is the machine's local time. `policies` are the ids that
    `~p` may name; None lets any pass, since a journal outlives policies. Raises FilterError.
    """
    if len(text) > LONGEST_FILTER_CHARACTERS:
        raise FilterError(LONGEST_FILTER_CHARACTERS + 1, f"longer than {LONGEST_FILTER_CHARACTERS:,} characters")
    try:
        found = list(tokens(text))
    except ValueError as error:
        column, what = error.args
        raise FilterError(column, what) from None
    return _Parser(found, len(text) + 1, now, policies).parse() if found else EVERYTHING


def words_filter(words: Sequence[str]) -> Filter:
    """What `guardian journal search` looks for: every one of the phrases, in texts, quotes, notes and senders.

    Raises UsageError where one holds no letter or digit.
    """
    try:
        return Filter(AllOf(tuple(Words(Phrase(word), with_sender=True) for word in words)))
    except ValueError as error:
        raise UsageError(f"cannot search: {error}") from None


def joined(arguments: Sequence[str]) -> str:
    """A filter that a shell has cut into arguments, as one text: one argument alone is a filter as it stands; of
    several, one with white space was quoted, and is quoted again."""
    if len(arguments) == 1:
        return arguments[0]
    return " ".join(_requoted(each) if re.search(r"\s", each) and each[0] not in "~!(" else each for each in arguments)


def _requoted(argument: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", argument) + '"'


class _Parser:
    """Recursive descent over the tokens of one filter."""

    def __init__(self, found: list[Token], end: int, now: datetime, policies: Collection[str] | None) -> None:
        self._tokens, self._end, self._now, self._policies = found, end, now, policies
        self._at = 0
        self._depth = 0

    def parse(self) -> Filter:
        term = self._either()
        token = self._peek()
        if token is not None:  # only a ")" ends `either` before the end
            raise FilterError(token.column, '")" without its "("')
        return Filter(term if isinstance(term, AllOf) else AllOf((term,)))

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next_is(self, operator: str) -> bool:
        token = self._peek()
        return token is not None and token.kind is TokenKind.OPERATOR and token.text == operator

    def _either(self) -> Term:
        parts = [self._both()]
        while self._next_is("|"):
            self._at += 1
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _both(self) -> Term:
        parts: list[Term] = []
        while not parts or not (self._peek() is None or self._next_is("|") or self._next_is(")")):
            token = self._peek()
            part = self._one()
            self._refuse_contradiction(parts, part, token.column if token is not None else self._end)
            parts.append(part)
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _one(self) -> Term:
        token = self._peek()
        if token is None:
            raise FilterError(self._end, f"expected {_EXPECTED}, but the filter ends")
        self._at += 1
        if token.kind is TokenKind.CODE:
            return self._coded(token)
        if token.kind is TokenKind.VALUE:
            return self._value("m", token)
        if token.text == "!":
            return self._nested(token, lambda: Not(self._one()))
        if token.text == "(":
            return self._nested(token, self._in_parentheses)
        raise FilterError(token.column, f"expected {_EXPECTED}, not {quoted(token.text)}")

    def _nested(self, token: Token, inner: Callable[[], Term]) -> Term:
        self._depth += 1
        if self._depth > DEEPEST:
            raise FilterError(token.column, f"nested deeper than {DEEPEST}")
        term = inner()
        self._depth -= 1
        return term

    def _in_parentheses(self) -> Term:
        term = self._either()
        if not self._next_is(")"):
            raise FilterError(self._end, 'expected ")", but the filter ends')
        self._at += 1
        return term

    def _coded(self, code: Token) -> Term:
        if len(code.text) != 1 or code.text not in CODES:
            known = " ".join(f"~{letter}" for letter in CODES)
            raise FilterError(code.column, f"unknown code {quoted('~' + code.text)}", hint=f"the codes are {known}")
        token = self._peek()
        if token is None or token.kind is not TokenKind.VALUE:
            column = self._end if token is None else token.column
            raise FilterError(column, f"expected a value for ~{code.text}")
        self._at += 1
        return self._value(code.text, token)

    def _value(self, code: str, token: Token) -> Term:
        try:
            return parse_value(code, token.text, self._now, self._policies)
        except ValueError as error:
            hint = error.args[1] if len(error.args) > 1 else ""
            raise FilterError(token.column, error.args[0], hint=hint) from None

    def _refuse_contradiction(self, parts: Sequence[Term], part: Term, column: int) -> None:
        what = _SINGLE.get(type(part))
        if what is not None and any(type(other) is type(part) and other != part for other in parts):
            hint = 'put "|" between them, in parentheses, to ask for either'
            raise FilterError(column, f"impossible: a record has one {what}, and the filter asks for two", hint=hint)
