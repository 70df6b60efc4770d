"""The owner's regular expressions: RE2, so that no text of a stranger can make them slow.

Invariants: linear time in the text; bounded memory a pattern; a refused pattern is a `PatternError` with RE2's
reason in plain words, and nothing is written to standard error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import re2

LONGEST_PATTERN_CHARACTERS = 1_000
_MEMORY_BYTES = 1 << 20
"""RE2 refuses a program larger than a share of this, and falls back from DFA to NFA rather than grow past it."""

_BRACKETS = re.compile(r"\\Q.*?(?:\\E|\Z)|\\.|\[\^?\]?(?:\[:\w+:\]|\\.|[^\]\\])*\]|[()]", re.DOTALL)
"""What may hold a bracket: a quotation, an escape, a class, or the bracket itself."""
_MOST_TRIED = 40
"""Places at which a refused part may stand, of which the first wrong one is sought."""
_HINTS = {
    "(?=": "RE2 has no look-ahead; write two patterns, or an expression over tactics",
    "(?!": "RE2 has no look-ahead; write two patterns, or an expression over tactics",
    "(?<": "RE2 has no look-behind; include what stands before the words",
    "\\Z": "write \\z for the end of the text",
    "missing )": "close the bracket, or write \\( for one that is meant as itself",
    "unexpected )": "open the bracket, or write \\) for one that is meant as itself",
    "missing ]": "close the class, or write \\[ for a bracket that is meant as itself",
    "trailing": "write two backslashes for one that is meant as itself",
    "no argument for repetition": "write a backslash before a sign that is meant as itself",
    "bad repetition operator": "one sign of repetition is enough; write a backslash before one that is meant as itself",
    "repetition": "RE2 repeats at most 1,000 times, nested repeats multiplied",
    "(?x": "RE2 has no comments in patterns",
}


class PatternError(ValueError):
    """RE2 refuses a pattern: why, how to mend it, and at which column of it (in characters, from 1)."""

    def __init__(self, reason: str, hint: str = "", column: int = 1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.column = column


class Pattern:
    """One compiled pattern."""

    def __init__(self, source: str) -> None:
        """Raise PatternError where RE2 refuses `source`."""
        if len(source) > LONGEST_PATTERN_CHARACTERS:
            raise PatternError(f"is longer than {LONGEST_PATTERN_CHARACTERS} characters")
        try:
            self._compiled: Any = re2.compile(source, _options())
        except re2.error as error:
            reason = _reason(error)
            raise PatternError(_in_short(reason), _hint(reason, source), _column(reason, source)) from None

    @property
    def matches_every_text(self) -> bool:
        """Whether the pattern matches the empty text, and so every text."""
        return self._compiled.search(b"") is not None

    def is_in(self, encoded: bytes) -> bool:
        """Whether the pattern occurs in a text that `encode` has prepared."""
        return self._compiled.search(encoded) is not None

    def ranges(self, text: str, limit: int) -> Iterator[tuple[int, int]]:
        """Character ranges of the first `limit` places in `text` that are not empty."""
        encoded = encode(text)
        found = byte_at = character_at = 0
        for match in self._compiled.finditer(encoded):
            if match.start() == match.end():
                continue
            start = character_at + len(encoded[byte_at : match.start()].decode())
            end = start + len(encoded[match.start() : match.end()].decode())
            byte_at, character_at = match.end(), end
            yield start, end
            found += 1
            if found == limit:
                return


def encode(text: str) -> bytes:
    """`text` as RE2 takes it: UTF-8, one `?` for each lone surrogate, so that characters keep their number."""
    return text.encode("utf-8", "replace")


def encode_all(texts: Sequence[str]) -> tuple[bytes, ...]:
    """Every text prepared once, for many patterns."""
    return tuple(encode(text) for text in texts)


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY_BYTES
    return options


def _reason(error: Exception) -> str:
    words = error.args[0] if error.args else "no reason given"
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)


def _in_short(reason: str) -> str:
    """RE2's reason without the whole pattern, which it quotes where a bracket has no partner."""
    return reason.partition(": ")[0] if reason.startswith(("missing ", "unexpected ")) else reason


def _column(reason: str, source: str) -> int:
    """Where the mistake is. RE2 quotes the part that it refuses, but not where that part stands."""
    words, _, part = reason.partition(": ")
    if words.startswith("trailing "):
        return max(len(source), 1)
    if words in ("missing )", "unexpected )"):
        return _unpaired(source) + 1
    starts = [at for at in range(len(source)) if part and source.startswith(part, at)][:_MOST_TRIED]
    # The same letters may stand there harmlessly before: the mistake is where the pattern's beginning goes wrong.
    for at in starts:
        if _refusal(source[: at + len(part)]) == reason:
            return at + 1
    return starts[0] + 1 if starts else 1


def _refusal(source: str) -> str:
    try:
        re2.compile(source, _options())
    except re2.error as error:
        return _reason(error)
    return ""


def _unpaired(source: str) -> int:
    """Index of the first bracket without a partner: a `)` that closes nothing, else the innermost `(` left open."""
    opened: list[int] = []
    for token in _BRACKETS.finditer(source):
        if token.group() == "(":
            opened.append(token.start())
        elif token.group() == ")":
            if not opened:
                return token.start()
            opened.pop()
    return opened[-1] if opened else 0


def _hint(reason: str, source: str) -> str:
    if reason.startswith("invalid escape sequence: \\") and reason[-1:].isdigit():
        return "RE2 has no back-references"
    for part, hint in _HINTS.items():
        if part in reason:
            return hint
    return "write a backslash before a character that is meant as itself" if any(c in source for c in "[(*+?") else ""
