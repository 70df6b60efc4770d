"""The owner's regular expressions: RE2, so that no text of a stranger can make them slow.

Invariants: linear time in the text; bounded memory a pattern; a refused pattern is a `PatternError` with RE2's
reason in plain words, and nothing is written to standard error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import re2

LONGEST_PATTERN_CHARACTERS = 1_000
_MEMORY_BYTES = 1 << 20
"""RE2 refuses a program larger than a share of this, and falls back from DFA to NFA rather than grow past it."""

_HINTS = {
    "(?=": "RE2 has no look-ahead; write two patterns, or an expression over tactics",
    "(?!": "RE2 has no look-ahead; write two patterns, or an expression over tactics",
    "(?<": "RE2 has no look-behind; include what stands before the words",
    "\\Z": "write \\z for the end of the text",
    "repetition": "RE2 repeats at most 1,000 times, nested repeats multiplied",
    "(?x": "RE2 has no comments in patterns",
}


class PatternError(ValueError):
    """RE2 refuses a pattern."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class Pattern:
    """One compiled pattern."""

    def __init__(self, source: str) -> None:
        """Raise PatternError where RE2 refuses `source`."""
        if len(source) > LONGEST_PATTERN_CHARACTERS:
            raise PatternError(f"is longer than {LONGEST_PATTERN_CHARACTERS} characters")
        options = re2.Options()
        options.log_errors = False
        options.max_mem = _MEMORY_BYTES
        try:
            self._compiled: Any = re2.compile(source, options)
        except re2.error as error:
            reason = _reason(error)
            raise PatternError(reason, _hint(reason, source)) from None

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


def _reason(error: Exception) -> str:
    words = error.args[0] if error.args else "no reason given"
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)


def _hint(reason: str, source: str) -> str:
    if reason.startswith("invalid escape sequence: \\") and reason[-1:].isdigit():
        return "RE2 has no back-references"
    for part, hint in _HINTS.items():
        if part in reason:
            return hint
    return "write a backslash before a character that is meant as itself" if any(c in source for c in "[(*+?") else ""
