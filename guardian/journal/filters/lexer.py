"""A filter's text as tokens: operators, codes and values (`guardian.journal.filters.query` has the grammar)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+)
      | (?P<operator>[()|!])
      | ~(?P<code>[^\s()|!"'~]*)
      | "(?P<double>(?:[^"\\]|\\.)*)"
      | '(?P<single>[^']*)'
      | (?P<open>["'])
      | (?P<word>[^\s()|]+)
    """,
    re.VERBOSE | re.DOTALL,
)


class TokenKind(Enum):
    """What a token is."""

    OPERATOR = auto()
    CODE = auto()
    VALUE = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One token."""

    kind: TokenKind
    text: str
    """Without quotes, and of a code without its `~`."""
    column: int
    """In characters, from 1."""


def tokens(text: str) -> Iterator[Token]:
    """The tokens of `text`, in order. Raises ValueError(column, what) for a quote without its end."""
    for match in _TOKEN.finditer(text):
        name, column = match.lastgroup, match.start() + 1
        if name == "open":
            raise ValueError(column, f"expected a closing {match.group()} for this one")
        if name == "operator":
            yield Token(TokenKind.OPERATOR, match.group(), column)
        elif name == "code":
            yield Token(TokenKind.CODE, match["code"], column)
        elif name == "double":
            yield Token(TokenKind.VALUE, re.sub(r"\\(.)", r"\1", match["double"], flags=re.DOTALL), column)
        elif name in ("single", "word"):
            yield Token(TokenKind.VALUE, match[name], column)
