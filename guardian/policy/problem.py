"""A problem in a policy file: where it is, what it is, and how to mend it.

Invariant: a problem never carries more of a file's content than a short key or value, and its `line()` is one
line that is safe on a terminal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any

from guardian.safe_text import safe_line

_LONGEST_GUESSED_CHARACTERS = 64
"""difflib is quadratic: a longer word is no slip of the finger, so no neighbour is sought for it."""


class Level(StrEnum):
    """How bad it is."""

    ERROR = "error"
    """The policy cannot be in force as it stands."""
    WARNING = "warning"
    """The policy is in force, but probably not as its owner means it."""
    INFO = "info"
    """Good to know."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or worth knowing, in one policy file."""

    file: Path
    line: int
    """Counted from 1."""
    column: int
    """In characters, counted from 1."""
    level: Level
    code: str
    """Short and stable, such as `unknown-key`."""
    message: str
    """What is wrong, lower case, without a full stop."""
    hint: str = ""
    """How to mend it."""

    def to_line(self) -> str:
        """`file:line:column: level: message [code] (hint)`, safe on a terminal."""
        hint = f" ({self.hint})" if self.hint else ""
        text = f"{self.file}:{self.line}:{self.column}: {self.level.value}: {self.message} [{self.code}]{hint}"
        return safe_line(text)

    def to_json(self) -> dict[str, Any]:
        """The problem as `policy check --json` prints it."""
        return {
            "file": safe_line(str(self.file)),
            "line": self.line,
            "column": self.column,
            "level": self.level.value,
            "code": self.code,
            "message": safe_line(self.message),
            "hint": safe_line(self.hint),
        }


def nearest(word: str, valid: Iterable[str]) -> str | None:
    """The valid word that `word` was probably meant to be, or None."""
    if len(word) > _LONGEST_GUESSED_CHARACTERS:
        return None
    close = get_close_matches(word.lower(), list(valid), n=1, cutoff=0.6)
    return close[0] if close else None


def did_you_mean(word: str, valid: Iterable[str]) -> str:
    """A hint that names the nearest valid word; empty where none is near."""
    guess = nearest(word, valid)
    return f'did you mean "{guess}"?' if guess else ""


def quoted(word: str) -> str:
    """A word of the file, short and safe, in quotes."""
    return f'"{safe_line(word, 60)}"'
