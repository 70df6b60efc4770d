"""Expressions over tactics: `urgency and (money_request or secrecy) and not flattery`.

Invariants: an expression is never true of a message in which nothing was found, so it cannot match every
ordinary message; every error says the column (in characters, from 1) at which it stands.

Grammar (`not` binds tightest, then `and`, then `or`):

    either = both {"or" both}
    both   = one {"and" one}
    one    = "not" one | "(" either ")" | name
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from guardian.policy.problem import nearest, quoted

LONGEST_EXPRESSION_CHARACTERS = 2_000
_DEEPEST = 32
_WORDS = ("and", "or", "not")
_TOKEN = re.compile(r"[A-Za-z0-9_-]+|[()]|\s+|.", re.DOTALL)
_FOREIGN = {"&": "and", "|": "or", "!": "not"}


@dataclass(frozen=True, slots=True)
class Name:
    """One tactic, group of tactics, or `risk`."""

    id: str

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True where at least one part is."""

    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        return " or ".join(str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AllOf:
    """True where every part is."""

    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, AnyOf) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """True where its part is not."""

    part: Expression

    def __str__(self) -> str:
        return f"not {self.part}" if isinstance(self.part, Name | Not) else f"not ({self.part})"


Expression = Name | AnyOf | AllOf | Not


class ExpressionError(ValueError):
    """An expression that cannot be read: what is wrong, at which column, and how to mend it."""

    def __init__(self, column: int, message: str, *, code: str = "bad-expression", hint: str = "") -> None:
        super().__init__(message)
        self.column = column
        self.message = message
        self.code = code
        self.hint = hint


def names(expression: Expression) -> tuple[str, ...]:
    """Every id that the expression mentions, once, in order."""
    return tuple(dict.fromkeys(_names(expression)))


def is_true(expression: Expression, present: Collection[str]) -> bool:
    """Whether the expression holds where exactly the ids in `present` were found."""
    match expression:
        case Name(id=name):
            return name in present
        case AnyOf(parts=parts):
            return any(is_true(part, present) for part in parts)
        case AllOf(parts=parts):
            return all(is_true(part, present) for part in parts)
        case Not(part=part):
            return not is_true(part, present)


def any_of(parts: Sequence[Expression]) -> Expression:
    """The parts joined by `or`; a single part stays itself."""
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def all_of(parts: Sequence[Expression]) -> Expression:
    """The parts joined by `and`; a single part stays itself."""
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def check_name(name: str, known: Collection[str], column: int = 1) -> Name:
    """`name` as an expression. Raises ExpressionError where no such tactic is known."""
    if name in known:
        return Name(name)
    guess = nearest(name, known)
    hint = f'did you mean "{guess}"?' if guess else ""
    raise ExpressionError(column, f"unknown tactic {quoted(name)}", code="unknown-tactic", hint=hint)


def parse_expression(source: str, known: Collection[str]) -> Expression:
    """The expression that `source` spells. Raises ExpressionError with the column of the first mistake."""
    if len(source) > LONGEST_EXPRESSION_CHARACTERS:
        raise ExpressionError(1, f"expression is longer than {LONGEST_EXPRESSION_CHARACTERS} characters")
    expression = _Parser(source, known).parse()
    if is_true(expression, ()):
        raise ExpressionError(
            1,
            "expression is true of a message in which nothing was found",
            code="matches-everything",
            hint='join "not" with a tactic that must be there, such as "urgency and not flattery"',
        )
    return expression


def _names(expression: Expression) -> Iterator[str]:
    match expression:
        case Name(id=name):
            yield name
        case Not(part=part):
            yield from _names(part)
        case AnyOf(parts=parts) | AllOf(parts=parts):
            for part in parts:
                yield from _names(part)


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, source: str, known: Collection[str]) -> None:
        self._known = known
        self._tokens = [(m.group(), m.start() + 1) for m in _TOKEN.finditer(source) if not m.group().isspace()]
        self._end_column = len(source) + 1
        self._at = 0
        self._depth = 0

    def parse(self) -> Expression:
        if not self._tokens:
            raise ExpressionError(1, "expression is empty", hint='write a tactic, such as "urgency"')
        expression = self._either()
        if self._at < len(self._tokens):
            word, column = self._tokens[self._at]
            if word == ")":
                raise ExpressionError(column, '")" without its "("')
            raise ExpressionError(column, f'expected "and" or "or", not {quoted(word)}', hint=_hint_for(word))
        return expression

    def _peek(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _either(self) -> Expression:
        parts = [self._both()]
        while self._peek() == "or":
            self._at += 1
            parts.append(self._both())
        return any_of(parts)

    def _both(self) -> Expression:
        parts = [self._one()]
        while self._peek() == "and":
            self._at += 1
            parts.append(self._one())
        return all_of(parts)

    def _one(self) -> Expression:
        if self._at >= len(self._tokens):
            raise ExpressionError(self._end_column, "expression ends where a tactic is due")
        word, column = self._tokens[self._at]
        self._at += 1
        if word == "not" or word == "(":
            return self._nested(word, column)
        if word in _WORDS or not (word[0].isalnum() or word[0] == "_"):
            raise ExpressionError(column, f"expected a tactic, not {quoted(word)}", hint=_hint_for(word))
        return check_name(word, self._known, column)

    def _nested(self, word: str, column: int) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ExpressionError(column, f"expression is nested deeper than {_DEEPEST}")
        if word == "not":
            inner: Expression = Not(self._one())
        else:
            inner = self._either()
            if self._peek() != ")":
                raise ExpressionError(column, '"(" without its ")"')
            self._at += 1
        self._depth -= 1
        return inner


def _hint_for(word: str) -> str:
    if word in _FOREIGN:
        return f'write "{_FOREIGN[word]}"'
    if word == ",":
        return 'join tactics by "and" or "or"'
    if word.lower() in _WORDS and word not in _WORDS:
        return f'write "{word.lower()}" in small letters'
    return ""
